"""What follows a run: a publication, an erasure that was begun, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from dagster import (
    DagsterInstance,
    RunRequest,
    SkipReason,
    build_run_status_sensor_context,
    job,
    op,
)

from orchestration.dagster_app.sensors import publish_after_load
from orchestration.privacy.record import begin_erasure, finish_erasures
from orchestration.settings import load_settings


def after_run(home: Path, job_name: str, *, is_well: bool) -> str | None:
    """The job that a run of the name, which ended so, is followed by."""

    @op
    def end() -> None:
        assert is_well

    @job(name=job_name)
    def ended() -> None:
        end()

    well, failed = publish_after_load(load_settings(home=home))
    sensor = well if is_well else failed
    with DagsterInstance.ephemeral() as instance:
        result = ended.execute_in_process(instance=instance, raise_on_error=False)
        requested = sensor(
            build_run_status_sensor_context(
                sensor_name=sensor.name,
                dagster_event=result.all_events[-1],
                dagster_instance=instance,
                dagster_run=result.dagster_run,
            )
        )
    assert isinstance(requested, RunRequest | SkipReason)
    return requested.job_name if isinstance(requested, RunRequest) else None


@pytest.mark.parametrize("is_well", [True, False])
def test_a_load_is_followed_by_an_erasure_that_was_begun(tmp_path: Path, is_well: bool) -> None:
    assert after_run(tmp_path, "load_exports", is_well=is_well) == "build_and_publish"
    begin_erasure(tmp_path / "raw", "customer-007")
    assert after_run(tmp_path, "load_exports", is_well=is_well) == "erase_users"
    finish_erasures(tmp_path / "raw", 1)
    assert after_run(tmp_path, "load_exports", is_well=is_well) == "build_and_publish"


def test_an_erasure_that_fails_is_not_begun_again_at_once(tmp_path: Path) -> None:
    begin_erasure(tmp_path / "raw", "customer-007")
    assert after_run(tmp_path, "erase_users", is_well=False) is None
