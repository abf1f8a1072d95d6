"""The bundled sample, published: its tables, the report of them, and what the command says."""

from __future__ import annotations

import glob
import json
from contextlib import closing

import duckdb
import pandas as pd
import pytest
from click.testing import CliRunner

from orchestration.cli import main
from orchestration.settings import PROJECT_ROOT, Settings
from tests.homes import command, environment, published_sample
from tests.integration.test_pipeline import published
from tests.oracle.compare import assert_tables_equal
from tests.oracle.metrics import KEYS

SAMPLE = PROJECT_ROOT / "sample"


@pytest.fixture(scope="module")
def sample() -> Settings:
    """The bundled sample, loaded and published by the command."""
    settings = published_sample()
    told = (settings.home.parent / "output").read_text()
    assert "Loaded 91 export days from 2024-01-01 to 2024-03-31." in told
    return settings


def test_sample_gives_the_expected_tables(sample: Settings) -> None:
    tables = published(sample)
    expected_files = sorted((SAMPLE / "expected").glob("*.csv"))
    assert len(expected_files) == 13
    for path in expected_files:
        name = path.stem
        expected = pd.read_csv(path, dtype={"agent_id": str, "label": str}, keep_default_na=True)
        for column in [c for c in expected if c.endswith("_date")]:
            expected[column] = pd.to_datetime(expected[column]).dt.date
        assert_tables_equal(tables[name], expected, KEYS[name], name)


def test_published_tables_are_described_and_also_parquet(sample: Settings) -> None:
    with closing(duckdb.connect(str(sample.published_database), read_only=True)) as connection:
        undescribed = connection.execute(
            "select table_name, null from duckdb_tables() where comment is null union all "
            "select table_name, column_name from duckdb_columns() "
            "where comment is null and not internal union all "
            "select function_name, null from duckdb_functions() where comment is null "
            "and function_type = 'table_macro' and not internal"
        ).fetchall()
        assert undescribed == []
    parquet = sample.published_folder / "parquet"
    for name, table in published(sample).items():
        files = glob.escape(f"{parquet}/{name}/") + "*.parquet"
        columns = duckdb.sql("from read_parquet($files) order by all", params={"files": files}).df()
        pd.testing.assert_frame_equal(columns, table, obj=name, check_dtype=False)


def test_published_file_opens_for_the_oldest_supported_client(sample: Settings) -> None:
    with closing(duckdb.connect()) as connection:
        path = str(sample.published_database).replace("'", "''")
        connection.execute(f"attach '{path}' as published (read_only)")
        tags = connection.execute(
            "select tags from duckdb_databases() where database_name = 'published'"
        ).fetchone()
    assert tags is not None
    assert tags[0]["storage_version"].startswith("v1.0.0")


def test_a_second_run_changes_nothing(sample: Settings) -> None:
    before = sample.published_database.stat()
    done = command(sample, "run")
    assert done.returncode == 0
    assert "Nothing new: readers have the data to 2024-03-31." in done.stdout
    after = sample.published_database.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_report_is_the_published_functions(sample: Settings) -> None:
    done = command(
        sample, "report", "--from", "2024-02-01", "--to", "2024-02-29", "--format", "json"
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    with closing(duckdb.connect(str(sample.published_database), read_only=True)) as connection:
        cards = connection.execute(
            "select metric, current_value from inbox_cards('2024-02-01', '2024-02-29')"
        ).fetchall()
        agents = connection.execute(
            "select agent_id, new_threads from inbox_agents('2024-02-01', '2024-02-29')"
        ).fetchall()
    assert [(card["metric"], card["current_value"]) for card in report["cards"]] == cards
    assert [(agent["agent_id"], agent["new_threads"]) for agent in report["agents"]] == agents
    assert [period["period_start_date"] for period in report["series"]][:2] == [
        "2024-02-01",
        "2024-02-02",
    ]
    text = command(sample, "report", "--agent", "u00021", "--grain", "month")
    assert "for agent u00021" in text.stdout
    table = command(sample, "report", "--format", "csv", "--only", "labels", "--top", "3")
    assert table.stdout.splitlines()[0] == "label,new_threads,rank"
    assert len(table.stdout.splitlines()) == 4


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("report", "--agent", "nobody"), 2, "There is no agent 'nobody'"),
        (("report", "--restatements", "--agent", "nobody"), 2, "There is no agent 'nobody'"),
        (("report", "--restatements", "--definitions"), 2, "give one of them"),
        (("report", "--definitions", "--only", "cards"), 2, "leave them out"),
        (("report", "--restatements", "--grain", "month"), 2, "leave them out"),
        (("quarantine", "show", "--entity", "thread"), 2, "There is no entity 'thread'"),
        (("report", "--from", "2024-03-02", "--to", "2024-03-01"), 2, "before it begins"),
        (("run", "--from", "2024-03-02", "--to", "2024-03-01"), 2, "before it begins"),
        (("run", "--timezone", "localtime"), 2, "'localtime' is not the IANA name"),
        (("run", "--timezone", "Warsaw"), 2, "INBOX_TIMEZONE: 'Warsaw' is not the IANA name"),
        (("run", "--week-start", "friday"), 2, "INBOX_WEEK_START"),
        (("run", "--max-rejected", "lots"), 2, "INBOX_MAX_REJECTED"),
        (("run", "--exports", "/nowhere/at/all"), 2, "/nowhere/at/all"),
        (("run", "--exports", "ftp://host/exports"), 2, "INBOX_EXPORTS"),
        (("report", "--home", "/nowhere/at/all"), 1, "Nothing is published yet"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    sample: Settings, arguments: tuple[str, ...], code: int, text: str
) -> None:
    done = CliRunner().invoke(main, arguments, env=environment(sample))
    assert done.exit_code == code
    assert isinstance(done.exception, SystemExit), done.exception
    assert text in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_process_ends_with_that_line(sample: Settings) -> None:
    done = command(sample, "report", "--agent", "nobody")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr
