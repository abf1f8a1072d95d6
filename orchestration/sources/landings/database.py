"""A landing in a DuckDB file: a schema with a table a stream, as a connector made it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from orchestration.machine.sql import literal, quoted

from ..errors import SourceUnreachable, WrongSource
from ..model import Part, Table
from .layout import Layout
from .typed import described, typed_relation

ATTACHED = "landing"


class DatabaseLanding:
    """Tables of a DuckDB file, attached read-only to the connection of the import.

    where: the file, and after # the schema where several could be meant. known: what was read of
    each table by the imports before, as the newest stamp of the connector.
    """

    reads_once = False

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        layout: Layout,
        where: str,
        tables: Sequence[Table],
        known: Mapping[str, Mapping[str, str]],
    ) -> None:
        self.name = layout.name
        self.layout = layout
        self._known = known
        self._connection = connection
        path, _, schema = where.partition("#")
        _attach(connection, Path(path))
        self._there = _tables_by_schema(connection)
        self.schema = schema or self._schema_of(tables, path)

    def parts(self, table: Table) -> Sequence[Part]:
        """The table, with its newest stamp; none where it is not there."""
        scan = self._scan(table)
        return [] if scan is None else [Part(table.name, self._newest(scan))]

    def relation(
        self, connection: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[Part]
    ) -> str:
        """Its rows that were taken since the newest stamp of before, or all where it has none."""
        scan = self._scan(table)
        assert scan is not None
        records = typed_relation(connection, table, scan, self.layout, self._child)
        since = self._known.get(table.name, {}).get(table.name, "")
        stamp = since.partition("|")[2]
        if not stamp or not table.keeps:
            return records
        return f"select * from ({records}) where landed_at >= {literal(stamp)}::timestamptz"

    def unknown_columns(
        self, connection: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[Part]
    ) -> Iterable[str]:
        """Columns that are there and not declared."""
        scan = self._scan(table)
        names = set() if scan is None else set(described(connection, scan))
        return self.layout.unread(names, table.columns)

    def _schema_of(self, tables: Sequence[Table], path: str) -> str:
        names = {name for table in tables for name in self._names(table)}
        fitting = [schema for schema, there in self._there.items() if names & there.keys()]
        if len(fitting) > 1:
            raise WrongSource(
                f"{path} has several schemas with such tables ({', '.join(sorted(fitting))}): "
                "name one, as in raw.duckdb#zendesk"
            )
        return fitting[0] if fitting else "main"

    def _names(self, table: Table) -> list[str]:
        names = [table.name, *table.other_names]
        raw = self.layout.raw_table
        return [name.lower() for name in names] + [
            raw.format(table=name).lower() for name in names if raw
        ]

    def _scan(self, table: Table) -> str | None:
        there = self._there.get(self.schema, {})
        found = next((there[name] for name in self._names(table) if name in there), None)
        return None if found is None else self._qualified(found)

    def _child(self, name: str) -> str | None:
        found = self._there.get(self.schema, {}).get(name.lower())
        return None if found is None or not self.layout.parts_lists else self._qualified(found)

    def _qualified(self, name: str) -> str:
        return f"{ATTACHED}.{quoted(self.schema)}.{quoted(name)}"

    def _newest(self, scan: str) -> str:
        """What changes where the table does: its rows, and its newest stamp."""
        there = described(self._connection, scan)
        stamp = next((name for name in self.layout.stamps if name in there), None)
        if stamp is None:
            return self._fingerprint(scan)
        newest = f"max(landed_time({quoted(stamp)}::varchar))"
        row = self._connection.execute(f"select count(*), {newest}::varchar from {scan}").fetchone()
        assert row is not None
        return f"{row[0]}|{row[1] or ''}"

    def _fingerprint(self, scan: str) -> str:
        """What changes with any value, of a table that no connector has stamped."""
        row = self._connection.execute(
            f"select count(*), bit_xor(hash(there)) from {scan} as there"
        ).fetchone()
        assert row is not None
        return f"{row[0]}:{row[1]}|"


def _attach(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    try:
        connection.execute(f"attach {literal(path)} as {ATTACHED} (read_only)")
    except duckdb.Error as error:
        raise SourceUnreachable(
            f"{path} cannot be opened ({type(error).__name__}): see that it is a DuckDB file and "
            "that nobody writes it now"
        ) from None


def _tables_by_schema(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    rows = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ?"
        " union all select schema_name, view_name from duckdb_views()"
        " where database_name = ? and not internal",
        [ATTACHED, ATTACHED],
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for schema, name in rows:
        found.setdefault(schema, {})[name.lower()] = name
    return found


def tables_there(connection: duckdb.DuckDBPyConnection, path: Path) -> set[str]:
    """Names of all tables and columns of a DuckDB file."""
    _attach(connection, path)
    rows = connection.execute(
        "select table_name, column_name from duckdb_columns() where database_name = ?", [ATTACHED]
    ).fetchall()
    connection.execute(f"detach {ATTACHED}")
    return {str(name) for row in rows for name in row}
