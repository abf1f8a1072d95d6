"""All models give on PostgreSQL the facts and marts that DuckDB gives.

A second dialect that is cheap to run: what is SQL of DuckDB alone in a model shows here, long
before it is run on Spark. PostgreSQL reads no landed files, so the test copies their rows there.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
import pytest
from psycopg2.extras import execute_values

from orchestration import pipeline
from orchestration.machine.zones import offset_changes
from orchestration.settings import DBT_PROJECT, Settings, load_settings
from orchestration.warehouse.verify import verify_against
from tests.engines.postgres_profile import write_profile
from tests.homes import parsed_dbt_folder
from tests.oracle.generate import generate_inbox, write_day, write_inbox
from tests.services.postgres import PostgresServer

ZONE = "America/New_York"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with an inbox and its correction, built by DuckDB."""
    folder = tmp_path_factory.mktemp("postgres-build")
    inbox = generate_inbox(8, date(2023, 12, 24), 14, 8, ZONE, keeps_later=True)
    write_inbox(inbox, folder / "exports")
    settings = load_settings(
        exports=folder / "exports",
        home=folder / "home",
        timezone=ZONE,
        week_start="sunday",
        threads=1,
    )
    shutil.copytree(parsed_dbt_folder(), settings.dbt_folder)
    assert not pipeline.run(settings).failures
    corrected = list(inbox.days)[3]
    write_day(inbox.with_day(corrected, []), corrected, folder / "exports")
    assert not pipeline.run(settings).failures
    return settings


def test_every_table_is_as_on_duckdb(settings: Settings, tmp_path: Path) -> None:
    with PostgresServer() as server, closing(psycopg2.connect(server.url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor, warehouse_of(settings) as warehouse:
            cursor.execute("set TimeZone = 'UTC'")
            copy_raw_rows(warehouse, cursor)
            build(server, settings, tmp_path)
            there = copy_tables(cursor, warehouse, tmp_path / "postgres.duckdb")
    found = verify_against(settings, there)
    assert found.differences == ()
    assert sum(found.rows.values()) > 1000


def warehouse_of(settings: Settings) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(settings.warehouse_database), read_only=True)
    connection.execute("set TimeZone = 'UTC'")
    return connection


def columns_of(warehouse: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    return {name: kind for name, kind, *_ in warehouse.sql(f"describe {relation}").fetchall()}


def copy_raw_rows(warehouse: duckdb.DuckDBPyConnection, cursor: Any) -> None:
    """The source `raw` with all its rows, as `register_raw_records` made it in DuckDB."""
    cursor.execute("create schema raw")
    relations = warehouse.execute(
        "select table_name from information_schema.tables where table_schema = 'raw'"
    ).fetchall()
    for (name,) in relations:
        columns = columns_of(warehouse, f"raw.{name}")
        cursor.execute(
            f"create table raw.{name} ({', '.join(f'{c} {kind}' for c, kind in columns.items())})"
        )
        rows = warehouse.execute(f"from raw.{name}").fetchall()
        if rows:
            execute_values(cursor, f"insert into raw.{name} values %s", rows)


def build(server: PostgresServer, settings: Settings, folder: Path) -> None:
    write_profile(server, folder)
    done = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("dbt")), "run", "--quiet", "--no-use-colors"),
            *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(folder)),
            *("--vars", json.dumps(settings.dbt_vars)),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
        ],
        env={**os.environ, "INBOX_ZONE_OFFSETS": json.dumps(offset_changes(settings.timezone))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def copy_tables(cursor: Any, warehouse: duckdb.DuckDBPyConnection, path: Path) -> Path:
    """The tables of PostgreSQL's schema main as a DuckDB file, in the types of the warehouse."""
    cursor.execute("select table_name from information_schema.tables where table_schema = 'main'")
    with duckdb.connect(str(path)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for (name,) in cursor.fetchall():
            columns = columns_of(warehouse, f"main.{name}")
            rows = io.StringIO()
            listed = ", ".join(f'"{column}"' for column in columns)
            cursor.copy_expert(
                f"copy (select {listed} from main.{name}) to stdout (format csv, null '\\N')", rows
            )
            file = path.with_name(f"{name}.csv")
            file.write_text(rows.getvalue(), encoding="utf-8")
            connection.execute(
                f"create table {name} as select * from read_csv('{file}', header = false, "
                f"columns = {columns!r}, nullstr = '\\N', auto_detect = false)"
            )
    return path
