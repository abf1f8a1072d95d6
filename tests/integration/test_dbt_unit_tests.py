"""dbt's unit tests: single models on a few rows, against numbers worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path

from orchestration.settings import load_settings
from orchestration.warehouse.build import build_warehouse
from orchestration.warehouse.dbt import invoke


def test_every_unit_test_passes_and_every_mart_has_one(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, timezone="Europe/Warsaw", week_start="monday")
    # dbt takes the types of the rows that it makes up from the tables of a warehouse, empty here.
    assert build_warehouse(settings).is_complete
    views = invoke(settings, ["run", "--select", "config.materialized:changed_view"])
    assert {r.name: r.message for r in views if not r.is_success} == {}, "a view that stands"
    results = invoke(settings, ["test", "--select", "test_type:unit"])
    run = {r.unique_id: r for r in results if r.resource_type == "unit_test"}
    assert {r.name: r.message for r in run.values() if r.status != "pass"} == {}
    manifest = json.loads((settings.dbt_folder / "target" / "manifest.json").read_text())
    assert run.keys() == manifest["unit_tests"].keys()
    tested = {unit_test["model"] for unit_test in manifest["unit_tests"].values()}
    marts = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["fqn"][1] == "marts"
    }
    assert len(marts) == 21
    assert marts <= tested, f"without a unit test: {sorted(marts - tested)}"
