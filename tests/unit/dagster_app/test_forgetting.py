"""What Dagster keeps of rows that were set aside goes with retention and erasures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from dagster import (
    AssetKey,
    AssetMaterialization,
    DagsterEvent,
    DagsterEventType,
    DagsterInstance,
    EventLogEntry,
    MetadataValue,
    TableRecord,
)
from dagster._core.events import StepMaterializationData

from orchestration.dagster_app.forgetting import forget_rejected
from orchestration.settings import PROJECT_ROOT
from tests.marks import holds

MARK = "wagtail"
DAYS = ("2024-03-01", "2024-03-02", "2024-03-03")


@pytest.fixture(params=["ours", "of Dagster"])
def instance(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DagsterInstance]:
    """An instance that keeps three loaded days, each with a row that an earlier version told."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    configuration = (PROJECT_ROOT / "dagster.yaml").read_text() if request.param == "ours" else ""
    (tmp_path / "dagster.yaml").write_text(configuration)
    with DagsterInstance.get() as instance:
        for run_id, days in (("a", DAYS[:2]), ("b", DAYS[2:])):
            for asset in ("raw_ratings", "raw_manifests"):
                for day in days:
                    instance.store_event(loaded(run_id, asset, day))
        # A look at what is stored: events of a step may wait for it.
        assert instance.get_latest_materialization_event(AssetKey("raw_manifests"))
        yield instance


def loaded(run_id: str, asset: str, day: str) -> EventLogEntry:
    look = MetadataValue.table([TableRecord({"reason": f"'{MARK}-{day}' is no whole number"})])
    return EventLogEntry(
        error_info=None,
        level=10,
        user_message="",
        run_id=run_id,
        timestamp=1.0,
        job_name="load_exports",
        step_key="raw_exports",
        dagster_event=DagsterEvent(
            DagsterEventType.ASSET_MATERIALIZATION.value,
            "load_exports",
            step_key="raw_exports",
            event_specific_data=StepMaterializationData(
                AssetMaterialization(
                    AssetKey(asset),
                    partition=day,
                    metadata={"rows_read": 7, "rejected_rows": look},
                )
            ),
        ),
    )


def kept(home: Path) -> list[str]:
    return [day for day in DAYS if holds(home, f"{MARK}-{day}")]


def test_closed_days_lose_their_rejected_rows(instance: DagsterInstance, tmp_path: Path) -> None:
    assert kept(tmp_path) == list(DAYS)
    assert forget_rejected(instance, [date(2024, 3, 1), date(2024, 3, 3)]) == 4
    assert kept(tmp_path) == ["2024-03-02"]
    assert forget_rejected(instance, [date(2024, 3, 1)]) == 0


def test_an_erasure_takes_those_of_every_day(instance: DagsterInstance, tmp_path: Path) -> None:
    assert forget_rejected(instance) == 6
    assert kept(tmp_path) == []
    event = instance.get_latest_materialization_event(AssetKey("raw_ratings"))
    assert event is not None
    assert event.asset_materialization is not None
    assert {name: entry.value for name, entry in event.asset_materialization.metadata.items()} == {
        "rows_read": 7
    }
    assert event.asset_materialization.partition == "2024-03-03"
