"""Homes that tests start from: published once, and copied for each test that changes one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from lab.sampling import Shape, write_history
from orchestration import pipeline
from orchestration.exports import ENTITIES, find_export_days, load_day
from orchestration.exports.loading import load_days
from orchestration.machine import files
from orchestration.machine.lock import hold_lock
from orchestration.privacy.record import Door
from orchestration.publishing.record import read_publication
from orchestration.settings import PROJECT_ROOT, Settings, load_settings
from orchestration.warehouse.build import build_warehouse
from orchestration.warehouse.dbt import load_manifest
from tests.oracle.generate import generate_inbox
from tests.oracle.inbox import ExportFile, Inbox
from tests.oracle.writing import write_inbox

# Inboxes beside the sample: a year of one, and five threads.
YEAR = Shape(messages=4_000, days=366, first_day=date(2023, 1, 1))
FEW = Shape(messages=40, days=30, first_day=date(2024, 2, 10))


def shared_folder() -> Path:
    """A folder that all processes of one run of the tests have together."""
    # The processes of a run inherit it from the one that starts them.
    run = os.environ.setdefault("PYTEST_RUN", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"inbox-tests-{run}"
    folder.mkdir(exist_ok=True)
    return folder


def made_once(name: str, make: Callable[[], Any]) -> Any:
    """What a function gives, as JSON has it, made by the first process that asks."""
    path = shared_folder() / f"{name}.json"
    with hold_lock(path.with_suffix(".lock"), f"making {name}"):
        if not path.exists():
            files.write_text(path, json.dumps(make(), default=str))
        return json.loads(path.read_text())


def parsed_dbt_folder() -> Path:
    """A dbt folder of a home in which the project has been parsed; to be copied, not used.

    Parsed by the first process that asks, under the lock that every build takes.
    """
    settings = load_settings(home=shared_folder() / "parsed")
    load_manifest(settings)
    return settings.dbt_folder


def ready_dbt_folder(timezone: str) -> Path:
    """The same of a home that has stood some days: what dbt makes of ordinary batches is kept.

    Batches of a home that begins with it run without dbt, as they do where people use it. Some are
    left to dbt all the same: those that bring or replace other kinds of records than were seen.
    """
    settings = load_settings(
        home=shared_folder() / f"ready-{timezone.replace('/', '-')}", timezone=timezone, threads=1
    )
    ready = settings.home / "ready"
    settings.home.mkdir(exist_ok=True)
    with hold_lock(settings.home / "lock", "seeing some batches"):
        if not ready.exists():
            shutil.copytree(parsed_dbt_folder(), settings.dbt_folder)
            _see_batches(settings)
            settings.dbt_folder.rename(ready)
            shutil.rmtree(ready / "target")
    return ready


def _see_batches(settings: Settings) -> None:
    """A first day; one without events and teams; one with them; a correction of some records."""
    most = ("threads", "messages", "ratings", "agents")
    for number, (day, entities, status) in enumerate(
        (
            (1, ("threads",), "open"),
            (2, most, "open"),
            (3, ENTITIES, "open"),
            (3, ENTITIES, "pending"),
        )
    ):
        files = _a_row_of_each(date(2024, 1, day), entities, status)
        write_inbox(Inbox("UTC", {date(2024, 1, day): files}), settings.home / "exports")
        for found in find_export_days(settings.home / "exports"):
            load_day(found, settings.raw_folder, Door())
        build = build_warehouse(settings, with_tests=number < 2)
        assert all(result.is_success for result in build.results)


def _a_row_of_each(day: date, entities: Iterable[str], status: str) -> tuple[ExportFile, ...]:
    """A file with one row for each kind of record; the status is told by threads and messages."""
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    rows: dict[str, dict[str, Any]] = {
        "threads": {"thread_id": "t", "created_at": at, "updated_at": at, "status": status},
        "messages": {"message_id": f"m-{status}", "sent_at": at, "author_type": "user"},
        "ratings": {"rating_id": "r", "rated_at": at, "score": 5},
        "agents": {"agent_id": "a", "name": "A", "updated_at": at},
        "thread_events": {"event_id": "e", "occurred_at": at, "type": "priority", "value": "high"},
        "teams": {"team_id": "1", "name": "One", "updated_at": at},
    }
    for name in rows.keys() - {"agents", "teams"}:
        rows[name]["thread_id"] = "t"
    return tuple(ExportFile(f"{name}.csv", name, "csv", (rows[name],)) for name in entities)


def published_days() -> Settings:
    """Four days in Warsaw, published by the first process that asks; to be copied, not used.

    A fifth lies beside the exports, as `last`; `copy_home` takes it along.
    """
    folder = shared_folder() / "days"
    zone = "Europe/Warsaw"
    settings = small_home(folder, zone)
    with hold_lock(folder / "lock", "publishing some days"):
        if read_publication(settings.published_folder) is None:
            write_inbox(generate_inbox(3, date(2024, 3, 28), 5, 6, zone), folder / "exports")
            max((folder / "exports").iterdir()).rename(folder / "last")
            shutil.copytree(ready_dbt_folder(zone), settings.dbt_folder)
            assert pipeline.run(settings).failures == []
    return settings


def small_home(folder: Path, timezone: str) -> Settings:
    """Settings of a home of little data, where a second thread would cost more than it does."""
    return load_settings(
        exports=folder / "exports", home=folder / "home", timezone=timezone, threads=1
    )


def published_sample() -> Settings:
    """The bundled sample, published by the command where a process first asks; to be read only.

    What the command printed is beside the home, as `output`.
    """
    home = shared_folder() / "sample" / "home"
    settings = load_settings(
        exports=PROJECT_ROOT / "sample" / "exports", home=home, timezone="Europe/Warsaw"
    )
    with hold_lock(home.parent / "lock", "publishing the sample"):
        if read_publication(settings.published_folder) is None:
            shutil.copytree(parsed_dbt_folder(), settings.dbt_folder)
            done = command(settings, "run")
            assert done.returncode == 0, done.stdout + done.stderr
            (home.parent / "output").write_text(done.stdout)
    return settings


def published_year() -> Settings:
    """A made-up inbox of a year, published by the first process that asks; read only."""
    folder = shared_folder() / "year"
    folder.mkdir(exist_ok=True)
    settings = small_home(folder, "UTC")
    with hold_lock(folder / "lock", "publishing a year"):
        if read_publication(settings.published_folder) is None:
            write_history(settings.exports_folder, YEAR)
            shutil.copytree(parsed_dbt_folder(), settings.dbt_folder)
            # Without Dagster, which would note each of the days.
            assert load_days(settings, Door()).failed == []
            assert pipeline.run(settings).failures == []
    return settings


def command(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The `inbox` command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *arguments],
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def environment(settings: Settings) -> dict[str, str]:
    """What the command is told of its settings by."""
    return {
        "PATH": str(Path(sys.executable).parent),
        "HOME": str(settings.home),
        "INBOX_EXPORTS": str(settings.exports),
        "INBOX_HOME": str(settings.home),
        "INBOX_TIMEZONE": settings.timezone,
        "INBOX_WEEK_START": settings.week_start,
        "INBOX_THREADS": str(settings.threads),
    }


def copy_home(settings: Settings, folder: Path) -> Settings:
    """A home and the exports beside it in another folder, as if they had always been there."""
    shutil.copytree(settings.home.parent, folder, dirs_exist_ok=True, symlinks=True)
    return settings.model_copy(
        update={
            "exports": folder / settings.exports_folder.relative_to(settings.home.parent),
            "home": folder / settings.home.name,
        }
    )
