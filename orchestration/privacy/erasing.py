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

import pyarrow as pa
import pyarrow.parquet

from orchestration.exports.landed_files import file_schema
from orchestration.exports.manifest import read_manifests
from orchestration.exports.reading.schema import CONTRACTS
from orchestration.exports.rewriting import rewrite_day
from orchestration.privacy.record import read_user_record
from orchestration.privacy.users import UserIdentifiers


@dataclass
class ErasedRows:
    """rows: written anew, by kind. files: (day, name) of the export files that they came from."""

    rows: Counter[str] = field(default_factory=Counter)
    files: set[tuple[date, str]] = field(default_factory=set)


def erase_landed(raw: Path, pseudonym_key: bytes | None = None) -> ErasedRows:
    """Take every erased user out of every landed day; days that hold none are left alone.

    pseudonym_key: the one of the landed days, by which users are found in texts.
    """
    users = read_user_record(raw).identifiers(pseudonym_key)
    erased = ErasedRows()
    if not users.erased:
        return erased

    def is_touched(kind: str, path: Path) -> bool:
        with pyarrow.parquet.ParquetFile(path) as file:
            names = _user_columns(kind)
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


def _user_columns(kind: str) -> list[str]:
    """The columns that tell whether a user is in a file, and of whom they are."""
    if kind not in CONTRACTS:
        return list(file_schema(kind).names)
    contract = CONTRACTS[kind]
    return [
        column.name
        for column in contract.landed_columns
        if column.names_user or column.is_free_text or column.name == contract.user_kind_column
    ]


def _without_erased(users: UserIdentifiers, kind: str, rows: pa.Table) -> pa.Table:
    if kind in CONTRACTS:
        return users.in_landed_rows(kind, rows)
    before = rows.to_pylist()
    after = [users.in_landed_rejected(record) for record in before]
    if all(new is old for new, old in zip(after, before, strict=True)):
        return rows
    return pa.Table.from_pylist(after, file_schema(kind))


def _note(erased: ErasedRows, kind: str, before: pa.Table, after: pa.Table) -> None:
    names = _user_columns(kind)
    places = before.select(["export_date", "file_name"]).to_pylist()
    rows = zip(
        before.select(names).to_pylist(), after.select(names).to_pylist(), places, strict=True
    )
    for was, now, place in rows:
        if was != now:
            erased.rows[kind] += 1
            erased.files.add((place["export_date"], place["file_name"]))
