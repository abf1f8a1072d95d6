"""The overview is told of what dies, and never keeps an error from going on."""

import errno
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from dagster import (
    AssetExecutionContext,
    AssetKey,
    DagsterEventType,
    DagsterInstance,
    asset,
    materialize,
)

from orchestration.dagster_app import overview, retries
from orchestration.dagster_app.overview import overview_told
from orchestration.dagster_app.reporting import retried_where_it_may_help
from orchestration.machine.lock import LockBusy
from orchestration.settings import load_settings
from orchestration.warehouse.dbt import DbtFailed

QUESTION = "Is that the newest?"
BUSY = LockBusy("Held by a backup; gave up after 3600 s", advice="run again when that has ended")
KEPT = "No: the last build could not be ended, so readers keep what they have. "
WAITED = f"{KEPT}Held by a backup; gave up after 3600 s: run again when that has ended."


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    with DagsterInstance.ephemeral() as instance:
        yield instance


def build_that_dies(instance: DagsterInstance, home: Path, error: Exception) -> str:
    """What a build says at its end that dies each time that it is tried."""
    settings = load_settings(home=home)

    @asset
    def dying(context: AssetExecutionContext) -> None:
        with overview_told(context, settings, "build"), retried_where_it_may_help(context):
            raise error

    result = materialize([dying], instance=instance, raise_on_error=False)
    (failure,) = result.filter_events(lambda e: e.event_type == DagsterEventType.STEP_FAILURE)
    return failure.step_failure_data.error_display_string


def told(instance: DagsterInstance) -> list[str]:
    """What the overview has said of the newest, the first first."""
    records = instance.fetch_materializations(AssetKey("at_a_glance"), limit=9).records
    said = [record.asset_materialization for record in records]
    return [str(one.metadata[QUESTION].value) for one in reversed(said) if one is not None]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (DbtFailed("dbt run could not be run: no macro"), "dbt run could not be run: no macro."),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            "[Errno 28] No space left on device The disk is full or cannot be written: "
            "make room under INBOX_HOME and run again.",
        ),
    ],
)
def test_it_is_told_of_what_dies(
    instance: DagsterInstance, tmp_path: Path, error: Exception, reason: str
) -> None:
    assert str(error) in build_that_dies(instance, tmp_path, error)
    assert told(instance) == [KEPT + reason]


def test_an_error_of_others_is_told_by_its_name_and_what_to_do(
    instance: DagsterInstance, tmp_path: Path
) -> None:
    """Its text may quote rows."""
    build_that_dies(instance, tmp_path, duckdb.IOException("Row 'Ada': No space left on device"))
    (said,) = told(instance)
    assert said.startswith(f"{KEPT}IOException")
    assert "make room under INBOX_HOME" in said
    assert "Ada" not in said


def test_it_is_told_who_is_waited_for_and_whether_that_goes_on(
    instance: DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "FIRST_WAIT_SECONDS", 0.0)
    build_that_dies(instance, tmp_path, BUSY)
    assert told(instance) == [f"{WAITED} It is tried again by itself."] * 3 + [WAITED]


def test_the_error_goes_on_where_the_overview_cannot_be_told(
    instance: DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(overview, "tell_overview", fail)
    assert "no macro" in build_that_dies(instance, tmp_path, DbtFailed("no macro"))
    assert told(instance) == []
