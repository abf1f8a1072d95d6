"""The one place that knows how the project is called: each task of the benchmark on it.

Imports are within the functions, so that a task pays for what it uses alone.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from threading import Event, Thread
from typing import Any
from unittest.mock import patch

from lab.bench.sizes import SIZES, TIMEZONE
from orchestration.settings import Settings, load_settings


def settings_of(home: str | Path, exports: str | Path | None = None) -> Settings:
    """The settings of every measurement."""
    return load_settings(home=Path(home), exports=exports and Path(exports), timezone=TIMEZONE)


def make_history(size: str, exports: str, form: str = "parquet", days: int | None = None) -> None:
    """Writes a size's history, or the same number of messages in other days."""
    from lab.sampling import Shape, write_history

    write_history(Path(exports), Shape(SIZES[size].messages, days or SIZES[size].days), form)


def make_day(size: str, exports: str, messages: int | None = None) -> str:
    """Writes the day after a size's history; its date."""
    from lab.sampling import Shape, write_one_more_day

    shape = Shape(SIZES[size].messages, SIZES[size].days)
    write_one_more_day(Path(exports), shape, "parquet", messages)
    return shape.day(shape.days).isoformat()


def load(home: str, exports: str) -> dict[str, Any]:
    """Loads every day that is due, without Dagster."""
    from orchestration.exports.loading import load_days
    from orchestration.privacy.record import Door

    outcome = load_days(settings_of(home, exports), Door())
    if outcome.failed:
        raise RuntimeError("\n".join(outcome.failed))
    return {"days": len(outcome.loaded)}


def load_with_dagster(home: str, exports: str) -> None:
    """Loads every day that is due by Dagster's job, as `inbox run` does."""
    from dagster import DagsterInstance

    from orchestration.dagster_app.build import build_defs
    from orchestration.dagster_app.instance import prepare_dagster_home

    settings = settings_of(home, exports)
    prepare_dagster_home(settings)
    job = build_defs(settings).resolve_job_def("load_exports")
    with DagsterInstance.get() as instance:
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        job.execute_in_process(instance=instance, run_config=quiet)


def prepare(home: str) -> None:
    """Parses the dbt project, as any run before has done."""
    from orchestration.warehouse.dbt import load_manifest

    load_manifest(settings_of(home))


def build(home: str) -> dict[str, Any]:
    """Brings the warehouse to what has landed, without its tests: anew, or by a batch of days."""
    from orchestration.warehouse.build import build_warehouse

    outcome = build_warehouse(settings_of(home), with_tests=False)
    failed = [result.name for result in outcome.results if not result.is_success]
    if failed:
        raise RuntimeError(f"These models could not be built: {', '.join(failed)}")
    return {
        "seconds_by_model": {
            result.name: round(result.seconds, 3)
            for result in outcome.results
            if result.resource_type == "model"
        }
    }


def test(home: str) -> dict[str, Any]:
    """Tests every row of a warehouse that is built; how many tests passed, and what failed.

    The models that no batch changes are made anew before it; `test_cpu_seconds` leaves that out.
    """
    costs: dict[str, Any] = {}
    outcome = _build_and_test(settings_of(home), costs)
    return {**outcome, **costs}


def publish(home: str) -> dict[str, int]:
    """Publishes a warehouse whose tests have passed; the rows that this wrote."""
    from orchestration.warehouse.publication import publish_warehouse

    publication = publish_warehouse(settings_of(home))
    return {"rows_written": publication.rows_written, "rows": sum(publication.rows.values())}


def add_days(home: str, exports: str) -> dict[str, Any]:
    """One more day without Dagster: load, build, test, publish, each with its cost."""
    costs: dict[str, Any] = {}
    with _timed(costs, "load"):
        costs["load"] = load(home, exports)
    with _timed(costs, "build"):
        costs["build"] = _build_and_test(settings_of(home), costs)
    if costs["build"]["failed"]:
        raise RuntimeError(f"These failed: {', '.join(costs['build']['failed'])}")
    for cost in ("cpu_seconds", "wall_seconds"):
        costs[f"build_{cost}"] = round(costs[f"build_{cost}"] - costs[f"test_{cost}"], 3)
    with _timed(costs, "publish"):
        costs["publish"] = publish(home)
    return costs


def watch_spill(watched: str, home: str, **arguments: Any) -> dict[str, Any]:
    """What a task of this module gives, and the most megabytes that the engine spilled at once."""
    with watched_spill(settings_of(home)) as sizes:
        outcome = globals()[watched](home=home, **arguments)
    return {**outcome, "spilled_megabytes": round(max(sizes) / 2**20, 1)}


@contextmanager
def watched_spill(settings: Settings) -> Iterator[list[int]]:
    """The sizes in bytes of what the engine has spilled, looked at while the block works."""
    sizes = [0]
    ended = Event()

    def watch() -> None:
        while not ended.wait(0.05):
            total = 0
            for path in settings.warehouse_folder.glob("spill/*"):
                # The engine removes its files while they are counted.
                with suppress(FileNotFoundError):
                    total += path.stat().st_size
            sizes.append(total)

    watcher = Thread(target=watch)
    watcher.start()
    try:
        yield sizes
    finally:
        ended.set()
        watcher.join()


def _build_and_test(settings: Settings, costs: dict[str, Any]) -> dict[str, Any]:
    """A build with its tests, as a run has it: a batch's own rows are tested after it alone."""
    from orchestration.warehouse import replay
    from orchestration.warehouse.build import build_warehouse
    from orchestration.warehouse.results import DbtResult

    run_tests = replay.run_tests

    def timed_tests(*arguments: Any) -> list[DbtResult]:
        with _timed(costs, "test"):
            return run_tests(*arguments)

    with patch.object(replay, "run_tests", timed_tests):
        results = build_warehouse(settings).results
    failed = [result.name for result in results if not result.is_success]
    tests = [result for result in results if result.resource_type == "test" and result.is_success]
    return {"tests": len(tests), "failed": failed}


@contextmanager
def _timed(costs: dict[str, Any], name: str) -> Iterator[None]:
    """Notes what the block cost under the name of a step."""
    from lab.bench.worker import cpu_seconds

    cpu, wall = cpu_seconds(), time.perf_counter()
    yield
    costs[f"{name}_cpu_seconds"] = round(cpu_seconds() - cpu, 3)
    costs[f"{name}_wall_seconds"] = round(time.perf_counter() - wall, 3)


def run_counting_sql(home: str, exports: str) -> dict[str, float]:
    """A whole run, as the command does it, and how much of its CPU was spent while SQL ran."""
    from lab.bench.sql_clock import SqlClock
    from orchestration.cli import start

    places = {"INBOX_HOME": home, "INBOX_EXPORTS": exports, "INBOX_TIMEZONE": TIMEZONE}
    command = patch.object(sys, "argv", ["inbox", "--quiet", "run"])
    with SqlClock() as clock, patch.dict(os.environ, places), command:
        try:
            start()
        except SystemExit as ended:
            if ended.code:
                raise RuntimeError(f"inbox run ended with {ended.code}") from None
    return {"sql_cpu_seconds": clock.cpu_seconds, "sql_statements": clock.statements}


def touched(home: str, day: str) -> dict[str, int]:
    """The rows that a day brought, by entity, and how many conversations they touch."""
    import duckdb

    from orchestration.exports import read_manifests
    from orchestration.exports.reading.schema import CONTRACTS

    settings = settings_of(home)
    manifest = read_manifests(settings.raw_folder)[date.fromisoformat(day)]
    rows = manifest.rows_loaded
    parts = " union ".join(
        f"select thread_id from read_parquet('{settings.raw_folder / path}')"
        for entity, path in manifest.landed.items()
        if "thread_id" in CONTRACTS[entity].by_name
    )
    with duckdb.connect() as connection:
        counted = connection.execute(f"select count(*) from ({parts})").fetchone()
    return {**rows, "touched_threads": int(counted[0]) if counted else 0}
