"""Alerts of how runs of Dagster ended: by job, by export day, by assets chosen by hand."""

from __future__ import annotations

import time
from collections.abc import Sequence

from dagster import AssetKey, DagsterInstance, DagsterRun, DagsterRunStatus

from orchestration.dagster_app.failures import reasons_of_run
from orchestration.dagster_app.jobs import load_exports
from orchestration.dagster_app.schedules import DAILY_LOAD, SOURCE_TAG
from orchestration.machine.alerts import (
    AlertRecord,
    alert_record,
    failure_text,
    post,
    recovery_text,
    tell_outcome,
)
from orchestration.settings import Settings
from orchestration.warehouse.day_alerts import reasons_of_no_day, tell_days, tell_late_days

CHOSEN_ASSETS = "__ASSET_JOB"  # Dagster's name for a run of assets that were chosen in the UI
A_RUN = "a run of chosen assets"


def tell_run(settings: Settings, instance: DagsterInstance, run: DagsterRun) -> bool:
    """Tells how a finished run ended, where people have to know; whether anything was sent."""
    if settings.alert_url is None:
        return False
    is_failed = run.status == DagsterRunStatus.FAILURE
    reasons = reasons_of_run(instance, run.run_id) if is_failed else []
    is_sent = False
    if is_load(run):
        is_sent = tell_days(settings, _subject(run), run.run_id)
        reasons = reasons_of_no_day(settings, reasons)
    if reasons and run.job_name == CHOSEN_ASSETS and run.asset_selection:
        is_sent |= _tell_chosen(settings, instance, run, reasons)
    elif reasons or not is_failed:
        is_sent |= tell_outcome(settings, _subject(run), reasons, run.run_id)
    if run.tags.get("dagster/schedule_name") == DAILY_LOAD and settings.deadline is None:
        is_sent |= tell_late_days(settings)
    return is_sent | _forget_chosen(settings, instance)


def is_load(run: DagsterRun) -> bool:
    """Whether a run loads export days, as a job or by assets chosen by hand."""
    return run.job_name == load_exports.name or any(
        key.path[-1].startswith("raw_") for key in run.asset_selection or ()
    )


def _tell_chosen(
    settings: Settings, instance: DagsterInstance, run: DagsterRun, reasons: Sequence[str]
) -> bool:
    finished = instance.get_run_record_by_id(run.run_id)
    failed_at = (finished.end_time if finished is not None else None) or time.time()
    with alert_record(settings) as record:
        assets = sorted(key.to_user_string() for key in run.asset_selection or ())
        record.chosen[run.run_id] = (failed_at, assets)
        return post(settings, failure_text(settings, A_RUN, reasons, run.run_id))


def _forget_chosen(settings: Settings, instance: DagsterInstance) -> bool:
    """Tells that chosen assets are well again, once each is materialized by whatever run."""
    with alert_record(settings) as record:
        well = [run_id for run_id in record.chosen if _is_well(record, run_id, instance)]
        is_sent = False
        for run_id in well:
            if post(settings, recovery_text(settings, A_RUN, run_id)):
                del record.chosen[run_id]
                is_sent = True
        return is_sent


def _is_well(record: AlertRecord, run_id: str, instance: DagsterInstance) -> bool:
    failed_at, assets = record.chosen[run_id]
    return all(_materialized_at(instance, asset) > failed_at for asset in assets)


def _materialized_at(instance: DagsterInstance, asset: str) -> float:
    event = instance.get_latest_materialization_event(AssetKey.from_user_string(asset))
    return 0.0 if event is None else event.timestamp


def _subject(run: DagsterRun) -> str:
    if SOURCE_TAG in run.tags:  # one source that is well says nothing of another
        return f"source {run.tags[SOURCE_TAG]}"
    return A_RUN if run.job_name == CHOSEN_ASSETS else f"job {run.job_name}"
