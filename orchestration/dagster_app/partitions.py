"""Every partitions definition: the export days, in the workspace's zone."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dagster import DailyPartitionsDefinition

from orchestration.exports import find_export_days, read_manifests
from orchestration.exports.errors import ExportsNotFound, ExportsUnreachable
from orchestration.settings import Settings


def export_days(settings: Settings) -> DailyPartitionsDefinition:
    """One partition an export day: from the first day that has arrived or is loaded, to today.

    A day is the folder's name, in INBOX_TIMEZONE; never the day of an event, as an export also
    brings late changes of older records. Days after today (a clock set back) are in it too.
    """
    today = datetime.now(ZoneInfo(settings.timezone)).date()
    days = _known_days(settings) or [today]
    last = max(days[-1], today)
    return DailyPartitionsDefinition(
        start_date=days[0].isoformat(),
        timezone=settings.timezone,
        # Without an offset the last partition is yesterday's.
        end_offset=(last - today).days + 1,
    )


def _known_days(settings: Settings) -> list[date]:
    days = set(read_manifests(settings.raw_folder))
    if settings.exports is not None:
        # Said by the asset that needs it; what is loaded can still be seen and published.
        with suppress(ExportsNotFound, ExportsUnreachable):
            days.update(day.export_date for day in find_export_days(settings.exports))
    return sorted(days)
