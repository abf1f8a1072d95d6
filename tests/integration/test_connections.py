"""Readers of the publication: each client gets the same answers, with types and descriptions."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import adbc_driver_duckdb
import adbc_driver_manager.dbapi
import duckdb
import pandas as pd
import polars as pl
import pyarrow.dataset as ds
import pytest
import sqlalchemy as sa

from orchestration.publishing.report import read_report
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.warehouse.docs import write_docs

CLIENTS = PROJECT_ROOT / "build" / "clients"
MONTHS = """
select period_start_date, is_complete, new_threads, average_rating
from mart_inbox_monthly order by period_start_date
"""
FIRST_THREAD = "select min(created_at) from fct_threads"
CARDS = "select metric, current_value from inbox_cards('2024-02-10', '2024-03-20') order by 1"
AGENT = "select unique_users from inbox_series('month', '2024-02-10', '2024-03-20', 'u00021')"
LABELS = "select label, new_threads from inbox_top_labels('2024-02-10', '2024-03-20', 3, null)"
QUERIES = {
    "months": MONTHS,
    "first": FIRST_THREAD,
    "cards": CARDS,
    "agent": AGENT,
    "labels": LABELS,
}

# Run by a DuckDB of another version, in a process of its own.
OTHER_VERSION = """
import datetime, duckdb, json, sys
connection = duckdb.connect(sys.argv[1], read_only=True)
connection.execute("set TimeZone = 'UTC'")
answers = {}
for name, query in json.loads(sys.argv[2]).items():
    answers[name] = connection.execute(query).fetchall()
as_text = lambda value: value.isoformat()
print(json.dumps({"version": duckdb.__version__, "answers": answers}, default=as_text))
"""


@pytest.fixture(scope="module")
def expected(published_sample: Settings) -> dict[str, list[Any]]:
    with closing(
        duckdb.connect(str(published_sample.published_database), read_only=True)
    ) as connection:
        connection.execute("set TimeZone = 'UTC'")
        answers = {name: connection.execute(sql).fetchall() for name, sql in QUERIES.items()}
    assert [len(answers[name]) for name in QUERIES] == [3, 1, 6, 2, 3]
    return plain(answers)


def plain(answers: dict[str, Any]) -> dict[str, list[Any]]:
    """The same values as texts and numbers, whatever types a client has for days and instants."""

    def value(given: Any) -> Any:
        if isinstance(given, datetime):
            return given.astimezone(UTC).isoformat()
        return given.isoformat() if isinstance(given, date) else given

    return {name: [[value(cell) for cell in row] for row in rows] for name, rows in answers.items()}


@pytest.mark.parametrize("client", ["oldest", "newest"])
def test_old_and_new_duckdb(
    client: str, published_sample: Settings, expected: dict[str, list[Any]]
) -> None:
    assert (CLIENTS / client).is_dir(), "Run: make clients"
    done = subprocess.run(
        [
            *(sys.executable, "-c", OTHER_VERSION),
            *(str(published_sample.published_database), json.dumps(QUERIES)),
        ],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(CLIENTS / client)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["version"] != duckdb.__version__
    answer["answers"]["first"][0][0] = datetime.fromisoformat(answer["answers"]["first"][0][0])
    assert plain(answer["answers"]) == expected


def test_sqlalchemy(published_sample: Settings, expected: dict[str, list[Any]]) -> None:
    engine = sa.create_engine(
        f"duckdb:///{published_sample.published_database}",
        connect_args={"read_only": True},
    )
    with engine.connect() as connection:
        connection.execute(sa.text("set TimeZone = 'UTC'"))
        answers = {name: connection.execute(sa.text(sql)).all() for name, sql in QUERIES.items()}
        assert plain(answers) == expected
        reflected = sa.Table("mart_inbox_monthly", sa.MetaData(), autoload_with=connection)
        chosen = sa.select(
            *(
                reflected.c[name]
                for name in ("period_start_date", "is_complete", "new_threads", "average_rating")
            )
        ).order_by(reflected.c.period_start_date)
        assert plain({"months": connection.execute(chosen).all()})["months"] == expected["months"]
        inspector = sa.inspect(connection)
        assert "fct_threads" in inspector.get_table_names()
        columns = {column["name"]: column for column in inspector.get_columns("fct_threads")}
        assert isinstance(columns["created_date"]["type"], sa.Date)
        assert isinstance(columns["messages"]["type"], sa.BigInteger)
        assert isinstance(columns["created_at"]["type"], sa.DateTime)
    engine.dispose()


def test_adbc(published_sample: Settings, expected: dict[str, list[Any]]) -> None:
    answers = {}
    database = {"path": str(published_sample.published_database), "access_mode": "READ_ONLY"}
    with (
        adbc_driver_manager.dbapi.connect(
            driver=adbc_driver_duckdb.driver_path(),
            entrypoint="duckdb_adbc_init",
            db_kwargs=database,
            # A reader has nothing to commit, and DuckDB ends a transaction by itself.
            autocommit=True,
        ) as connection,
        connection.cursor() as cursor,
    ):
        with pytest.raises(adbc_driver_manager.dbapi.Error, match="read-only"):
            cursor.execute("create table written as select 1 as number")
        cursor.execute("set TimeZone = 'UTC'")
        for name, query in QUERIES.items():
            cursor.execute(query)
            answers[name] = cursor.fetchall()
    assert plain(answers) == expected


def months_by_pandas(parquet: Path) -> tuple[list[Any], Any]:
    months = pd.read_parquet(parquet / "mart_inbox_monthly").sort_values("period_start_date")
    threads = pd.read_parquet(parquet / "fct_threads", columns=["created_at"])
    rows = months[["period_start_date", "is_complete", "new_threads", "average_rating"]]
    return rows.values.tolist(), threads["created_at"].min().to_pydatetime()


def months_by_polars(parquet: Path) -> tuple[list[Any], Any]:
    months = pl.read_parquet(parquet / "mart_inbox_monthly" / "*.parquet").sort("period_start_date")
    threads = pl.scan_parquet(parquet / "fct_threads" / "*.parquet")
    rows = months.select("period_start_date", "is_complete", "new_threads", "average_rating")
    first = threads.select(pl.col("created_at").min()).collect().item()
    return [list(row) for row in rows.rows()], first


def months_by_pyarrow(parquet: Path) -> tuple[list[Any], Any]:
    names = ["period_start_date", "is_complete", "new_threads", "average_rating"]
    months = ds.dataset(parquet / "mart_inbox_monthly").to_table(columns=names)
    created = ds.dataset(parquet / "fct_threads").to_table(columns=["created_at"])["created_at"]
    rows = months.sort_by("period_start_date").to_pylist()
    return [[row[name] for name in names] for row in rows], min(created.to_pylist())


@pytest.mark.parametrize("read", [months_by_pandas, months_by_polars, months_by_pyarrow])
def test_parquet(
    read: Callable[[Path], tuple[list[Any], Any]],
    published_sample: Settings,
    expected: dict[str, list[Any]],
) -> None:
    months, first = read(published_sample.published_folder / "parquet")
    assert plain({"months": months, "first": [[first]]}) == {
        "months": expected["months"],
        "first": expected["first"],
    }


def test_csv_for_a_spreadsheet(published_sample: Settings, expected: dict[str, list[Any]]) -> None:
    """What `inbox report --format csv` gives is read back to the last digit."""
    report = read_report(published_sample.published_database, date(2024, 2, 10), date(2024, 3, 20))
    content = report.cards.to_csv(index=False)
    cards = [
        [row["metric"], float(row["current_value"])] for row in csv.DictReader(io.StringIO(content))
    ]
    assert sorted(cards) == expected["cards"]


def test_the_description_is_one_page_that_needs_nothing_else(published_sample: Settings) -> None:
    page = write_docs(published_sample)
    content = page.read_text(encoding="utf-8")
    assert page == published_sample.home / "docs" / "index.html"
    for told in ("mart_inbox_daily", "metric.inbox_warehouse.average_rating", "inbox_report_page"):
        assert told in content
