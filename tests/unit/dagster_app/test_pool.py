"""The pool of the warehouse: one place, which a dead run does not keep."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from dagster import DagsterInstance

from orchestration.dagster_app.assets_published import published_assets
from orchestration.dagster_app.instance import prepare_dagster_home
from orchestration.dagster_app.reporting import WAREHOUSE_POOL
from orchestration.dagster_app.runs import end_dead_runs
from orchestration.machine.lock import hold_lock
from orchestration.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DAGSTER_HOME", "")
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
    return load_settings(home=tmp_path)


@pytest.fixture
def instance(settings: Settings) -> Iterator[DagsterInstance]:
    prepare_dagster_home(settings)
    with DagsterInstance.get() as instance:
        yield instance


def test_one_step_at_a_time_has_the_warehouse(instance: DagsterInstance) -> None:
    storage = instance.event_log_storage
    assert published_assets([]).node_def.pool == WAREHOUSE_POOL  # type: ignore[union-attr]
    assert storage.initialize_concurrency_limit_to_default(WAREHOUSE_POOL)
    assert storage.claim_concurrency_slot(WAREHOUSE_POOL, "first", "dbt_models").is_claimed
    assert not storage.claim_concurrency_slot(WAREHOUSE_POOL, "second", "dbt_models").is_claimed


def test_a_dead_run_gives_its_place_up(instance: DagsterInstance, settings: Settings) -> None:
    storage = instance.event_log_storage
    storage.initialize_concurrency_limit_to_default(WAREHOUSE_POOL)
    storage.claim_concurrency_slot(WAREHOUSE_POOL, "killed", "dbt_models")
    with hold_lock(settings.warehouse_lock, "a build"):
        end_dead_runs(settings, instance)
        # Somebody writes the warehouse, so the place may be a living one's.
        assert storage.get_concurrency_info(WAREHOUSE_POOL).active_run_ids == {"killed"}
    end_dead_runs(settings, instance)
    assert storage.get_concurrency_info(WAREHOUSE_POOL).active_run_ids == set()
    assert storage.claim_concurrency_slot(WAREHOUSE_POOL, "next", "dbt_models").is_claimed
