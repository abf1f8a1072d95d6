"""Warehouses beside what the oracle says of the same exports and schedules."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, Phase, settings

from orchestration.exports import ExportDay, find_export_days, load_day
from orchestration.privacy.record import Door
from tests.models import Warehouse, load
from tests.oracle.clock import read_schedules
from tests.oracle.events import TEAM_IDS
from tests.oracle.inbox import Inbox
from tests.oracle.metrics import Report
from tests.oracle.read import read_exports
from tests.oracle.schedules import schedules_text
from tests.oracle.writing import write_inbox

# An example writes files, lands them and builds dozens of models; there is no fair deadline for it.
property_settings = settings(
    deadline=None,
    phases=[Phase.generate],
    max_examples=25,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder for one Hypothesis example (pytest's own would be shared by all of a test)."""
    folder = Path(tempfile.mkdtemp(prefix="inbox-test-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def load_days_in(days: Iterable[ExportDay], raw: Path) -> None:
    """Lands some export days, in this order."""
    for day in days:
        load_day(day, raw, Door())


def write_schedules(inbox: Inbox, seed: int, folder: Path) -> Path:
    """A schedules file that changes while the inbox lasts."""
    path = folder / "schedules.csv"
    days = list(inbox.days)
    path.write_text(schedules_text(seed, days[0], days[-1], TEAM_IDS[:3]), encoding="utf-8")
    return path


def oracle_of(exports: Path, inbox: Inbox, week_start: str, schedules: Path | None) -> Report:
    """What the oracle says of written exports."""
    records = read_exports(exports)
    return Report(
        records,
        inbox.zone,
        week_start,
        schedules=read_schedules(schedules, inbox.zone) if schedules else None,
    )


@contextmanager
def built(
    inbox: Inbox, week_start: str = "monday", seed: int | None = 0
) -> Iterator[tuple[Warehouse, Report]]:
    """The warehouse of an inbox beside what the oracle says; no seed is no schedules file."""
    with temporary_folder() as folder:
        write_inbox(inbox, folder / "exports", clutter=True)
        load(folder / "exports", folder / "raw")
        schedules = None if seed is None else write_schedules(inbox, seed, folder)
        report = oracle_of(folder / "exports", inbox, week_start, schedules)
        with Warehouse(folder / "raw", inbox.zone, week_start, schedules) as warehouse:
            yield warehouse, report


def shuffled_batches(exports: Path, seed: int) -> list[list[ExportDay]]:
    """Export days a few at a time, some neighbours the other way round."""
    days = find_export_days(exports)
    chances = Random(seed)
    for place in range(len(days) - 1):
        if chances.random() < 0.3:
            days[place : place + 2] = reversed(days[place : place + 2])
    size = seed % 3 + 1
    return [days[start : start + size] for start in range(0, len(days), size)]
