"""Loading export days: which are due, each landed by itself, and what became of each."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from orchestration.exports.erasing import erase_landed
from orchestration.exports.errors import BadExportFile, LandingFailed
from orchestration.exports.landing import load_day
from orchestration.exports.layout import find_export_days, find_ignored
from orchestration.exports.manifest import (
    DayManifest,
    Retention,
    changed_closed_days,
    pending_days,
    read_manifests,
)
from orchestration.exports.retention import ClosedDays, close_days
from orchestration.exports.user_record import claim_key, read_user_record
from orchestration.settings import Settings

logger = logging.getLogger("inbox.exports")


@dataclass
class LoadOutcome:
    """loaded: the days that landed. failed: one line for each day that did not, and why."""

    loaded: list[DayManifest] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def load_days(settings: Settings, requested: Sequence[str] | None = None) -> LoadOutcome:
    """Lands export days one by one; what one day's files do to it does not touch another.

    requested: the days (YYYY-MM-DD), read again even where nothing has changed; None is every day
    that has arrived and is not loaded, or whose files have changed.
    A day that retention has closed is never read again. A full disk ends the load.
    Raises ExportsNotFound where there is no exports folder, SettingsError where none is set,
    WrongPseudonymKey where the loaded days have another key.
    """
    raw = settings.raw_folder
    claim_key(raw, settings.pseudonym_key_bytes)
    if not read_user_record(raw).is_finished:
        erase_landed(raw)
    arrived = {day.export_date: day for day in find_export_days(settings.exports_folder)}
    for name in find_ignored(settings.exports_folder):
        logger.warning("Ignored in the exports folder: %s is not an export day", name)
    outcome = LoadOutcome()
    closed = changed_closed_days(list(arrived.values()), raw)
    for day in closed:
        logger.warning("Not read again: %s is closed by INBOX_RETENTION_DAYS", day.export_date)
    if requested is None:
        days = pending_days(list(arrived.values()), settings.raw_folder)
    else:
        wanted = [date.fromisoformat(day) for day in requested]
        closed_days = {
            day
            for day, manifest in read_manifests(raw).items()
            if manifest.retention is not Retention.OPEN
        }
        days = [arrived[day] for day in wanted if day in arrived and day not in closed_days]
        outcome.failed.extend(
            f"{day}: is closed by INBOX_RETENTION_DAYS and not read again"
            for day in wanted
            if day in closed_days
        )
        outcome.failed.extend(
            f"{day}: has not arrived: there is no folder {settings.exports_folder / str(day)}"
            for day in wanted
            if day not in arrived and day not in closed_days
        )
    for number, day in enumerate(days, start=1):
        try:
            manifest = load_day(day, raw, pseudonym_key=settings.pseudonym_key_bytes)
        except LandingFailed as error:
            logger.error("%s", error)
            outcome.failed.append(str(error))
            break
        except BadExportFile as error:
            logger.error("%s", error)
            outcome.failed.append(str(error))
            continue
        outcome.loaded.append(manifest)
        _warn_of_what_was_passed_over(manifest)
        logger.info(
            "Loaded %s (%d of %d): %s",
            day.export_date,
            number,
            len(days),
            _summary(manifest),
        )
    report_closed(close_days(raw, settings.retention_days))
    return outcome


def report_closed(closed: ClosedDays) -> None:
    """Say which days retention has closed, and what went with it."""
    if closed.days:
        logger.info(
            "Closed %d days up to %s: %d superseded rows and %d rows set aside are gone",
            len(closed.days),
            closed.days[-1],
            closed.rows_superseded,
            closed.rows_quarantined,
        )


def _warn_of_what_was_passed_over(manifest: DayManifest) -> None:
    for name in manifest.ignored:
        logger.warning("Ignored in %s: %s is not an export file", manifest.export_date, name)
    for file in manifest.files:
        if file.unknown_columns:
            logger.warning(
                "Ignored in %s/%s: unknown columns %s",
                manifest.export_date,
                file.file_name,
                ", ".join(file.unknown_columns),
            )


def _summary(manifest: DayManifest) -> str:
    loaded = sum(file.rows_loaded for file in manifest.files)
    rejected = sum(file.rows_rejected for file in manifest.files)
    text = f"{loaded} rows from {len(manifest.files)} files"
    return f"{text}, {rejected} rejected" if rejected else text
