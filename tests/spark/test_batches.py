"""Batches on a Spark cluster give the tables that DuckDB has, and write only what they change."""

from __future__ import annotations

import shutil
import time
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.settings import load_settings
from orchestration.warehouse.verify import verify_against
from tests.against_oracle.warehouses import write_schedules
from tests.oracle.generate import generate_inbox, write_day, write_inbox
from tests.services.spark import SparkCluster
from tests.spark.warehouse import Killed, SparkWarehouse

ZONE = "Europe/Warsaw"
DAYS = 16
INBOX = generate_inbox(3, date(2024, 3, 22), DAYS, 9, ZONE, keeps_later=True, events=True)


def growing(cluster: SparkCluster, folder: Path) -> tuple[SparkWarehouse, list[date]]:
    """A warehouse of half of an inbox's days, and the days that are still to come."""
    days = list(INBOX.days)
    write_inbox(INBOX, folder / "exports")
    for day in days[DAYS // 2 :]:
        shutil.rmtree(folder / "exports" / str(day))
    settings = load_settings(
        home=folder / "home",
        exports=folder / "exports",
        timezone=ZONE,
        week_start="sunday",
        schedules=write_schedules(INBOX, 1, folder),
    )
    return SparkWarehouse(settings, cluster), days[DAYS // 2 :]


def bring_up_to_date(warehouse: SparkWarehouse) -> set[str]:
    """Loads what there is and builds it, with DuckDB and on the cluster; what models had to do."""
    warehouse.land()
    warehouse.build_on_duckdb()
    return set(warehouse.build().actions.values())


def test_days_are_applied_and_write_only_what_they_change(
    cluster: SparkCluster, tmp_path: Path
) -> None:
    warehouse, days = growing(cluster, tmp_path)
    exports = tmp_path / "exports"
    assert bring_up_to_date(warehouse) == {"build"}
    rows_of = warehouse.assert_as_on_duckdb()
    assert all(rows_of[table] for table in ("dim_open_hours", "dim_teams", "fct_closings"))
    files, rows = warehouse.files(), warehouse.rows()
    write_day(INBOX, days[0], exports)
    assert bring_up_to_date(warehouse) == {"apply"}
    warehouse.assert_as_on_duckdb()
    files_after, rows_after = warehouse.files(), warehouse.rows()
    assert files_after.keys() == files.keys()
    for table, days_before in files.items():
        kept = {day for day, names in days_before.items() if files_after[table].get(day) == names}
        same = {day for day in days_before if rows_after[table].get(day) == rows[table][day]}
        assert kept == same, table
        assert same, table
    # A day with a correction and one that is taken out; a worker that is lost is made up for.
    write_day(INBOX, days[1], exports)
    write_day(INBOX.with_day(days[0], []), days[0], exports)
    taken_out = list(INBOX.days)[1]
    raw = warehouse.settings.raw_folder
    (raw / "manifests" / f"{taken_out}.json").unlink()
    shutil.rmtree(exports / str(taken_out))
    warehouse.land()
    warehouse.build_on_duckdb()
    # As a release with fewer columns left it: it does not count, and tells no columns.
    folder = next((raw / "messages").iterdir())
    pq.write_table(pa.table({"message_id": ["stray"]}), folder / "0.parquet")
    landed = sorted(raw.rglob("*.parquet"))
    plan = warehouse.next_plan()
    assert set(plan.actions.values()) == {"apply"}
    process = warehouse.start_dbt("run", plan=plan)
    noted = "show tblproperties inbox_intermediate.int_threads_versioned ('inbox.batch_number')"
    while process.poll() is None and warehouse.read(noted)[0][1] != str(plan.batch_number):
        time.sleep(0.5)
    assert process.poll() is None
    cluster.kill(cluster.workers[-1])
    output, _ = process.communicate()
    assert process.returncode == 0, output
    cluster.start_worker("worker-in-its-place")
    warehouse.assert_as_on_duckdb()
    assert sorted(raw.rglob("*.parquet")) == landed
    models = warehouse.models()
    assert {state.action for state in warehouse.states(models).values()} == {"applied"}
    # The tests of a batch look at what it touched.
    warehouse.run_dbt("test", "--exclude-resource-type", "unit_test", plan=warehouse.next_plan())


def test_builds_killed_within_statements_end_with_the_rows_of_an_undisturbed_one(
    cluster: SparkCluster, tmp_path: Path
) -> None:
    """Of a few tables that follow from each other, so that there is time for many builds."""
    warehouse, days = growing(cluster, tmp_path)
    tables = ("fct_agent_timings", "fct_scope_timings")
    options = ("--select", f"+{tables[-1]}")

    def assert_killed(statement: str, seconds: float = 0.0) -> None:
        warehouse.land()
        with pytest.raises(Killed):
            warehouse.build(*options, killed_at=(statement, seconds))

    # The first build: a table half made, and one whose place is empty but for what Spark left.
    assert_killed(r"create table inbox_main\.fct_agent_timings__", 1.0)
    assert_killed(r"alter table inbox_internal\.fct_scope_timings__\w+ rename")
    left = cluster.warehouse / "inbox_internal.db" / "fct_scope_timings" / "_temporary"
    left.mkdir(parents=True)
    (left / "part.parquet").write_text("half a file")
    warehouse.build(*options)
    # A batch: while days are written, and when they are but before that is noted.
    write_day(INBOX, days[0], tmp_path / "exports")
    assert_killed(r"insert overwrite table inbox_main\.fct_agent_timings", 1.0)
    assert "fct_agent_timings" not in warehouse.states(warehouse.models())
    write_day(INBOX, days[1], tmp_path / "exports")
    assert_killed(r"alter table inbox_main\.fct_agent_timings set .*'applied'")
    write_day(INBOX, days[2], tmp_path / "exports")
    warehouse.land()
    warehouse.build_on_duckdb()
    plan = warehouse.build(*options)
    assert {plan.actions[table] for table in tables} == {"apply"}
    found = verify_against(warehouse.settings, cluster.warehouse / "inbox_main.db")
    assert not {difference.table for difference in found.differences} & set(tables)
    assert found.rows[tables[0]] > 10


def test_a_batch_of_another_table_format_is_sql_that_spark_reads(
    cluster: SparkCluster, tmp_path: Path
) -> None:
    """There is no Delta or Iceberg here to run it on."""
    warehouse = SparkWarehouse(load_settings(home=tmp_path), cluster)
    arguments = (
        "ref('fct_scope_users'), changes_of(ref('fct_scope_users')), ['scope', 'active_date']"
    )
    process = warehouse.start_dbt(
        *("compile", "--no-introspect", "--no-populate-cache", "--inline"),
        f"{{{{ spark__delete_rows_before({arguments}) }}}}",
    )
    statement, _ = process.communicate()
    assert process.returncode == 0, statement
    explained = "\n".join(line for (line,) in warehouse.read(f"explain {statement}"))
    assert "MergeIntoTable" in explained
    assert "[deleteaction(None)]" in explained
