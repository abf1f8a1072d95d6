"""Whole runs with `INBOX_ENGINE=spark`: days come, change and are published as with DuckDB."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration import pipeline
from orchestration.engines.state import read_states
from orchestration.publishing.record import read_publication
from orchestration.settings import Settings, load_settings
from orchestration.warehouse.comparison import compare
from orchestration.warehouse.verify import TOLERANCE, verify_warehouse
from tests.against_oracle.warehouses import write_schedules
from tests.integration.test_pipeline import environment
from tests.oracle.generate import generate_inbox, write_day, write_inbox
from tests.services.spark import SPARK_HOME, SparkCluster

ZONE = "Europe/Warsaw"
DAYS = 10
INBOX = generate_inbox(3, date(2024, 3, 24), DAYS, 9, ZONE, keeps_later=True, events=True)
LATER = list(INBOX.days)[DAYS - 4 :]


@pytest.fixture(scope="module")
def settings(cluster: SparkCluster, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home whose tables are the cluster's, with all but the last days published."""
    folder = tmp_path_factory.mktemp("spark-home")
    write_inbox(INBOX, folder / "exports")
    for day in LATER:
        shutil.rmtree(folder / "exports" / str(day))
    settings = load_settings(
        exports=folder / "exports",
        home=folder / "home",
        timezone=ZONE,
        schedules=write_schedules(INBOX, 1, folder),
        engine="spark",
        spark_port=cluster.port,
        spark_schema="care",
    )
    assert pipeline.run(settings).failures == []
    return settings


def assert_published_as_duckdb_does(settings: Settings, folder: Path) -> None:
    """Every value, type, comment and function of the published file, and the Parquet beside it."""
    assert verify_warehouse(settings).differences == ()
    by_duckdb = settings.model_copy(update={"engine": "duckdb", "home": folder / "duckdb"})
    assert pipeline.run(by_duckdb).failures == []
    found = compare(settings.published_database, by_duckdb.published_database, tolerance=TOLERANCE)
    assert found.differences == ()
    assert sum(found.rows.values()) > 1000
    assert described(settings) == described(by_duckdb)
    with closing(duckdb.connect(str(settings.published_database), read_only=True)) as connection:
        parquet = settings.published_folder / "parquet"
        for table in found.rows:
            alone = connection.execute(
                f"select count(*) from (from {table} except all from '{parquet / table}/*.parquet')"
            ).fetchall()
            assert alone == [(0,)], table


def described(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """What the published file says of itself, and what its functions answer."""
    with closing(duckdb.connect(str(settings.published_database), read_only=True)) as connection:
        return {
            query: connection.execute(query).fetchall()
            for query in (
                "select table_name, column_name, data_type, is_nullable, comment "
                "from duckdb_columns() where not internal order by table_name, column_index",
                "select table_name, comment from duckdb_tables() order by 1",
                "select function_name, macro_definition, comment from duckdb_functions() "
                "where not internal order by 1",
                "from inbox_cards(null, null)",
                "from inbox_series('week', null, null, null)",
                "from inbox_agents(null, null)",
                "from inbox_top_labels(null, null, 10, null)",
            )
        }


def actions(settings: Settings) -> set[str]:
    return {state.action for state in read_states(settings.warehouse_database).values()}


def test_days_and_a_correction_are_applied_and_published(
    settings: Settings, tmp_path: Path
) -> None:
    assert actions(settings) == {"built"}
    write_day(INBOX, LATER[0], settings.exports_folder)
    assert pipeline.run(settings).failures == []
    assert actions(settings) == {"applied"}
    publication = read_publication(settings.published_folder)
    assert publication is not None
    # Tables of which the day changed little were not copied whole.
    assert any(rows > 0 for rows in publication.replaced_rows.values())
    corrected = list(INBOX.days)[2]
    write_day(INBOX.with_day(corrected, []), corrected, settings.exports_folder)
    write_day(INBOX, LATER[1], settings.exports_folder)
    assert pipeline.run(settings).failures == []
    assert actions(settings) == {"applied"}
    assert_published_as_duckdb_does(settings, tmp_path)


def test_a_run_that_is_killed_is_gone_on_with(
    settings: Settings, cluster: SparkCluster, tmp_path: Path
) -> None:
    write_day(INBOX, LATER[2], settings.exports_folder)
    before = read_publication(settings.published_folder)
    run = subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli", "run"],
        env={
            **environment(settings),
            "INBOX_ENGINE": settings.engine,
            "INBOX_SPARK_PORT": str(settings.spark_port),
            "INBOX_SPARK_SCHEMA": settings.spark_schema,
            "INBOX_SCHEDULES": str(settings.schedules),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stderr is not None
    for line in run.stderr:
        if "fct_threads: ok" in line:
            run.send_signal(signal.SIGKILL)
            break
    assert run.wait() == -signal.SIGKILL
    assert read_publication(settings.published_folder) == before
    time.sleep(5)  # the server ends the statements of a client that is gone
    write_day(INBOX, LATER[3], settings.exports_folder)
    assert pipeline.run(settings).failures == []
    assert_published_as_duckdb_does(settings, tmp_path)


def test_readers_reach_the_cluster_by_jdbc(settings: Settings, cluster: SparkCluster) -> None:
    """The tables that are left there, through the driver that BI tools use."""
    done = subprocess.run(
        [
            str(SPARK_HOME / "bin" / "beeline"),
            *("-u", f"jdbc:hive2://127.0.0.1:{cluster.port}/care_main", "--silent=true"),
            *("--outputformat=tsv2", "--showHeader=false"),
            *("-e", "select count(*), count(distinct thread_id) from fct_messages"),
        ],
        env={**os.environ, "SPARK_HOME": str(SPARK_HOME)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    answer = re.search(r"(\d+)\t(\d+)$", done.stdout.strip())  # after the client's prompt
    assert answer is not None, done.stdout
    with closing(duckdb.connect(str(settings.published_database), read_only=True)) as connection:
        expected = connection.execute(
            "select count(*), count(distinct thread_id) from fct_messages"
        ).fetchone()
    assert tuple(map(int, answer.groups())) == expected
