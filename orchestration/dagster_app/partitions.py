"""Every partitions definition: the export days, in the workspace's zone."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from dagster import DailyPartitionsDefinition

from orchestration.exports import read_manifests
from orchestration.exports.errors import ExportsNotFound, ExportsUnreachable, FutureDay
from orchestration.exports.loading import arrived_days, future_days
from orchestration.machine import zones
from orchestration.settings import Settings, SettingsError


def export_days(settings: Settings) -> DailyPartitionsDefinition:
    """One partition an export day: from the first day that has arrived or is loaded, to today.

    A day is the folder's name, in INBOX_TIMEZONE; never the day of an event, as an export also
    brings late changes of older records. Days after today (a clock set back) are in it too.
    """
    now = zones.today(settings.timezone)
    days = _known_days(settings) or [now]
    last = max(days[-1], now)
    return DailyPartitionsDefinition(
        start_date=days[0].isoformat(),
        timezone=settings.timezone,
        # Without an offset the last partition is yesterday's.
        end_offset=(last - now).days + 1,
    )


def _known_days(settings: Settings) -> list[date]:
    days = read_manifests(settings.raw_folder).keys() - future_days(settings)
    # Said by the asset that needs it; what is loaded can still be seen and published.
    with suppress(ExportsNotFound, ExportsUnreachable, SettingsError):
        days |= {
            day.export_date
            for day in arrived_days(settings)
            if not isinstance(day.problem, FutureDay)
        }
    return sorted(days)
