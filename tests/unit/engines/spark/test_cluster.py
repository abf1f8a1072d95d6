"""What a cluster says of its tables, and the views of their files; no cluster is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.engines.spark import connection
from orchestration.engines.spark.connection import (
    ClusterRefused,
    ClusterUnavailable,
    tolerate_unclosed_sessions,
)
from orchestration.engines.spark.tables import read_cluster
from orchestration.engines.spark.views import write_views
from orchestration.engines.state import ModelState, read_states
from orchestration.machine.stores import ObjectFolder
from orchestration.settings import Settings
from tests.services.s3 import S3Server

DATE_COLUMN = " |-- created_date: date (nullable = true)\n"
SCHEMA = f"""Schema: root
 |-- thread_id: string (nullable = true)
 |-- labels: array (nullable = true)
 |    |-- element: string (containsNull = true)
 |-- closing_seconds: double (nullable = true)
 |-- created_at: timestamp (nullable = true)
 |-- is_labeled: boolean (nullable = true)
 |-- messages: long (nullable = true)
{DATE_COLUMN}"""
MODEL = {
    "description": "One row per conversation.",
    "columns": {
        "created_date": {"description": "The day of its creation."},
        "thread_id": {"description": "It's the key."},
    },
}


def information(
    location: Path | str, properties: str = "", kind: str = "MANAGED", file_format: str = "parquet"
) -> str:
    """What `show table extended` says of a table."""
    view = "View Text: select 'Location: elsewhere' as a\n" if kind == "VIEW" else ""
    return (
        "Catalog: spark_catalog\nDatabase: inbox_main\nTable: fct_threads\n"
        f"Type: {kind}\n{view}Provider: {file_format}\nComment: a: b\n"
        f"Table Properties: [{properties}]\nLocation: {location}\n"
        f"Partition Columns: [`created_date`]\n{SCHEMA}\n"
    )


class Server:
    """A Thrift server with the tables that a test gives it."""

    def __init__(self, tables: dict[str, dict[str, str]]) -> None:
        self.tables = tables
        self.statements: list[str] = []

    def execute(self, statement: str) -> None:
        self.statements.append(statement)
        database = next((name for name in self.tables if name in statement), None)
        self.found: list[Any] = []
        if statement.startswith("show databases"):
            self.found = [(database,)] if database else []
        elif statement.startswith("show tables in") and database:
            self.found = [(database, name, False) for name in self.tables[database]]
        elif statement.startswith("show table extended") and database:
            self.found = [
                (database, name, False, text)
                for name, text in self.tables[database].items()
                if statement.endswith(("'*'", f"'{name}'"))
            ]

    def fetchall(self) -> list[Any]:
        return self.found


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    made = Server({})

    @contextmanager
    def cursor(settings: Settings) -> Iterator[Server]:
        yield made

    monkeypatch.setattr(connection, "cursor", cursor)
    return made


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", engine="spark")


def properties(action: str, previous: str = "") -> str:
    state = {
        "action": action,
        "batch_number": "7",
        "fingerprint": "f",
        "previous_version": previous,
        "rows_written": "12",
        "version": "v",
    }
    return ", ".join(f"inbox.{name}={value}" for name, value in state.items())


def rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with closing(duckdb.connect(str(settings.warehouse_database), read_only=True)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        return connection.execute(query).fetchall()


def test_a_session_that_the_server_cannot_close_is_no_error() -> None:
    """The statements are done by then, and dbt would say that they failed."""
    hive = pytest.importorskip("pyhive.hive")
    types = pytest.importorskip("TCLIService.ttypes")
    failed = types.TStatus(types.TStatusCode.ERROR_STATUS, errorMessage="no such class")

    class Client:
        def CloseSession(self, request: object) -> object:  # noqa: N802 - Thrift's name
            return types.TCloseSessionResp(failed)

    class Transport:
        is_open = True

        def close(self) -> None:
            self.is_open = False

    session = hive.Connection.__new__(hive.Connection)
    session._client, session._transport, session._sessionHandle = Client(), Transport(), None
    tolerate_unclosed_sessions()
    session.close()
    assert not session._transport.is_open


def test_tables_tell_what_batches_they_have_had(settings: Settings, server: Server) -> None:
    server.tables["inbox_main"] = {
        "built": information("file:/t", properties("built")),
        "applied": information("file:/t", properties("applied", "u")),
        "half_changed": information("file:/t", properties("applying", "u")),
        "plain": information("file:/t"),
        "seen": information("file:/t", properties("applied", "u"), kind="VIEW"),
    }
    found = {table.name: table for table in read_cluster(settings)}
    assert {name: table.state for name, table in found.items()} == {
        "built": ModelState("f", 7, "built", "v", None, 12),
        "applied": ModelState("f", 7, "applied", "v", "u", 12),
        "half_changed": None,
        "plain": None,
        "seen": ModelState("f", 7, "applied", "v", "u", 12),
    }
    assert found["seen"].format is None
    write_views(settings, [table for table in found.values() if table.name == "seen"], {})
    assert rows(settings, "select model_name from load_state.models") == [("seen",)]


def test_rows_are_those_of_the_files_that_count(
    settings: Settings, server: Server, tmp_path: Path
) -> None:
    folder = tmp_path / "a b's [*]" / "fct_threads"
    with closing(duckdb.connect()) as connection:
        for path, thread in (
            ("created_date=2024-02-29/part-0.parquet", "one"),
            ("created_date=__HIVE_DEFAULT_PARTITION__/part-0.parquet", "dateless"),
            (".spark-staging-1/created_date=2024-02-29/part-1.parquet", "of a job that died"),
            ("_temporary/0/part-2.parquet", "of a job that died"),
        ):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            file = str(folder / path).replace("'", "''")
            connection.execute(
                f"copy (select '{thread}' as thread_id, ['x'] as labels, 1.5::double as "
                "closing_seconds, timestamptz '2024-02-29 23:30:00+00' as created_at, true as "
                f"is_labeled, 3::bigint as messages) to '{file}'"
            )
    url = f"file:{str(folder).replace(' ', '%20')}"
    server.tables["inbox_main"] = {"fct_threads": information(url, properties("built"))}
    write_views(settings, read_cluster(settings), {"fct_threads": MODEL})
    assert rows(settings, "from main.fct_threads order by thread_id desc") == [
        (day, thread, ["x"], 1.5, datetime(2024, 2, 29, 23, 30, tzinfo=UTC), True, 3)
        for day, thread in ((date(2024, 2, 29), "one"), (None, "dateless"))
    ]
    assert rows(settings, "select comment from duckdb_views() where view_name = 'fct_threads'") == [
        ("One row per conversation.",)
    ]
    assert ("It's the key.",) in rows(
        settings, "select comment from duckdb_columns() where column_name = 'thread_id'"
    )
    assert read_states(settings.warehouse_database)["fct_threads"].batch_number == 7


def test_a_table_without_a_file_has_its_columns_and_no_row(
    settings: Settings, server: Server, tmp_path: Path
) -> None:
    server.tables["inbox_main"] = {"fct_threads": information(f"file:{tmp_path}")}
    write_views(settings, read_cluster(settings), {"fct_threads": MODEL})
    assert rows(settings, "from main.fct_threads") == []
    described = rows(settings, "describe main.fct_threads")
    assert [(name, kind) for name, kind, *_ in described] == [
        ("created_date", "DATE"),
        ("thread_id", "VARCHAR"),
        ("labels", "VARCHAR[]"),
        ("closing_seconds", "DOUBLE"),
        ("created_at", "TIMESTAMP WITH TIME ZONE"),
        ("is_labeled", "BOOLEAN"),
        ("messages", "BIGINT"),
    ]


def test_files_in_an_object_store_are_fetched_once(
    settings: Settings, server: Server, s3: S3Server, tmp_path: Path
) -> None:
    store = ObjectFolder(f"{s3.new_bucket()}/lake/fct_threads")
    with closing(duckdb.connect()) as connection:
        for number in (1, 2, 3):
            connection.execute(
                f"copy (select '{number}' as thread_id) to '{tmp_path}/{number}.parquet'"
            )
    store.upload(tmp_path / "1.parquet", "created_date=2024-03-01/1.parquet")
    store.upload(tmp_path / "2.parquet", "created_date=2024-03-02/2.parquet")
    store.upload(tmp_path / "3.parquet", "_temporary/created_date=2024-03-02/3.parquet")
    text = information(store.url.replace("s3://", "s3a://"), properties("built"))
    columns = f"Schema: root\n |-- thread_id: string (nullable = true)\n{DATE_COLUMN}"
    server.tables["inbox_main"] = {"fct_threads": text.replace(SCHEMA, columns)}
    write_views(settings, read_cluster(settings), {})
    threads = "select thread_id, created_date from main.fct_threads order by 1"
    assert rows(settings, threads) == [("1", date(2024, 3, 1)), ("2", date(2024, 3, 2))]

    # One partition was written anew: nothing is asked of the store for the other one.
    store.remove("created_date=2024-03-02")
    store.upload(tmp_path / "3.parquet", "created_date=2024-03-02/3.parquet")
    s3.fail_at("1.parquet")
    write_views(settings, read_cluster(settings), {})
    s3.recover()
    assert rows(settings, threads) == [("1", date(2024, 3, 1)), ("3", date(2024, 3, 2))]

    def fetched() -> list[str]:
        return sorted(path.name for path in settings.warehouse_folder.rglob("*.parquet"))

    assert fetched() == ["1.parquet", "3.parquet"]
    server.tables["inbox_main"].clear()
    write_views(settings, read_cluster(settings), {})
    assert fetched() == []


def test_tables_of_another_format_are_copied_once_a_version(
    settings: Settings, server: Server, tmp_path: Path
) -> None:
    server.tables["inbox_main"] = {
        "fct_threads": information("file:/delta", properties("built"), file_format="delta")
    }
    server.tables["inbox_copies"] = {
        name: information(f"file:{tmp_path}", "inbox.version=before")
        for name in ("main__fct_threads", "main__fct_of_an_earlier_version")
    }
    tables = read_cluster(settings)
    write_views(settings, tables, {})
    assert "drop table inbox_copies.main__fct_of_an_earlier_version" in server.statements
    (copied,) = [text for text in server.statements if text.startswith("create table")]
    assert "inbox_copies.main__fct_threads using parquet" in copied
    assert "'inbox.version' = 'v'" in copied
    assert "as select * from inbox_main.fct_threads" in copied
    server.tables["inbox_copies"]["main__fct_threads"] = information(
        f"file:{tmp_path}", "inbox.version=v"
    )
    server.statements.clear()
    write_views(settings, tables, {})
    assert not [text for text in server.statements if text.startswith("create table")]


def test_tables_that_this_machine_cannot_read_are_told(settings: Settings, server: Server) -> None:
    server.tables["inbox_main"] = {"fct_threads": information("hdfs://name/fct_threads")}
    with pytest.raises(ClusterRefused, match=r"\(hdfs://name/fct_threads\): give it a folder"):
        write_views(settings, read_cluster(settings), {})


def test_a_column_of_a_type_that_has_no_counterpart_is_told(
    settings: Settings, server: Server, tmp_path: Path
) -> None:
    columns = "\n |-- price: decimal(10,2) (nullable = true)\n |-- raw: map (nullable = true)\n"
    described = information(f"file:{tmp_path}").replace(
        "\n |-- thread_id", f"{columns} |-- thread_id"
    )
    server.tables["inbox_main"] = {"fct_threads": described}
    tables = read_cluster(settings)  # what a build asks before the model that casts it can run
    with pytest.raises(ClusterRefused, match=r"fct_threads has a column .*\(raw, of type map\)"):
        write_views(settings, tables, {})
    server.tables["inbox_main"] = {"fct_threads": described.replace("raw: map", "raw: short")}
    write_views(settings, read_cluster(settings), {})
    types = {name: kind for name, kind, *_ in rows(settings, "describe main.fct_threads")}
    assert (types["price"], types["raw"]) == ("DECIMAL(10,2)", "SMALLINT")


def test_a_server_that_does_not_answer_is_told_with_what_to_do(tmp_path: Path) -> None:
    nobody = Settings(home=tmp_path, engine="spark", spark_port=1)
    with pytest.raises(ClusterUnavailable, match=r"127\.0\.0\.1:1 does not answer .* INBOX_SPARK"):
        read_cluster(nobody)
