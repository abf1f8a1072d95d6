"""Taking erased users out of what has landed.

An erasure is begun by noting it in the record of users, so that the user cannot land again and that
whoever finds it unfinished can go on. Days are then written anew one by one; what is done is found
done.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from .manifest import read_manifests
from .rewriting import rewrite_day
from .schema import CONTRACTS, file_schema
from .user_record import read_user_record
from .users import UserIdentifiers


@dataclass
class ErasedRows:
    """rows: written anew, by kind. files: (day, name) of the export files that they came from."""

    rows: Counter[str] = field(default_factory=Counter)
    files: set[tuple[date, str]] = field(default_factory=set)


def erase_landed(raw: Path) -> ErasedRows:
    """Take every erased user out of every landed day; days that hold none are left alone."""
    users = read_user_record(raw).identifiers()
    erased = ErasedRows()
    if users.is_plain:
        return erased

    def is_touched(kind: str, path: Path) -> bool:
        with pyarrow.parquet.ParquetFile(path) as file:
            names = _user_columns(kind)
            if names == []:
                return False
            return any(
                _without_erased(users, kind, rows) is not rows
                for group in range(file.num_row_groups)
                for rows in [file.read_row_group(group, columns=names)]
            )

    def change(kind: str, rows: pa.Table) -> pa.Table:
        changed = _without_erased(users, kind, rows)
        if changed is not rows:
            _note(erased, kind, rows, changed)
        return changed

    for day in read_manifests(raw):
        rewrite_day(raw, day, is_touched, change)
    return erased


def _user_columns(kind: str) -> list[str] | None:
    """The columns that tell whether a user is in a file; None for all."""
    if kind not in CONTRACTS:
        return None
    contract = CONTRACTS[kind]
    names = [contract.user_column, "author_type"]
    return [name for name in names if name in contract.by_name and contract.user_column]


def _without_erased(users: UserIdentifiers, kind: str, rows: pa.Table) -> pa.Table:
    if kind in CONTRACTS:
        return users.in_landed_rows(kind, rows)
    before = rows.to_pylist()
    after = [users.in_landed_rejected(record) for record in before]
    if all(new is old for new, old in zip(after, before, strict=True)):
        return rows
    return pa.Table.from_pylist(after, file_schema(kind))


def _note(erased: ErasedRows, kind: str, before: pa.Table, after: pa.Table) -> None:
    name = CONTRACTS[kind].user_column if kind in CONTRACTS else "row_text"
    was, now = before[name], after[name]
    changed = pc.fill_null(pc.not_equal(was, now), pc.xor(pc.is_null(was), pc.is_null(now)))
    files: list[dict[str, Any]] = (
        before.select(["export_date", "file_name"]).filter(changed).to_pylist()
    )
    erased.rows[kind] += len(files)
    erased.files.update((file["export_date"], file["file_name"]) for file in files)
