"""Readers of the publication: each client gets the same answers, with types and descriptions."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import psycopg2
import pytest

from orchestration.publishing.csv_cells import harmless_cell
from orchestration.publishing.postgres import publish_to_postgres, table_keys
from orchestration.publishing.presentation import to_csv
from orchestration.publishing.publish import publish
from orchestration.publishing.report import read_report
from orchestration.settings import PROJECT_ROOT, Settings, load_settings
from orchestration.warehouse.dbt import load_manifest
from orchestration.warehouse.docs import write_docs
from tests.clients.answers import Column, Rows, kind_of, plain_rows
from tests.clients.catalogs import CATALOGS, Catalog
from tests.clients.parquet import MONTHS, by_pandas, by_polars, by_pyarrow
from tests.clients.spreadsheet import open_in_calc
from tests.clients.sql import CLIENTS, Client, Published, Refused
from tests.services.postgres import PostgresServer

QUERIES = {
    "months": f"select {', '.join(MONTHS)} from mart_inbox_monthly order by period_start_date",
    "first": "select min(created_at) from fct_threads",
    "cards": "select metric, current_value from inbox_cards('2024-02-10', '2024-03-20') order by 1",
    "agent": "select * from inbox_series('month', '2024-02-10', '2024-03-20', 'u00021')",
    "agents": "select * from inbox_agents('2024-02-10', '2024-03-20') order by agent_id",
    "labels": "select * from inbox_top_labels('2024-02-10', '2024-03-20', 5, null)",
    "named": "select * from inbox_series('month', '2024-02-10', '2024-03-20', null, "
    "channels := array['forum/it', 'forum/es'], day_of := 'ended')",
    "one value": "select * from inbox_series('week', '2024-02-10', '2024-03-20', null, "
    "channels := array['forum/it'])",
    "named cards": "select metric, current_value, previous_value "
    "from inbox_cards('2024-02-10', '2024-03-20', agent := 'u00021') order by 1",
    "hours": "select * from inbox_hours('waits', '2024-02-10', '2024-03-20') order by 1, 2",
    "within": "select * from inbox_within('reply', 3600, 'month', '2024-02-10', '2024-03-20')",
    "breakdown": "select dimension, value, new_threads, reply_seconds_median "
    "from inbox_breakdown('channel', '2024-03-11', '2024-03-20') order by value",
    "threads": "select thread_id, record_id, value, reason from inbox_threads('replies', "
    "'2024-03-11', '2024-03-20', null, channels := array['forum/it']) order by 1, 2",
    "definitions": "select definition, threads "
    "from inbox_definitions('closing_seconds', '2024-02-10', '2024-03-20', null) order by 1",
    "values": "select * from fct_values order by number",
}

# Where DuckDB and PostgreSQL keep descriptions; the answers are the same.
TABLES = {
    False: "select table_name, comment from duckdb_tables() order by 1",
    True: "select relname, obj_description(oid, 'pg_class') from pg_class "
    "where relkind = 'r' and relnamespace = 'inbox'::regnamespace order by 1",
}
FUNCTIONS = {
    False: "select function_name, comment from duckdb_functions() where not internal order by 1",
    True: "select proname, obj_description(oid, 'pg_proc') from pg_proc "
    "where pronamespace = 'inbox'::regnamespace order by 1",
}

# Texts that somebody outside may have chosen, in the place of the sample's.
OUTSIDE_TEXTS = {
    "Helper 01": '=HYPERLINK("http://evil.example";"Zażółć")',
    "Helper 06": "+1 555 0100",
    "Helper 07": "-2+3\r\n=1+1",
    "Helper 04": "@SUM(A1:A9)",
}
VALUES = """
create table fct_values (
    number bigint not null, words varchar, share double, whole bigint, is_true boolean,
    day_date date, happened_at timestamptz
);
insert into fct_values values
    (1, 'plain', 0.1, 1, true, '2024-02-29', '2024-03-31 01:59:59.999999+01'),
    (2, null, null, null, null, null, null),
    (3, '', 'nan', 0, false, '1900-01-01', '1900-01-01 00:00:00+00'),
    (4, 'two' || chr(10) || chr(92) || '.' || chr(13) || chr(10) || chr(9) || 'rows', 'inf',
        9223372036854775807, true, '9999-12-31', '2999-12-31 23:59:59.999999+00'),
    (5, '"quoted", ''once''; ' || chr(92) || 'N {}%$1', '-inf', -9223372036854775808, false,
        '0001-01-01', '2024-10-27 02:30:00+02'),
    (6, 'Zażółć 漢字 🙂 ' || repeat('long ', 5000), 5e-324, 2, true, '2024-01-01',
        '2024-10-27 02:30:00+01'),
    (7, '001', 1.7976931348623157e308, 3, true, '1582-10-15', '1970-01-01 00:00:00+00');
comment on table fct_values is 'Values that are easily lost: ''quotes'', "names", 100 % 漢字';
comment on column fct_values.share is 'Not a number, and infinite, too; $1 {} %s';
"""


@pytest.fixture(scope="module")
def settings(published_sample: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with the sample's publication, and in it values and texts that are easily lost."""
    settings = load_settings(
        home=tmp_path_factory.mktemp("connections"), timezone=published_sample.timezone
    )
    shutil.copytree(published_sample.dbt_folder, settings.dbt_folder)
    warehouse = settings.home / "changed.duckdb"
    shutil.copyfile(published_sample.warehouse_database, warehouse)
    with closing(duckdb.connect(str(warehouse))) as connection:
        connection.execute(VALUES)
        names = connection.execute("select name from dim_agents").fetchall()
        assert {name for (name,) in names} >= set(OUTSIDE_TEXTS)
        top = connection.execute(QUERIES["labels"]).fetchall()
        texts = OUTSIDE_TEXTS | {
            label: f"{sign}{label}" for sign, (label, *_) in zip("=+-@\t", top, strict=True)
        }
        for table, column in connection.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'main' "
            "and not internal and column_name in ('label', 'name', 'agent_name')"
        ).fetchall():
            for before, after in texts.items():
                connection.execute(
                    f"update {table} set {column} = ? where {column} = ?", [after, before]
                )
    publish(warehouse, settings.published_folder, "connections")
    return settings


@pytest.fixture(scope="module")
def postgres(postgres_server: PostgresServer) -> PostgresServer:
    """A database that sorts texts as a language does, as most do, and is far from UTC."""
    server = postgres_server.database(
        "Polish-in-Nepal", "template template0 locale_provider icu icu_locale 'pl-PL'"
    )
    server.execute(f"alter database \"{server.name}\" set timezone = 'Asia/Kathmandu'")
    return server


@pytest.fixture(scope="module")
def published(settings: Settings, postgres: PostgresServer) -> Published:
    """The publication in its file and in a server, where a person and her tool may read it."""
    publish_to_postgres(
        postgres.url, settings.published_folder, table_keys(load_manifest(settings))
    )
    reader = Published(settings.published_database, postgres, "connected_reader", "p}s:s/w@r d%ü")
    with closing(psycopg2.connect(postgres.url)) as connection, connection:
        cursor = connection.cursor()
        cursor.execute(
            f"create role {reader.user} login password %s in role inbox_reader", [reader.password]
        )
        cursor.execute(f"alter role {reader.user} set search_path = inbox")
        cursor.execute(f"alter role {reader.user} set timezone = 'UTC'")
    return reader


@pytest.fixture(scope="module")
def expected(settings: Settings) -> dict[str, Rows]:
    """What the project's own DuckDB answers."""
    with closing(duckdb.connect(str(settings.published_database), read_only=True)) as connection:
        answers = {
            name: plain_rows(connection.execute(sql).fetchall())
            for name, sql in {
                **QUERIES,
                "tables": TABLES[False],
                "functions": FUNCTIONS[False],
                "columns": "select table_name, column_name, data_type, is_nullable, comment "
                "from duckdb_columns() where not internal order by table_name, column_index",
            }.items()
        }
        answers["counts"] = plain_rows(connection.execute(count(answers)).fetchall())
    assert [name for name in QUERIES if not answers[name]] == []
    assert answers["values"][2][2:4] == ["nan", 0]
    return answers


def count(answers: dict[str, Rows]) -> str:
    """The statement that counts the rows of every table."""
    counts = [f"select '{table}', count(*) from {table}" for table, _ in answers["tables"]]
    return " union all ".join(counts) + " order by 1"


@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_every_client_gets_the_same(
    client: Client, published: Published, expected: dict[str, Rows]
) -> None:
    questions = QUERIES | {
        "tables": TABLES[client.is_server],
        "functions": FUNCTIONS[client.is_server],
        "counts": count(expected),
    }
    answers = dict(zip(questions, client.ask(published, list(questions.values())), strict=True))
    for name, answer in answers.items():
        assert len(answer) == len(expected[name]), name
        for row, expected_row in zip(answer, expected[name], strict=True):
            assert row == [nearly(value) for value in expected_row], name


def nearly(value: Any) -> Any:
    """A value; of a fraction 14 digits (DuckDB 2.0 moves the last bit of a p90)."""
    return pytest.approx(value, rel=1e-14, nan_ok=True) if isinstance(value, float) else value


@pytest.mark.parametrize("change", ["create table written (number int)", "delete from fct_threads"])
@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_no_client_writes(client: Client, change: str, published: Published) -> None:
    with pytest.raises(Refused, match=r"(?i)read-only|permission denied"):
        client.ask(published, [change])


@pytest.mark.parametrize("read", CATALOGS)
def test_tools_list_tables_and_columns_with_their_descriptions(
    read: Callable[[Published], Catalog], published: Published, expected: dict[str, Rows]
) -> None:
    found = read(published)
    tables: dict[str, dict[str, Column]] = {}
    for table, column, kind, is_nullable, comment in expected["columns"]:
        tables.setdefault(table, {})[column] = Column(
            kind_of(kind),
            is_nullable if found.has_nullability else None,
            comment if found.has_comments else None,
        )
    assert found.tables == tables
    # The published file has no keys; it is not written to.
    assert found.key == (["thread_id"] if "duckdb" not in read.__name__ else None)


@pytest.mark.parametrize("read", [by_pandas, by_polars, by_pyarrow])
def test_parquet(
    read: Callable[[Path], dict[str, Any]], settings: Settings, expected: dict[str, Rows]
) -> None:
    for name, answer in read(settings.published_folder / "parquet").items():
        assert plain_rows(answer) == expected[name], name


def by_command(settings: Settings, table: str) -> bytes:
    """What `inbox report --format csv` prints."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "orchestration.cli", "report", "--home", str(settings.home)),
            *("--from", "2024-02-10", "--to", "2024-03-20", "--format", "csv", "--only", table),
        ],
        cwd=PROJECT_ROOT,
        capture_output=True,
        check=True,
    )
    return done.stdout


def by_download(settings: Settings, table: str) -> bytes:
    """What the report's page gives as a file."""
    return to_csv(report_tables(settings)[table])


def report_tables(settings: Settings) -> dict[str, pd.DataFrame]:
    report = read_report(settings.published_database, date(2024, 2, 10), date(2024, 3, 20))
    return report.tables()


@pytest.mark.parametrize(
    ("give", "table"),
    [
        (by_command, "agents"),
        (by_download, "agents"),
        (by_download, "cards"),
        (by_download, "labels"),
        (by_download, "series"),
    ],
)
def test_a_spreadsheet_has_the_same_values(
    give: Callable[[Settings, str], bytes], table: str, settings: Settings, tmp_path: Path
) -> None:
    """Days are days, numbers are equal to the 15 digits that it writes, and texts stay texts."""
    file = tmp_path / f"{table}.csv"
    file.write_bytes(give(settings, table))
    header, *rows = open_in_calc(file)
    frame = report_tables(settings)[table]
    assert header == list(frame.columns)
    assert len(rows) == len(frame)
    for row, given in zip(rows, frame.itertuples(index=False), strict=True):
        assert row == [wanted(value) for value in given]


def wanted(value: Any) -> Any:
    """A value as a spreadsheet is to show it."""
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    if isinstance(value, str):
        return harmless_cell(value)
    return value if isinstance(value, bool) else pytest.approx(float(value), rel=1e-14, abs=0)


def test_the_description_is_one_page_that_needs_nothing_else(published_sample: Settings) -> None:
    page = write_docs(published_sample)
    content = page.read_text(encoding="utf-8")
    assert page == published_sample.home / "docs" / "index.html"
    for told in ("mart_inbox_daily", "metric.inbox_warehouse.average_rating", "inbox_report_page"):
        assert told in content
