"""A landing of saved answers of an API: JSON documents, or an answer a line, named by endpoint.

An answer holds its records in a list under the endpoint's name: {"tickets": [...], ...}.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from orchestration.machine.sql import literal, quoted

from ..language import literal_paths
from ..model import Part, Table
from ..unpacking import unpacked
from .folder import LandedFile, is_named

# A page of 1,000 records with their texts; DuckDB holds two of them a thread.
LONGEST_ANSWER = 64 * 2**20


class AnswersLanding:
    """Answers of an API as they were saved."""

    name = "files"
    reads_once = False

    def __init__(self, files: Sequence[LandedFile]) -> None:
        self.files = [file for file in files if file.format == "json"]

    def parts(self, table: Table) -> Sequence[Part]:
        """The files that are named for an endpoint of the table."""
        return [Part(file.name, file.identity) for file in self._files(table)]

    def relation(
        self, connection: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[Part]
    ) -> str:
        """The records in all lists of these answers, and answers that are a record themselves."""
        wanted = {part.name for part in parts}
        paths = [str(file.path) for file in self._files(table) if file.name in wanted]
        lists = {name: f"STRUCT({_fields(table)})[]" for name in self._names(table)}
        shape = {**table.columns, **{n: t for n, t in lists.items() if n not in table.columns}}
        columns = ", ".join(f"{quoted(name)}: {literal(kind)}" for name, kind in shape.items())
        # An answer may be nothing but a list.
        lists_alone = [path for path in paths if _is_list(path)]
        reads = [
            f"select * from read_json({literal_paths(files)}, format = '{form}',"
            f" maximum_object_size = {LONGEST_ANSWER}, columns = {{{columns}}})"
            for form, files in (
                ("unstructured", [path for path in paths if path not in lists_alone]),
                ("array", lists_alone),
            )
            if files
        ]
        read = f"({' union all '.join(reads)})"
        itself = ", ".join(f"{quoted(name)} := {quoted(name)}" for name in table.columns)
        listed = ", ".join(quoted(name) for name in lists if name not in table.columns)
        records = f"coalesce({listed}, [struct_pack({itself})])"
        names = ", ".join(f"record.{quoted(name)} as {quoted(name)}" for name in table.columns)
        return (
            f"select {names}, null::timestamptz as landed_at"
            f" from (select unnest({records}) as record from {read})"
        )

    def unknown_columns(
        self, connection: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[Part]
    ) -> Iterable[str]:
        """None is told: answers are the vendor's own, and hold all that it has."""
        return ()

    def _files(self, table: Table) -> list[LandedFile]:
        names = self._names(table)
        return [file for file in self.files if any(is_named(file.name, name) for name in names)]

    def _names(self, table: Table) -> list[str]:
        return [table.name, *table.other_names]


def _is_list(path: str) -> bool:
    """Whether an answer begins as a list."""
    with unpacked(Path(path)) as file:
        return file.read(64).lstrip()[:1] == b"["


def _fields(table: Table) -> str:
    return ", ".join(f"{quoted(name)} {kind}" for name, kind in table.columns.items())
