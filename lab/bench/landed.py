"""What the competitors read: the same landed Parquet as the warehouse, and its settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from lab.bench.sizes import TIMEZONE
from lab.bench.warehouse import settings_of
from orchestration.exports import ENTITIES, read_manifests

GRAINS = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}


@dataclass(frozen=True)
class Landed:
    """paths: of each entity's files. file_names: of the exports, ascending. as_of_date: last."""

    paths: dict[str, list[str]]
    file_names: list[str]
    as_of_date: date


def landed(home: str) -> Landed:
    """The landed files of a home."""
    raw = settings_of(home).raw_folder
    manifests = read_manifests(raw)
    return Landed(
        paths={
            entity: [str(raw / m.landed[entity]) for m in manifests.values() if entity in m.landed]
            for entity in ENTITIES
        },
        file_names=sorted({file.file_name for m in manifests.values() for file in m.files}),
        as_of_date=max(manifests),
    )


def offset_changes(first: date, last: date) -> list[tuple[int, int]]:
    """The zone's offsets: pairs of the first second (since 1970, UTC) and the offset in seconds."""
    zone = ZoneInfo(TIMEZONE)

    def offset(instant: datetime) -> int:
        local = instant.astimezone(zone).utcoffset()
        return 0 if local is None else int(local.total_seconds())

    instant = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=2)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=3)
    changes = [(int(instant.timestamp()), offset(instant))]
    while instant < end:
        following = instant + timedelta(days=1)
        # Offsets change at quarters of an hour; look for them on days that end with another.
        while offset(following) != changes[-1][1]:
            instant += timedelta(minutes=15)
            if offset(instant) != changes[-1][1]:
                changes.append((int(instant.timestamp()), offset(instant)))
        instant = following
    return changes


def output_folder(target: str) -> Path:
    """An empty folder for a competitor's tables."""
    folder = Path(target)
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        file.unlink()
    return folder
