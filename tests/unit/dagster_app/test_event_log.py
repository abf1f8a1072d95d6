"""Dagster's own storage is what the quick one is compared with."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from dagster import (
    AssetCheckEvaluation,
    AssetCheckKey,
    AssetKey,
    AssetMaterialization,
    DagsterEvent,
    DagsterEventType,
    DagsterInstance,
    EventLogEntry,
    job,
    op,
)
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationPlanned,
)
from dagster._core.events import AssetMaterializationPlannedData, StepMaterializationData
from dagster._core.execution.plan.objects import StepSuccessData

from orchestration.dagster_app.event_log import InboxEventLogStorage
from orchestration.settings import PROJECT_ROOT

ASSETS = ("raw_threads", "raw_messages")
DAYS = ("2024-03-01", "2024-03-02", "2024-03-03")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    (tmp_path / "dagster.yaml").write_text((PROJECT_ROOT / "dagster.yaml").read_text())
    return tmp_path


@pytest.fixture
def instance(home: Path) -> Iterator[DagsterInstance]:
    with DagsterInstance.get() as instance:
        yield instance


def materialized(asset: str, day: str, run_id: str = "a", timestamp: float = 1.0) -> EventLogEntry:
    return entry(
        DagsterEventType.ASSET_MATERIALIZATION,
        StepMaterializationData(
            AssetMaterialization(AssetKey(asset), partition=day, metadata={"rows": 1})
        ),
        run_id,
        timestamp,
    )


def planned(asset: str, day: str, run_id: str = "a") -> EventLogEntry:
    return entry(
        DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
        AssetMaterializationPlannedData(AssetKey(asset), partition=day),
        run_id,
        1.0,
    )


def entry(kind: DagsterEventType, data: object, run_id: str, timestamp: float) -> EventLogEntry:
    return EventLogEntry(
        error_info=None,
        level=10,
        user_message="",
        run_id=run_id,
        timestamp=timestamp,
        job_name="load_exports",
        step_key="raw_exports",
        dagster_event=DagsterEvent(
            kind.value, "load_exports", step_key="raw_exports", event_specific_data=data
        ),
    )


def check_planned(name: str, run_id: str) -> EventLogEntry:
    data = AssetCheckEvaluationPlanned(asset_key=AssetKey(ASSETS[0]), check_name=name)
    return entry(DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED, data, run_id, 1.0)


def checked(name: str, run_id: str, passed: bool) -> EventLogEntry:
    data = AssetCheckEvaluation(AssetKey(ASSETS[0]), name, passed=passed, metadata={})
    return entry(DagsterEventType.ASSET_CHECK_EVALUATION, data, run_id, 2.0)


def ended(run_id: str) -> EventLogEntry:
    return entry(DagsterEventType.STEP_SUCCESS, StepSuccessData(1.0), run_id, 3.0)


def what_is_known(instance: DagsterInstance) -> dict[str, object]:
    """What the UI shows of the assets."""
    events = {}
    for asset in ASSETS:
        event = instance.get_latest_materialization_event(AssetKey(asset))
        events[asset] = (
            instance.get_materialized_partitions(AssetKey(asset)),
            event and event.asset_materialization and event.asset_materialization.partition,
            event and event.run_id,
        )
    return {
        "assets": sorted(key.to_user_string() for key in instance.all_asset_keys()),
        "events": events,
        "runs": {
            run_id: [entry.dagster_event for entry in instance.all_logs(run_id)] for run_id in "ab"
        },
    }


def test_a_batch_leaves_what_single_events_leave(instance: DagsterInstance, home: Path) -> None:
    entries = [
        *(planned(asset, day) for asset in ASSETS for day in DAYS),
        *(materialized(asset, day) for asset in ASSETS for day in DAYS),
        *(materialized(ASSETS[0], day, "b", 2.0) for day in DAYS[:1]),
    ]
    assert isinstance(instance.event_log_storage, InboxEventLogStorage)
    instance.event_log_storage.store_event_batch(entries)
    other = home / "other"
    other.mkdir()
    with DagsterInstance.local_temp(str(other)) as plain:
        for one in entries:
            plain.event_log_storage.store_event(one)
        assert what_is_known(instance) == what_is_known(plain)


def test_events_that_wait_for_each_other_leave_what_single_ones_leave(
    instance: DagsterInstance, home: Path
) -> None:
    """A run's plans, its assets and checks one upon the other, its end; then another run."""
    checks = ("unique", "not_null")
    entries = [
        event
        for run_id, passed in (("a", True), ("b", False))
        for event in (
            *(check_planned(name, run_id) for name in checks),
            planned(ASSETS[0], DAYS[0], run_id),
            materialized(ASSETS[0], DAYS[0], run_id),
            checked("unique", run_id, passed),
            materialized(ASSETS[1], DAYS[0], run_id),
            checked("not_null", run_id, True),
            ended(run_id),
        )
    ]

    def known_with_checks(of: DagsterInstance) -> list[object]:
        records = [
            of.event_log_storage.get_asset_check_execution_history(
                AssetCheckKey(AssetKey(ASSETS[0]), name), limit=9
            )
            for name in checks
        ]
        told = [[(one.run_id, one.status) for one in some] for some in records]
        return [what_is_known(of), told]

    other = home / "other"
    other.mkdir()
    with DagsterInstance.local_temp(str(other)) as plain:
        for one in entries:
            instance.event_log_storage.store_event(one)
            plain.event_log_storage.store_event(one)
        assert known_with_checks(instance) == known_with_checks(plain)


def test_an_event_that_waits_is_seen_by_others_when_its_run_tells_of_its_end(
    instance: DagsterInstance,
) -> None:
    with DagsterInstance.get() as watcher:
        instance.event_log_storage.store_event(materialized(ASSETS[0], DAYS[0]))
        instance.event_log_storage.store_event(ended("a"))
        assert len(watcher.all_logs("a")) == 2


def test_what_is_read_ahead_is_what_stands(instance: DagsterInstance, home: Path) -> None:
    """A step tells of two assets and asks for each, as for the versions of what others are of."""

    def known(of: DagsterInstance) -> list[object]:
        return [
            (record.asset_entry.last_run_id, record.asset_entry.last_materialization_record)
            for asset in ASSETS
            for record in of.get_asset_records([AssetKey(asset)])
        ]

    keys = [AssetKey(asset) for asset in ASSETS]
    other = home / "other"
    other.mkdir()
    with DagsterInstance.local_temp(str(other)) as plain:
        for run_id in "ab":
            for one in (materialized(asset, DAYS[0], run_id) for asset in ASSETS):
                instance.event_log_storage.store_event(one)
                plain.event_log_storage.store_event(one)
            assert len(instance.get_asset_records(keys[:1])) == 1
            instance.event_log_storage.store_event(one)
            plain.event_log_storage.store_event(one)
            assert known(instance) == known(plain)
    with DagsterInstance.get() as another:
        assert instance.get_asset_records(keys[:1]) == another.get_asset_records(keys[:1])
        another.event_log_storage.store_event(materialized(ASSETS[1], DAYS[1], "c"))
        another.event_log_storage.store_event(ended("c"))
        instance.event_log_storage.store_event(ended("b"))
        assert instance.get_asset_records(keys) == another.get_asset_records(keys)


def test_what_is_read_ahead_goes_with_a_wiped_asset(instance: DagsterInstance) -> None:
    one, other = (AssetKey(asset) for asset in ASSETS[:2])
    for asset in ASSETS[:2]:
        instance.event_log_storage.store_event(materialized(asset, DAYS[0]))
    assert len(instance.get_asset_records([one])) == 1
    instance.event_log_storage.wipe_asset(other)
    assert instance.get_asset_records([other]) == []


def test_dagsters_own_storage_reads_the_same_files(instance: DagsterInstance, home: Path) -> None:
    instance.event_log_storage.store_event_batch([materialized(ASSETS[0], day) for day in DAYS])
    known = what_is_known(instance)
    content = yaml.safe_load((home / "dagster.yaml").read_text())
    del content["event_log_storage"]
    (home / "dagster.yaml").write_text(yaml.safe_dump(content))
    with DagsterInstance.get() as plain:
        assert not isinstance(plain.event_log_storage, InboxEventLogStorage)
        assert what_is_known(plain) == known


def test_a_run_is_followed_while_it_writes(instance: DagsterInstance) -> None:
    """As the UI does it, from another connection."""
    seen = threading.Event()

    @op
    def work() -> None: ...

    @job
    def jobbed() -> None:
        work()

    run = instance.create_run_for_job(jobbed)
    with DagsterInstance.get() as watcher:
        instance.event_log_storage.store_event(materialized(ASSETS[0], DAYS[0], run.run_id))

        def hear(entry: EventLogEntry, cursor: str) -> None:
            if entry.dagster_event is not None and entry.dagster_event.partition == DAYS[1]:
                seen.set()

        watcher.watch_event_logs(run.run_id, None, hear)
        try:
            instance.event_log_storage.store_event_batch(
                [materialized(ASSETS[0], day, run.run_id) for day in DAYS[1:]]
            )
            assert seen.wait(timeout=30)
        finally:
            watcher.end_watch_event_logs(run.run_id, hear)


def test_more_runs_than_open_files_are_kept_apart(instance: DagsterInstance) -> None:
    runs = [f"run{number}" for number in range(20)]
    for _ in range(2):
        for run_id in runs:
            instance.event_log_storage.store_event(materialized(ASSETS[0], DAYS[0], run_id))
    assert all(len(instance.all_logs(run_id)) == 2 for run_id in runs)
    instance.event_log_storage.wipe()
    assert instance.all_logs(runs[0]) == []
    instance.event_log_storage.store_event(materialized(ASSETS[0], DAYS[0], runs[0]))
    assert len(instance.all_logs(runs[0])) == 1
