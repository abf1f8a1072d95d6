"""What is fetched, kept: from memory through the selects of a kind, a block at a time.

No text is written: what an answer holds goes to the engine as it came, and the engine has nowhere
to spill to while it reads. Where the time ends, what has come is kept, and so is how far it came.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from orchestration.machine.sql import quoted

from .. import keeping
from ..api import Fetched
from ..errors import OutOfTime, SourceError
from ..landings.columns import from_json
from ..model import Kind, Table
from ..reading import Read, copy_statement, count_kept, make_empty_view
from ..repairs import count_repairs
from .limits import Limits

if TYPE_CHECKING:
    from .asking import Asker

CURSORS = "fetched"
"""Under which a state has how far the cursors of a plan have come."""


@dataclass
class FetchLanding:
    """An API, opened for one import. is_look: whether the first page of all is enough."""

    kind: Kind
    asker: Asker
    limits: Limits
    is_look: bool = False
    name: str = "api"

    def read(
        self,
        connection: duckdb.DuckDBPyConnection,
        state: keeping.SourceState,
        folder: Path,
        aside: Path,
        number: int,
        rereads: bool = False,
    ) -> Read:
        """Fetch and keep what is new, until the end or for as long as a piece may take.

        Raises SourceError; OutOfTime where nothing has come in time.
        """
        connection.execute("create schema if not exists landed")
        known = {} if rereads else state.parts.get(CURSORS, {})
        reached = dict(known)
        read = Read(parts={**state.parts, CURSORS: reached})
        keep = _Keeping(self, connection, state, folder, aside, number, read)
        try:
            self._fetch(known, keep, reached)
        except OutOfTime:
            if reached == known:
                raise
            read.goes_on = read.is_late = True
        keep.flush()
        read.counts.update(self.asker.counts)
        return read

    def _fetch(self, known: Mapping[str, str], keep: _Keeping, reached: dict[str, str]) -> None:
        assert self.kind.api is not None
        piece_ends = time.monotonic() + self.limits.chunk_seconds
        main = self.kind.tables_of(self.name)[0]
        for fetched in self.kind.api.plan(self.asker, known):
            keep.add(fetched)
            reached.update(fetched.reached)
            if self.is_look and fetched.reached and fetched.table in names_of(main):
                return
            if fetched.reached and reached != known and time.monotonic() > piece_ends:
                keep.read.goes_on = True
                return


@dataclass
class _Keeping:
    """The records in memory, and the files that they go to."""

    landing: FetchLanding
    connection: duckdb.DuckDBPyConnection
    state: keeping.SourceState
    folder: Path
    aside: Path
    number: int
    read: Read
    _lines: dict[str, list[str]] = field(default_factory=dict)
    _held: int = 0
    _blocks: int = 0

    def add(self, fetched: Fetched) -> None:
        """Hold records until there are enough of them."""
        tables = self._tables()
        if fetched.is_absent:
            absent = [table for table in tables if fetched.table in names_of(table)]
            self.read.missing.update({table.name: table.lacks for table in absent if table.lacks})
        lines = [_line(record) for record in fetched.records]
        self._lines.setdefault(fetched.table, []).extend(lines)
        self._held += sum(map(len, lines))
        if self._held >= self.landing.limits.held_bytes and not fetched.is_joined:
            self.flush()

    def flush(self) -> None:
        """Keep what is held."""
        tables = self._tables()
        there = {table.name: self._view(table) for table in tables}
        for table in tables:
            if table.keeps and there[table.name]:
                self._keep(table)
        for name in self._lines:
            self.connection.unregister(_register_name(name))
        self._lines, self._held, self._blocks = {}, 0, self._blocks + 1

    def _tables(self) -> Sequence[Table]:
        return self.landing.kind.tables_of(self.landing.name)

    def _view(self, table: Table) -> bool:
        """Makes the view of a table; whether there is anything in it."""
        names = [name for name in names_of(table) if self._lines.get(name)]
        if not names:
            make_empty_view(self.connection, table)
            return False
        for name in names:
            lines = pa.table({"line": pa.array(self._lines[name], pa.string())})
            self.connection.register(_register_name(name), lines)
        self.connection.execute(
            f"create or replace view landed.{quoted(table.name)} as {_relation(table, names)}"
        )
        return True

    def _keep(self, table: Table) -> None:
        kept = next(kept for kept in self.landing.kind.kept if kept.name == table.keeps)
        path = self.aside / kept.name / f"{self.number:06d}.{table.name}-{self._blocks}.parquet"
        path.parent.mkdir(exist_ok=True, mode=0o700)
        before: Sequence[Path] = ()
        if not kept.is_state:
            before = keeping.kept_files(self.folder, kept, self.state.number)
        try:
            self.connection.execute(copy_statement(table, kept, path, self.number, before))
        except duckdb.InterruptException:
            raise
        except duckdb.Error as error:
            raise SourceError(
                f"What was fetched of {table.name} cannot be read ({type(error).__name__}): it has "
                "another form than its API is documented to have"
            ) from None
        count_kept(self.connection, kept, table, path, self.read)
        self.read.counts.update(count_repairs(self.connection, table))


def _line(record: Mapping[str, Any]) -> str:
    """A record as JSON; half a character, as a text that was cut off ends in, is one."""
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "replace").decode()


def names_of(table: Table) -> tuple[str, ...]:
    """What a table is called, by the endpoints of a plan too."""
    return (table.name, *table.other_names)


def _register_name(name: str) -> str:
    return f"fetched_{name}"


def _relation(table: Table, names: Sequence[str]) -> str:
    """SQL for the original records of a table in lines of JSON."""
    shape = ", ".join(f"{quoted(name)} {kind}" for name, kind in table.columns.items())
    listed = ", ".join(f"data.{quoted(name)} as {quoted(name)}" for name in table.columns)
    lines = " union all ".join(f"select line from {quoted(_register_name(n))}" for n in names)
    parsed = from_json("line", f"STRUCT({shape})")
    return (
        f"select {listed}, null::timestamptz as landed_at"
        f" from (select {parsed} as data from ({lines}))"
    )
