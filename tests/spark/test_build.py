"""All models built on a Spark cluster give the facts and marts that DuckDB gives.

The exports are loaded and built with DuckDB first: Spark reads what has landed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration import pipeline
from orchestration.settings import DBT_PROJECT, PROJECT_ROOT, Settings, load_settings
from orchestration.warehouse.verify import verify_against
from tests.oracle.generate import generate_inbox, write_day, write_inbox
from tests.services.spark import SparkCluster

ZONE = "Europe/Warsaw"


def start_dbt(settings: Settings, cluster: SparkCluster, *command: str) -> subprocess.Popen[str]:
    """dbt on the cluster, over what has landed in a home."""
    folder = settings.home / "dbt-spark"
    return subprocess.Popen(
        [
            *(str(Path(sys.executable).with_name("dbt")), *command, "--quiet", "--no-use-colors"),
            *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
            *("--target", "spark", "--vars", json.dumps(settings.dbt_vars)),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
        ],
        env={
            **os.environ,
            **cluster.environment,
            "INBOX_RAW_CATALOG": str(settings.raw_catalog),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def assert_dbt_succeeds(process: subprocess.Popen[str]) -> None:
    output, _ = process.communicate()
    assert process.returncode == 0, output


def assert_as_on_duckdb(settings: Settings, cluster: SparkCluster) -> None:
    found = verify_against(settings, cluster.warehouse / "inbox_main.db")
    assert found.differences == ()
    assert {"fct_threads", "fct_period_timings", "mart_agents_weekly"} <= found.rows.keys()
    assert sum(found.rows.values()) > 1000


def test_the_sample_gives_the_same_facts_and_marts(cluster: SparkCluster, tmp_path: Path) -> None:
    settings = load_settings(
        exports=PROJECT_ROOT / "sample" / "exports", home=tmp_path / "home", timezone=ZONE
    )
    assert not pipeline.run(settings).failures
    assert_dbt_succeeds(start_dbt(settings, cluster, "run"))
    assert_as_on_duckdb(settings, cluster)
    assert_dbt_succeeds(
        start_dbt(settings, cluster, "test", "--exclude-resource-type", "unit_test")
    )


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
    process = start_dbt(settings, cluster, "run")
    first = cluster.warehouse / "inbox_intermediate.db" / "int_threads_versioned" / "_SUCCESS"
    while process.poll() is None and not (first.exists() and first.stat().st_mtime > started):
        time.sleep(0.1)
    assert process.poll() is None
    cluster.kill(cluster.workers[-1])
    assert_dbt_succeeds(process)
    assert_as_on_duckdb(settings, cluster)
    assert sorted(settings.raw_folder.rglob("*.parquet")) == landed
