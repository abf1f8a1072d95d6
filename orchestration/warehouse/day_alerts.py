"""Telling people of export days by name: those that cannot be loaded, and those that are late.

Each is told once, and that it is well again once it is loaded, not because another day was. Late
and missing days are told by the daily check alone: a backfill goes through days that people know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from orchestration.exports import read_manifests
from orchestration.exports.coverage import missing_in_words
from orchestration.exports.failed_days import read_failed_days
from orchestration.machine import zones
from orchestration.machine.alerts import (
    AlertRecord,
    alert_record,
    failure_text,
    place,
    post,
    tell_outcome,
)
from orchestration.settings import Settings
from orchestration.warehouse.build import coverage_of


def tell_load(
    settings: Settings, subject: str, reasons: Sequence[str], run_id: str | None = None
) -> bool:
    """Tells how a load ended; whether anything was sent.

    reasons: why it failed, if it did.
    """
    is_sent = tell_days(settings, subject, run_id)
    others = reasons_of_no_day(settings, reasons)
    if others or not reasons:
        is_sent |= tell_outcome(settings, subject, others, run_id)
    return is_sent


def tell_days(settings: Settings, subject: str, run_id: str | None = None) -> bool:
    """Tells of days that cannot be loaded and were not told, and of those that are well again."""
    if settings.alert_url is None:
        return False
    failed = {str(day): why for day, why in read_failed_days(settings.raw_folder).items()}
    with alert_record(settings) as record:
        is_sent = _tell_failed(settings, record, subject, failed, run_id)
        return is_sent | _tell_well(settings, record)


def reasons_of_no_day(settings: Settings, reasons: Sequence[str]) -> list[str]:
    """Why a load failed beside the days that could not be loaded."""
    of_days = set(read_failed_days(settings.raw_folder).values())
    lines = [line for reason in reasons for line in reason.splitlines() if line.strip()]
    return [line for line in lines if line not in of_days]


def tell_late_days(settings: Settings) -> bool:
    """The daily check: tells of days that have not arrived, each once; whether any was sent."""
    if settings.alert_url is None:
        return False
    days = [str(day) for day in days_not_arrived(settings)]
    with alert_record(settings) as record:
        record.late &= {*days, *_loaded(settings)}  # those said to be empty since are forgotten
        new = [day for day in days if day not in record.late]
        is_sent = False
        if new:
            words = missing_in_words([date.fromisoformat(day) for day in new])
            text = f"Inbox warehouse: {words}. See: inbox days list\n{place(settings, None)}"
            is_sent = post(settings, text)
            if is_sent:
                record.late.update(new)
        return is_sent | _tell_well(settings, record)


def days_not_arrived(settings: Settings) -> list[date]:
    """The days that are missing, and those after the last loaded one that are late by now."""
    coverage = coverage_of(settings)
    now = zones.now(settings.timezone)
    today = now.date()
    if settings.deadline is not None and f"{now:%H:%M}" < settings.deadline:
        today -= timedelta(days=1)
    failed = read_failed_days(settings.raw_folder)
    return [day for day in (*coverage.missing, *coverage.late(today)) if day not in failed]


def _tell_failed(
    settings: Settings,
    record: AlertRecord,
    subject: str,
    failed: Mapping[str, str],
    run_id: str | None,
) -> bool:
    new = {day: why for day, why in failed.items() if record.days.get(day) != why}
    record.days = {
        day: why for day, why in record.days.items() if day in {*failed, *_loaded(settings)}
    }
    if not new or not post(settings, failure_text(settings, subject, list(new.values()), run_id)):
        return False
    record.days.update(new)
    return True


def _tell_well(settings: Settings, record: AlertRecord) -> bool:
    """Tells of the days that are loaded now, as their files are, of which the opposite was told."""
    failing = {str(day) for day in read_failed_days(settings.raw_folder)}
    well = sorted((record.days.keys() | record.late) & _loaded(settings) - failing)
    if not well:
        return False
    days = f"export day {well[0]} is" if len(well) == 1 else f"{len(well)} export days are"
    named = "" if len(well) == 1 else f" ({', '.join(well[:5])}{' ...' if len(well) > 5 else ''})"
    is_sent = post(settings, f"Inbox warehouse: {days} well again{named}.\n{place(settings, None)}")
    if is_sent:
        record.days = {day: why for day, why in record.days.items() if day not in well}
        record.late -= set(well)
    return is_sent


def _loaded(settings: Settings) -> set[str]:
    return {str(day) for day in read_manifests(settings.raw_folder)}
