"""dbt by itself, as docs/bi.md calls it: its build, and with it the unit tests of single models."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from orchestration.machine.zones import offset_changes
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.warehouse.comparison import compare
from orchestration.warehouse.dbt import invoke
from orchestration.warehouse.results import SUCCEEDED
from tests.homes import published_days


def dbt_build(settings: Settings) -> list[dict[str, Any]]:
    """What `dbt build` says of each node, in a process that is told no more than the docs say."""
    target = settings.dbt_folder / "target"
    shutil.copyfile(settings.dbt_folder / "parsed.msgpack", target / "partial_parse.msgpack")
    done = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("dbt")), "build", "--quiet", "--no-use-colors"),
            *("--vars", json.dumps({"inbox_timezone": settings.timezone})),
        ],
        cwd=DBT_PROJECT,
        env={
            "PATH": os.environ["PATH"],
            "DBT_PROFILES_DIR": ".",
            "DBT_TARGET_PATH": str(target),
            "DBT_LOG_PATH": str(target),
            "INBOX_WAREHOUSE_PATH": str(settings.warehouse_database),
            "INBOX_RAW_CATALOG": str(settings.raw_catalog),
            "INBOX_RAW_FOLDER": str(settings.raw_folder),
            "INBOX_SPILL_PATH": str(settings.home / "spill"),
            "INBOX_ZONE_OFFSETS": json.dumps(offset_changes(settings.timezone)),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    results: list[dict[str, Any]] = json.loads((target / "run_results.json").read_text())["results"]
    return results


def test_dbt_builds_the_tables_of_a_home_and_every_mart_has_a_unit_test(tmp_path: Path) -> None:
    settings = published_days()
    alone = settings.model_copy(update={"home": tmp_path / "home"})
    for folder in ("raw", "dbt"):
        shutil.copytree(settings.home / folder, alone.home / folder)
    alone.warehouse_folder.mkdir()
    shutil.copy(settings.raw_catalog, alone.raw_catalog)
    results = dbt_build(alone)
    run = {result["unique_id"]: result["status"] for result in results}
    assert {name: how for name, how in run.items() if how not in SUCCEEDED} == {}
    manifest = json.loads((alone.dbt_folder / "target" / "manifest.json").read_text())
    nodes = manifest["nodes"] | manifest["unit_tests"]
    assert nodes.keys() <= run.keys()
    assert compare(settings.warehouse_database, alone.warehouse_database).differences == ()

    tested = {unit_test["model"] for unit_test in manifest["unit_tests"].values()}
    marts = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["fqn"][1] == "marts"
    }
    assert len(marts) == 21
    assert marts <= tested, f"without a unit test: {sorted(marts - tested)}"

    views = invoke(alone, ["run", "--select", "config.materialized:changed_view"])
    assert {r.name: r.message for r in views if not r.is_success} == {}, "a view that stands"
