"""A landing in PostgreSQL: a schema with a table a stream, read as text through COPY.

Rows go from the server through a pipe into DuckDB, a block at a time: none is a Python object and
none is written on the way.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import duckdb
import pyarrow as pa
import pyarrow.csv

from orchestration.machine.sql import literal, quoted

from ..errors import SourceUnreachable, WrongSource
from ..model import Part, Table
from .layout import Layout
from .typed import typed_relation

STATEMENT_SECONDS = 3600
BLOCK_BYTES = 32 * 2**20
_HASHES = "sum(hashtextextended(there::text, 0)::numeric)"


class PostgresLanding:
    """Tables of a database, opened read-only.

    where: postgresql://<host>/<database>, and after # the schema where several could be meant.
    login: user and password; without them libpq's own ways (.pgpass, PGUSER) hold.
    """

    reads_once = True

    def __init__(
        self,
        layout: Layout,
        where: str,
        tables: Sequence[Table],
        known: Mapping[str, Mapping[str, str]],
        login: Mapping[str, str],
    ) -> None:
        self.name = layout.name
        self.layout = layout
        self._known = known
        self._address, _, schema = where.partition("#")
        self._login = dict(login)
        self._open = ExitStack()
        self._connection = self._open.enter_context(self._connect())
        self._columns = self._information_schema_columns()
        ((self._snapshot,),) = self._rows("select pg_export_snapshot()")
        self.schema = schema or self._schema_of(tables)
        self._readers = 0

    def parts(self, table: Table) -> Sequence[Part]:
        """The table, with its newest stamp; none where it is not there."""
        name = self._table(table)
        return [] if name is None else [Part(table.name, self._newest(name))]

    def relation(
        self, connection: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[Part]
    ) -> str:
        """Its rows that were taken since the newest stamp of before, or all where it has none."""
        name = self._table(table)
        assert name is not None
        since = self._known.get(table.name, {}).get(table.name, "").partition("|")[2]
        stamp = self._stamp(name)
        condition = f" where {quoted(stamp)} >= {literal(since)}" if stamp and since else ""
        scan = self._scan(connection, name, condition if table.keeps else "")
        return typed_relation(
            connection, table, scan, self.layout, lambda child: self._child(connection, child),
            there=dict.fromkeys(self._names(name), "VARCHAR"),
        )  # fmt: skip

    def unknown_columns(
        self, connection: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[Part]
    ) -> Iterable[str]:
        """Columns that are there and not declared."""
        name = self._table(table)
        declared = {column.lower() for column in table.columns}
        return sorted(
            column
            for column in ({} if name is None else self._names(name))
            if column.lower() not in declared
            and not self.layout.is_own(column)
            and column.split("__")[0].lower() not in declared
        )

    def _information_schema_columns(self) -> dict[str, dict[str, dict[str, str]]]:
        """Schemas, their tables, their columns and types."""
        found: dict[str, dict[str, dict[str, str]]] = {}
        for schema, table, column, kind in self._rows(
            "select table_schema, table_name, column_name, data_type"
            " from information_schema.columns"
            " where table_schema not in ('pg_catalog', 'information_schema')"
            " order by ordinal_position"
        ):
            found.setdefault(schema, {}).setdefault(table, {})[column] = kind
        return found

    def marks(self) -> set[str]:
        """Names of all tables and columns, by which a connector is told."""
        tables = [table for there in self._columns.values() for table in there.items()]
        return {"tables", *(name for name, _ in tables), *(c for _, names in tables for c in names)}

    def close(self) -> None:
        """Let go of the database."""
        self._open.close()

    def _schema_of(self, tables: Sequence[Table]) -> str:
        names = {name for table in tables for name in self._wanted(table)}
        fitting = [
            schema
            for schema, there in self._columns.items()
            if names & {table.lower() for table in there}
        ]
        if len(fitting) > 1:
            raise WrongSource(
                f"{self._address} has several schemas with such tables "
                f"({', '.join(sorted(fitting))}): name one, as in {self._address}#{fitting[0]}"
            )
        return fitting[0] if fitting else "public"

    def _wanted(self, table: Table) -> list[str]:
        names = [table.name, *table.other_names]
        raw = self.layout.raw_table
        return [name.lower() for name in names] + [
            raw.format(table=name).lower() for name in names if raw
        ]

    def _table(self, table: Table) -> str | None:
        there = {name.lower(): name for name in self._columns.get(self.schema, {})}
        return next((there[name] for name in self._wanted(table) if name in there), None)

    def _names(self, name: str) -> dict[str, str]:
        return self._columns[self.schema][name]

    def _stamp(self, name: str) -> str | None:
        return next((stamp for stamp in self.layout.stamps if stamp in self._names(name)), None)

    def _newest(self, name: str) -> str:
        """What changes where the table does.

        A table that no connector has stamped is told by the transactions that wrote its rows, which
        the server keeps beside each; what is no table, by its rows.
        """
        stamp = self._stamp(name)
        if stamp is None:
            written = "sum(xmin::text::numeric)" if self._is_table(name) else _HASHES
            query = f"select count(*), {written}::text from {self._qualified(name)} as there"
            ((count, value),) = self._rows(query)
            return f"{count}:{value or ''}|"
        newest = f"max({quoted(stamp)})::text"
        ((count, value),) = self._rows(f"select count(*), {newest} from {self._qualified(name)}")
        return f"{count}|{value or ''}"

    def _is_table(self, name: str) -> bool:
        found = self._rows(
            "select 1 from information_schema.tables where table_type = 'BASE TABLE'"
            f" and table_schema = {literal(self.schema)} and table_name = {literal(name)}"
        )
        return bool(found)

    def _qualified(self, name: str) -> str:
        return f"{quoted(self.schema)}.{quoted(name)}"

    def _child(self, connection: duckdb.DuckDBPyConnection, name: str) -> str | None:
        there = {table.lower(): table for table in self._columns.get(self.schema, {})}
        if not self.layout.parts_lists or name.lower() not in there:
            return None
        return self._scan(connection, there[name.lower()], "")

    def _scan(self, connection: duckdb.DuckDBPyConnection, name: str, condition: str) -> str:
        """A name under which DuckDB reads a table once."""
        columns = self._names(name)
        texts = ", ".join(f"{_as_text(c, kind)} as {quoted(c)}" for c, kind in columns.items())
        query = f"select {texts} from {self._qualified(name)}{condition}"
        self._readers += 1
        reader = f"postgres_rows_{self._readers}"
        connection.register(reader, self._copied(query, list(columns)))
        return reader

    def _copied(self, query: str, columns: Sequence[str]) -> pa.RecordBatchReader:
        """The rows of a query, as the server sends them; each query has a connection of its own,
        as DuckDB may read several at once, but all see the database at one moment.
        """
        receiving, sending = os.pipe()
        failed: list[BaseException] = []

        def send() -> None:
            try:
                with os.fdopen(sending, "wb") as pipe, self._connect() as connection:
                    _copy(connection, self._snapshot, query, pipe)
            except BaseException as error:  # told by who reads
                failed.append(error)

        sender = threading.Thread(target=send, daemon=True)
        sender.start()
        schema = pa.schema([(column, pa.string()) for column in columns])

        def batches() -> Iterator[pa.RecordBatch]:
            yield from _opened(receiving, schema)
            sender.join()
            if failed:
                raise SourceUnreachable(self._message(failed[0]))

        return pa.RecordBatchReader.from_batches(schema, batches())

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    @contextmanager
    def _connect(self) -> Iterator[Any]:
        import psycopg2

        try:
            connection = psycopg2.connect(
                self._address, **self._login, connect_timeout=30,
                options=f"-c statement_timeout={STATEMENT_SECONDS}s -c timezone=UTC",
            )  # fmt: skip
            connection.set_session(readonly=True, isolation_level="REPEATABLE READ")
        except psycopg2.Error as error:
            raise SourceUnreachable(self._message(error)) from None
        with closing(connection):
            yield connection

    def _message(self, error: BaseException) -> str:
        """Host and kind alone: the driver's text may quote the login, a query or a row."""
        host = urlsplit(self._address).hostname or "this machine"
        state = getattr(error, "pgcode", None)
        kind = f"{type(error).__name__}{f' {state}' if state else ''}"
        return (
            f"The database on {host} cannot be read ({kind}): see that it answers, and that "
            "INBOX_SOURCE_<NAME>_USER and _TOKEN, or .pgpass, may read the tables"
        )


def _copy(connection: Any, snapshot: str, query: str, pipe: BinaryIO) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set transaction snapshot %s", [snapshot])
        cursor.copy_expert(f"copy ({query}) to stdout (format csv, header)", pipe)


def _opened(receiving: int, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """CSV from a pipe as columns of text; an empty text is told from none."""
    with os.fdopen(receiving, "rb") as pipe:
        yield from pyarrow.csv.open_csv(
            pipe,
            read_options=pyarrow.csv.ReadOptions(block_size=BLOCK_BYTES, use_threads=False),
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=schema, null_values=[""], strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )  # fmt: skip


def _as_text(column: str, kind: str) -> str:
    """SQL for a column as text; an array as JSON, as other connectors have it."""
    if kind == "ARRAY":
        return f"to_json({quoted(column)})::text"
    return f"{quoted(column)}::text"
