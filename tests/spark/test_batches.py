"""Batches on a Spark cluster give the tables that DuckDB has, and write only what they change."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from orchestration import pipeline
from orchestration.settings import load_settings
from tests.oracle.generate import generate_inbox, write_day, write_inbox
from tests.services.spark import SparkCluster
from tests.spark.warehouse import Killed, SparkWarehouse

ZONE = "Europe/Warsaw"
DAYS = 16
INBOX = generate_inbox(3, date(2024, 3, 22), DAYS, 9, ZONE, keeps_later=True)


def growing(cluster: SparkCluster, folder: Path) -> tuple[SparkWarehouse, list[date]]:
    """A warehouse of half of an inbox's days, and the days that are still to come."""
    days = list(INBOX.days)
    write_inbox(INBOX, folder / "exports")
    for day in days[DAYS // 2 :]:
        shutil.rmtree(folder / "exports" / str(day))
    settings = load_settings(home=folder / "home", exports=folder / "exports", timezone=ZONE)
    return SparkWarehouse(settings, cluster), days[DAYS // 2 :]


def bring_up_to_date(warehouse: SparkWarehouse) -> set[str]:
    """Loads what there is and builds it, with DuckDB and on the cluster; what models had to do."""
    assert not pipeline.run(warehouse.settings).failures
    return set(warehouse.build().actions.values())


def test_days_are_applied_and_write_only_what_they_change(
    cluster: SparkCluster, tmp_path: Path
) -> None:
    warehouse, days = growing(cluster, tmp_path)
    exports = warehouse.settings.exports_folder
    assert bring_up_to_date(warehouse) == {"build"}
    warehouse.assert_as_on_duckdb()
    for day in days[:2]:
        files, rows = warehouse.files(), warehouse.rows()
        write_day(INBOX, day, exports)
        assert bring_up_to_date(warehouse) == {"apply"}
        warehouse.assert_as_on_duckdb()
        files_after, rows_after = warehouse.files(), warehouse.rows()
        assert files_after.keys() == files.keys()
        for table in files:
            same = {day for day in files[table] if files[table][day] == files_after[table].get(day)}
            assert same == {
                day for day in rows[table] if rows[table][day] == rows_after[table].get(day)
            }, table
            assert same or table.startswith("fct_period"), table
    # A correction and a day that is taken out are batches like any other.
    write_day(INBOX.with_day(days[0], []), days[0], exports)
    taken_out = list(INBOX.days)[1]
    (warehouse.settings.raw_folder / "manifests" / f"{taken_out}.json").unlink()
    shutil.rmtree(exports / str(taken_out))
    assert bring_up_to_date(warehouse) == {"apply"}
    warehouse.assert_as_on_duckdb()
    assert {state.action for state in warehouse.states(warehouse.models()).values()} == {"applied"}


def test_builds_killed_within_statements_end_with_the_tables_of_an_undisturbed_one(
    cluster: SparkCluster, tmp_path: Path
) -> None:
    """Each but the first finds the batch of one that was killed, and some of them a new day."""
    warehouse, days = growing(cluster, tmp_path)
    for statement, seconds, day in (
        # The first build: a table half made.
        (r"create table inbox_intermediate\.int_messages_versioned__", 0.5, None),
        # A batch, while its days are written and before it is noted that they are.
        (r"insert overwrite table inbox_main\.fct_threads", 0.5, days[0]),
        # What goes on from there: a table whose place is empty.
        (r"alter table inbox_main\.fct_agent_days__\w+ rename", 0.0, None),
        (r"alter table inbox_main\.fct_ratings set .*'applied'", 0.0, days[1]),
    ):
        if day is not None:
            write_day(INBOX, day, warehouse.settings.exports_folder)
        assert not pipeline.run(warehouse.settings).failures
        with pytest.raises(Killed):
            warehouse.build("--exclude", "path:models/marts", killed_at=(statement, seconds))
        if day is None:
            warehouse.build("--exclude", "path:models/marts")
    write_day(INBOX, days[2], warehouse.settings.exports_folder)
    bring_up_to_date(warehouse)
    warehouse.assert_as_on_duckdb()
