"""All models built on a Spark cluster give the facts and marts that DuckDB gives.

The exports are loaded and built with DuckDB first: Spark reads what has landed.
"""

from __future__ import annotations

import shutil
import time
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration import pipeline
from orchestration.settings import PROJECT_ROOT, load_settings
from tests.oracle.generate import generate_inbox, write_day, write_inbox
from tests.services.spark import SparkCluster
from tests.spark.warehouse import SparkWarehouse

ZONE = "Europe/Warsaw"


def test_the_sample_gives_the_same_facts_and_marts(cluster: SparkCluster, tmp_path: Path) -> None:
    settings = load_settings(
        exports=PROJECT_ROOT / "sample" / "exports", home=tmp_path / "home", timezone=ZONE
    )
    assert not pipeline.run(settings).failures
    warehouse = SparkWarehouse(settings, cluster)
    warehouse.build()
    warehouse.assert_as_on_duckdb()
    warehouse.run_dbt("test", "--exclude-resource-type", "unit_test")


def test_corrections_and_a_lost_worker_change_nothing(
    cluster: SparkCluster, tmp_path: Path
) -> None:
    """Over what another build left, with landed files that no longer count beside those that do."""
    inbox = generate_inbox(5, date(2024, 3, 22), 14, 9, ZONE, keeps_later=True)
    write_inbox(inbox, tmp_path / "exports")
    settings = load_settings(
        exports=tmp_path / "exports", home=tmp_path / "home", timezone=ZONE, week_start="sunday"
    )
    assert not pipeline.run(settings).failures
    corrected, taken_out = list(inbox.days)[2:4]
    write_day(inbox.with_day(corrected, []), corrected, tmp_path / "exports")
    (settings.raw_folder / "manifests" / f"{taken_out}.json").unlink()
    shutil.rmtree(tmp_path / "exports" / str(taken_out))
    assert not pipeline.run(settings).failures
    folder = next((settings.raw_folder / "messages").iterdir())
    # As a release with fewer columns left it: it does not count, and tells no columns.
    pq.write_table(pa.table({"message_id": ["stray"]}), folder / "0.parquet")
    landed = sorted(settings.raw_folder.rglob("*.parquet"))
    started = time.time()
    warehouse = SparkWarehouse(settings, cluster)
    process = warehouse.start_dbt("run", plan=warehouse.next_plan())
    first = cluster.warehouse / "inbox_intermediate.db" / "int_threads_versioned" / "_SUCCESS"
    while process.poll() is None and not (first.exists() and first.stat().st_mtime > started):
        time.sleep(0.1)
    assert process.poll() is None
    cluster.kill(cluster.workers[-1])
    output, _ = process.communicate()
    assert process.returncode == 0, output
    warehouse.assert_as_on_duckdb()
    assert sorted(settings.raw_folder.rglob("*.parquet")) == landed
