"""A warehouse that grows day by day, is killed, upgraded and looked at from the published side."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration import pipeline
from orchestration.engines.state import read_states
from orchestration.exports.loading import load_days
from orchestration.privacy.record import Door
from orchestration.publishing.record import read_publication
from orchestration.settings import Settings
from orchestration.warehouse.build import build_warehouse
from orchestration.warehouse.comparison import compare
from orchestration.warehouse.tables import describe_tables
from orchestration.warehouse.verify import verify_warehouse
from tests.homes import copy_home, ready_dbt_folder, small_home
from tests.oracle.generate import generate_inbox, write_day, write_inbox

ZONE = "Europe/Warsaw"
DAYS = 16
INBOX = generate_inbox(3, date(2024, 3, 22), DAYS, 9, ZONE, keeps_later=True)

# Loads and builds, and kills its own process before the given statement of dbt's is executed.
KILLED_RUN = """
import os, signal, sys
from pathlib import Path
from dbt.adapters.duckdb.environments import local
from orchestration.exports.loading import load_days
from orchestration.privacy.record import Door
from orchestration.settings import load_settings
from orchestration.warehouse.build import build_warehouse

home, exports, fatal = sys.argv[1], sys.argv[2], int(sys.argv[3])
executed = 0
execute = local.DuckDBCursorWrapper.execute

def counted(self, sql, bindings=None):
    global executed
    executed += 1
    if executed == fatal:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(self, sql, bindings)

local.DuckDBCursorWrapper.execute = counted
settings = load_settings(
    home=Path(home), exports=Path(exports), timezone="Europe/Warsaw", threads=1
)
load_days(settings, Door())
build_warehouse(settings)
print(executed)
"""


@pytest.fixture(scope="module")
def half(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with half of an inbox's days published; to be copied, not used."""
    folder = tmp_path_factory.mktemp("half")
    write_inbox(INBOX, folder / "exports")
    for day in list(INBOX.days)[DAYS // 2 :]:
        shutil.rmtree(folder / "exports" / str(day))
    settings = small_home(folder, ZONE)
    shutil.copytree(ready_dbt_folder(ZONE), settings.dbt_folder)
    assert not pipeline.run(settings).failures
    return settings


@pytest.fixture
def growing(half: Settings, tmp_path: Path) -> tuple[Settings, list[date]]:
    """The same, and the days that are still to come."""
    return copy_home(half, tmp_path), list(INBOX.days)[DAYS // 2 :]


def actions(settings: Settings) -> set[str]:
    return {state.action for state in read_states(settings.warehouse_database).values()}


def assert_published_as_rebuilt(settings: Settings) -> None:
    found = verify_warehouse(settings)
    assert found.differences == ()
    assert sum(found.rows.values()) > 1000
    published = compare(settings.published_database, settings.warehouse_database)
    assert published.differences == ()


def test_days_are_applied_and_give_what_a_rebuild_gives(
    growing: tuple[Settings, list[date]],
) -> None:
    settings, days = growing
    before = read_publication(settings.published_folder)
    for day in days[:2]:
        write_day(INBOX, day, settings.exports_folder)
        assert not pipeline.run(settings).failures
        assert actions(settings) == {"applied"}
        periods = describe_tables(settings.warehouse_database).periods
        assert 0 < periods["fct_agent_days"] < periods["mart_inbox_daily"]
    # A correction, a day taken out and a day again are batches like any other.
    write_day(INBOX.with_day(days[0], []), days[0], settings.exports_folder)
    again = list(INBOX.days)[1]
    (settings.raw_folder / "manifests" / f"{again}.json").unlink()
    shutil.rmtree(settings.exports_folder / str(again))
    assert not pipeline.run(settings).failures
    assert actions(settings) == {"applied"}
    assert_published_as_rebuilt(settings)
    after = read_publication(settings.published_folder)
    assert before is not None
    assert after is not None
    assert after.rows_written < before.rows_written
    with closing(duckdb.connect(str(settings.published_database), read_only=True)) as connection:
        parquet = settings.published_folder / "parquet"
        for table in ("fct_messages", "mart_agents_weekly"):
            alone = connection.execute(
                f"select count(*) from (from {table} except all from '{parquet / table}/*.parquet')"
            ).fetchall()
            assert alone == [(0,)]


def test_runs_killed_at_many_statements_end_with_the_tables_of_an_undisturbed_one(
    growing: tuple[Settings, list[date]],
) -> None:
    """Each run finds a new day and the batch of a run that was killed; none of them ends well."""
    settings, days = growing
    shutil.rmtree(settings.dbt_folder / "replay")  # whose one transaction test_replay ends
    for fatal, day in zip((20, 95, 165, 240, 290), days, strict=False):
        write_day(INBOX, day, settings.exports_folder)
        run = subprocess.run(
            [
                sys.executable,
                "-c",
                KILLED_RUN,
                str(settings.home),
                str(settings.exports_folder),
                str(fatal),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == -9, run.stderr
    assert not pipeline.run(settings).failures
    assert_published_as_rebuilt(settings)


def test_a_table_that_differs_from_a_rebuild_is_told(growing: tuple[Settings, list[date]]) -> None:
    settings, _ = growing
    with closing(duckdb.connect(str(settings.warehouse_database))) as connection:
        connection.execute("update fct_threads set channel = 'fax' where channel = 'chat'")
    found = verify_warehouse(settings, examples=1)
    assert [difference.table for difference in found.differences] == ["fct_threads"]
    assert "channel=fax" in found.differences[0].examples[0]


def test_a_warehouse_of_another_version_is_upgraded_by_the_next_run(
    growing: tuple[Settings, list[date]],
) -> None:
    """As after a release that defines one fact in another way: it and what follows are built."""
    settings, days = growing
    with closing(duckdb.connect(str(settings.warehouse_database))) as connection:
        connection.execute("alter table fct_ratings drop column user_id")
        connection.execute("create table mart_of_an_earlier_version as select 1 as column_name")
        connection.execute(
            "update load_state.models set fingerprint = 'old' "
            "where model_name in ('fct_ratings', 'fct_agent_days')"
        )
    write_day(INBOX, days[0], settings.exports_folder)
    assert not pipeline.run(settings).failures
    states = read_states(settings.warehouse_database)
    built = {name for name, state in states.items() if state.action == "built"}
    assert built == {"fct_ratings", "fct_scope_days", "fct_agent_days"}
    assert_published_as_rebuilt(settings)


def test_a_lost_catalog_or_warehouse_costs_a_full_build_and_nothing_else(
    growing: tuple[Settings, list[date]],
) -> None:
    settings, days = growing
    settings.raw_catalog.write_text("{")
    write_day(INBOX, days[0], settings.exports_folder)
    load_days(settings, Door())
    assert all(result.is_success for result in build_warehouse(settings, with_tests=False).results)
    assert actions(settings) == {"built"}
    settings.warehouse_database.unlink()
    write_day(INBOX, days[1], settings.exports_folder)
    assert not pipeline.run(settings).failures
    assert actions(settings) == {"built"}
    published = compare(settings.published_database, settings.warehouse_database)
    assert published.differences == ()
    assert sum(published.rows.values()) > 1000


def test_rows_that_a_failed_build_wrote_are_tested_by_the_next(
    growing: tuple[Settings, list[date]],
) -> None:
    settings, days = growing
    write_day(INBOX, days[0], settings.exports_folder)
    assert not pipeline.run(settings).failures
    with closing(duckdb.connect(str(settings.warehouse_database))) as connection:
        connection.execute("insert into fct_ratings select * from fct_ratings limit 1")
    (settings.warehouse_folder / "tested.json").unlink()
    write_day(INBOX, days[1], settings.exports_folder)
    failed = {result.name for result in build_warehouse(settings).results if not result.is_success}
    assert "unique_fct_ratings_rating_id" in failed
