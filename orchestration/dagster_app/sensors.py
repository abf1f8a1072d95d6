"""What is done when something happens: an export is complete, a load has ended, a run has failed.

Thin: what has arrived is found by `exports.arrivals`, whether readers lag behind by
`warehouse.build`, and people are told by `alerts`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dagster import (
    DagsterInstance,
    DagsterRunStatus,
    DefaultSensorStatus,
    RunRequest,
    RunsFilter,
    RunStatusSensorContext,
    RunStatusSensorDefinition,
    SensorDefinition,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    run_status_sensor,
    sensor,
)

from orchestration.dagster_app.jobs import build_and_publish, erase_users, load_exports, load_run
from orchestration.dagster_app.overview import DAYS_TAG, NONE_DUE
from orchestration.dagster_app.run_alerts import is_load, tell_run
from orchestration.errors import InboxError
from orchestration.exports.arrivals import Memory, find_arrivals
from orchestration.exports.loading import arrived_days
from orchestration.machine import zones
from orchestration.machine.alerts import tell_outcome
from orchestration.machine.lock import is_held
from orchestration.privacy import erasure
from orchestration.publishing.targets import is_delivered
from orchestration.settings import Settings
from orchestration.warehouse.day_alerts import tell_late_days
from orchestration.warehouse.publication import is_published

# Twice this, the start of a run and its load have to fit in a minute.
LOOK_SECONDS = 15
STARTING = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
]


def exports_arrived(settings: Settings) -> SensorDefinition:
    """Loads late days and changed ones as soon as their files stay as they are, in one run."""

    @sensor(
        name="exports_arrived",
        job=load_exports,
        minimum_interval_seconds=LOOK_SECONDS,
        default_status=DefaultSensorStatus.RUNNING,
        description="Loads export days that are new or have changed, once two looks have found "
        "their files the same. A day that did not load is asked for again when its files change.",
    )
    def look(context: SensorEvaluationContext) -> SensorResult:
        memory = Memory.from_text(context.cursor)
        try:
            arrivals = find_arrivals(
                arrived_days(settings),
                settings.raw_folder,
                memory,
                is_busy=_is_loading(settings, context.instance),
            )
        except InboxError as error:
            return SensorResult(skip_reason=str(error))
        cursor = arrivals.memory.as_text()
        if arrivals.complete:
            request = RunRequest(run_key=arrivals.key, **load_run(arrivals.complete))
            return SensorResult(run_requests=[request], cursor=cursor)
        reasons = [
            f"{len(days)} {words}: {', '.join(str(day) for day in days[:5])}"
            for words, days in (
                ("may still be growing or wait for a load to end", arrivals.growing),
                ("could not be loaded and have not changed", arrivals.bad),
            )
            if days
        ]
        return SensorResult(
            skip_reason="; ".join(reasons) or "Nothing has arrived or changed.", cursor=cursor
        )

    return look


def publish_after_load(settings: Settings) -> list[RunStatusSensorDefinition]:
    """Builds and publishes after each load: also a failed one, for the days that did load.

    Where an erasure was begun and is not done, it is finished instead, which publishes too. A load
    may be the job's or one of chosen days from the asset pages, which has no job of its
    own. A failed publication starts nothing: it would fail again.
    """

    def request(context: RunStatusSensorContext) -> RunRequest | SkipReason:
        run = context.dagster_run
        if run.status == DagsterRunStatus.FAILURE and not is_load(run):
            return SkipReason("It was no load of exports that failed.")
        if erasure.is_unfinished(settings):
            return RunRequest(run_key=run.run_id, job_name=erase_users.name)
        if is_published(settings) and is_delivered(settings):
            # Also where a load took back what a build had failed at, and no build is needed.
            tell_outcome(settings, f"job {build_and_publish.name}", [], run.run_id)
            return SkipReason("Readers have what is loaded.")
        # What is built is what that run was about: readers of the list of runs see it here too.
        days = run.tags.get(DAYS_TAG, NONE_DUE)
        tags = {} if days == NONE_DUE else {DAYS_TAG: days}
        return RunRequest(run_key=run.run_id, job_name=build_and_publish.name, tags=tags)

    return [
        run_status_sensor(
            name=f"publish_after_{outcome}_load",
            run_status=status,
            request_jobs=[build_and_publish, erase_users],
            minimum_interval_seconds=LOOK_SECONDS,
            default_status=DefaultSensorStatus.RUNNING,
            description=f"Builds and publishes after a {outcome} load, where it changed anything; "
            "finishes an erasure that was begun.",
        )(request)
        for outcome, status in (
            ("successful", DagsterRunStatus.SUCCESS),
            ("failed", DagsterRunStatus.FAILURE),
        )
    ]


def alerts_of_runs(settings: Settings) -> list[RunStatusSensorDefinition]:
    """Tells INBOX_ALERT_URL of each failed run, and of the next one of the same job that is well.

    Runs of the command tell it themselves.
    """

    def tell(context: RunStatusSensorContext) -> SkipReason:
        is_sent = tell_run(settings, context.instance, context.dagster_run)
        return SkipReason("An alert was sent." if is_sent else "There was no alert to send.")

    return [
        run_status_sensor(
            name=name,
            run_status=status,
            minimum_interval_seconds=LOOK_SECONDS,
            default_status=DefaultSensorStatus.STOPPED
            if settings.alert_url is None
            else DefaultSensorStatus.RUNNING,
            description=description,
        )(tell)
        for name, status, description in (
            (
                "alert_on_failure",
                DagsterRunStatus.FAILURE,
                "Posts to INBOX_ALERT_URL what failed, why, and a link to the run.",
            ),
            (
                "alert_on_recovery",
                DagsterRunStatus.SUCCESS,
                "Posts to INBOX_ALERT_URL that the first run after a failed one is well.",
            ),
        )
    ]


def late_days(settings: Settings) -> SensorDefinition:
    """Tells INBOX_ALERT_URL of days that have not arrived until INBOX_DEADLINE, once a day."""

    @sensor(
        name="alert_on_late_days",
        minimum_interval_seconds=60,
        default_status=DefaultSensorStatus.STOPPED
        if settings.alert_url is None or settings.deadline is None
        else DefaultSensorStatus.RUNNING,
        description="Posts to INBOX_ALERT_URL which export days have not arrived, each once, after "
        "INBOX_DEADLINE. Without a deadline the daily load does.",
    )
    def look(context: SensorEvaluationContext) -> SensorResult:
        now = zones.now(settings.timezone)
        today = str(now.date())
        if settings.deadline is None or f"{now:%H:%M}" < settings.deadline:
            return SensorResult(skip_reason="It is before INBOX_DEADLINE.", cursor=context.cursor)
        if context.cursor == today:
            return SensorResult(skip_reason="The days of today are looked at.", cursor=today)
        words = "An alert was sent." if tell_late_days(settings) else "There was none to send."
        return SensorResult(skip_reason=words, cursor=today)

    return look


def _is_loading(settings: Settings, instance: DagsterInstance) -> bool:
    """Whether a load is at work, which its lock tells, or about to be.

    Not by the status of a run that has started: a killed one keeps it.
    """
    if is_held(settings.load_lock):
        return True
    just_now = datetime.now(UTC) - timedelta(minutes=1)
    return bool(
        instance.get_run_ids(RunsFilter(job_name=load_exports.name, statuses=STARTING), limit=1)
        or instance.get_run_ids(
            RunsFilter(
                job_name=load_exports.name,
                statuses=[DagsterRunStatus.STARTED],
                updated_after=just_now,
            ),
            limit=1,
        )
    )
