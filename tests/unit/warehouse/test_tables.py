"""Where the columns of models come from: followed once, and kept where a batch tells nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestration.settings import Settings, load_settings
from orchestration.warehouse import tables
from orchestration.warehouse.tables import WarehouseTables, trace_columns

MODEL: dict[str, Any] = {
    "unique_id": "model.facts",
    "name": "facts",
    "package_name": "inbox_warehouse",
    "original_file_path": "models/facts.sql",
    "depends_on": {"nodes": ["model.versions"]},
}
MANIFEST: dict[str, Any] = {
    "nodes": {
        "model.versions": {
            "schema": "main",
            "alias": "versions",
            "relation_name": '"warehouse"."main"."versions"',
        }
    },
    "sources": {},
}
COLUMNS = WarehouseTables(columns={("main", "versions"): {"id": "VARCHAR", "day": "DATE"}})
WHOLE = 'select id as thread_id from "warehouse"."main"."versions"'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path)


def compile_to(settings: Settings, sql: str) -> None:
    path = settings.dbt_folder / "target/compiled/inbox_warehouse/models/facts.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(sql)


def test_lineage_is_kept_when_only_a_batch_was_compiled(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    compile_to(settings, WHOLE)
    expected = {"thread_id": [("model.versions", "id")]}
    assert trace_columns(settings, MANIFEST, [MODEL], COLUMNS) == {"model.facts": expected}

    monkeypatch.setattr(tables, "project_fingerprint", lambda: "after a reworded description")
    compile_to(settings, 'select id as thread_id, is_after from "warehouse"."changes"."versions"')
    kept = trace_columns(settings, MANIFEST, [MODEL], COLUMNS, {"facts"})["model.facts"]
    assert {name: [tuple(parent) for parent in parents] for name, parents in kept.items()} == (
        expected
    )


def test_lineage_follows_a_changed_project(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    compile_to(settings, WHOLE)
    trace_columns(settings, MANIFEST, [MODEL], COLUMNS)
    monkeypatch.setattr(tables, "project_fingerprint", lambda: "another project")
    compile_to(settings, 'select day as created_date from "warehouse"."main"."versions"')
    assert trace_columns(settings, MANIFEST, [MODEL], COLUMNS)["model.facts"] == {
        "created_date": [("model.versions", "day")]
    }


def test_a_table_of_what_a_batch_touched_keeps_its_lineage_and_is_told_of_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its SQL is a batch's as long as no table is rebuilt, whatever else a new version changes."""
    compile_to(settings, WHOLE)
    traced = trace_columns(settings, MANIFEST, [MODEL], COLUMNS)["model.facts"]
    monkeypatch.setattr(tables, "project_fingerprint", lambda: "another version")
    compile_to(settings, "select from where")
    for _ in range(2):
        kept = trace_columns(settings, MANIFEST, [MODEL], COLUMNS)["model.facts"]
        assert {name: [tuple(parent) for parent in kept[name]] for name in kept} == traced
    assert caplog.text.count("No column lineage of facts") == 1


def test_what_cannot_be_followed_is_tried_again(settings: Settings) -> None:
    compile_to(settings, "select from where")
    assert trace_columns(settings, MANIFEST, [MODEL], COLUMNS) == {"model.facts": {}}
    compile_to(settings, WHOLE)
    assert trace_columns(settings, MANIFEST, [MODEL], COLUMNS)["model.facts"] != {}


def test_a_file_of_lineage_that_is_none_is_made_anew(settings: Settings) -> None:
    compile_to(settings, WHOLE)
    (settings.dbt_folder / "column_lineage.json").write_text("[1, 2]")
    assert trace_columns(settings, MANIFEST, [MODEL], COLUMNS)["model.facts"] != {}
