"""Faults of the machine during a run: readers keep good tables, and the next run mends."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from lab.bench.warehouse import watched_spill
from lab.sampling import Shape, write_history
from orchestration import pipeline
from orchestration.dagster_app import retries
from orchestration.exports import landing
from orchestration.exports.loading import load_days
from orchestration.machine import zones
from orchestration.privacy.record import Door
from orchestration.publishing import publish as publication
from orchestration.publishing.record import read_publication
from orchestration.settings import PROJECT_ROOT as PROJECT
from orchestration.settings import Settings, load_settings
from orchestration.warehouse.build import build_warehouse
from orchestration.warehouse.verify import verify_warehouse
from tests.homes import copy_home, environment, parsed_dbt_folder, published_days
from tests.integration.test_pipeline import ZONE, assert_as_the_oracle_says, assert_same, published


@pytest.fixture
def inbox(tmp_path: Path) -> Settings:
    """Four days that are published, and a fifth that has arrived."""
    settings = copy_home(published_days(), tmp_path)
    (tmp_path / "last").rename(tmp_path / "exports" / "2024-04-01")
    return settings


def run_with_a_fault(settings: Settings, step: str, fault: str) -> tuple[int, str]:
    """`inbox run` in a process of its own, with a fault from a step on; its code and output.

    Somebody reads what is published all the while.
    """
    with a_reader(settings):
        done = subprocess.run(
            [sys.executable, "-m", "tests.integration.faulty_run", *STEPS[step], fault],
            env={
                **environment(settings),
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONPATH": str(PROJECT),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
    return done.returncode, done.stdout


@contextmanager
def a_reader(settings: Settings) -> Iterator[None]:
    """Opens the published file and Parquet whenever either changes; it must get whole tables."""
    ended = threading.Event()
    seen: list[tuple[date, int]] = []
    failed: list[Exception] = []
    parquet = settings.published_folder / "parquet" / "fct_threads" / "fct_threads.parquet"

    def look_after(before: object) -> object:
        """What tells the files apart, once they were opened if they are others than before."""
        try:
            found = [path.stat() for path in (settings.published_database, parquet)]
            now = [(one.st_ino, one.st_size, one.st_mtime_ns) for one in found]
            if now == before:
                return now
            with open_published(settings) as connection:
                rows = connection.execute(
                    "select as_of_date, (select count(*) from fct_threads) from dim_report"
                ).fetchall()
            pq.read_table(parquet, use_threads=False)
            seen.extend(rows)
            return now
        except Exception as error:
            failed.append(error)
            return None

    def read() -> None:
        before = None
        while not ended.wait(0.02):
            before = look_after(before)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield
    finally:
        ended.set()
        reader.join()
    look_after(None)
    assert failed == []
    assert len(set(seen)) <= 2, "those before, and perhaps those of the run"


def open_published(settings: Settings) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(settings.published_database), read_only=True, config={"threads": 1})


def assert_mended_by_the_next_run(settings: Settings) -> None:
    outcome = pipeline.run(settings)
    assert outcome.failures == []
    assert_as_the_oracle_says(settings)
    assert not list((settings.raw_folder / ".incoming").iterdir())
    assert not list(settings.published_folder.glob(".inbox-*"))


STEPS = {
    "before anything": ("orchestration.pipeline", "arrived_days"),
    "load": ("orchestration.exports.landing", "_load_day"),
    "batch": ("orchestration.warehouse.replay", "_apply"),
    "build by dbt": ("orchestration.warehouse.dbt", "run_models"),
    "publication": ("orchestration.warehouse.publication", "publish"),
    "record of the publication": ("orchestration.publishing.publish", "write_record"),
}


# What happens at each step, one run after the other. A batch that cannot be applied without dbt is
# left to it, so that both meet a full disk.
FAULTS = {
    "before anything": ("full",),
    "load": ("full", "SIGKILL", "SIGTERM"),
    "batch": ("full", "SIGKILL"),
    "build by dbt": ("SIGTERM",),
    "publication": ("full", "SIGKILL"),
    "record of the publication": ("full", "SIGKILL"),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_full_disk_and_an_end_in_the_middle_leave_readers_what_they_have(
    inbox: Settings, step: str
) -> None:
    """On a full disk no file may grow from one step on; each next run meets the step again."""
    if step == "build by dbt":
        shutil.rmtree(inbox.dbt_folder / "replay")
    before = published(inbox)
    for fault in FAULTS[step]:
        code, output = run_with_a_fault(inbox, step, fault)
        assert_told(fault, code, output)
        if step != "record of the publication":
            assert_same(published(inbox), before)
    assert_mended_by_the_next_run(inbox)


def assert_told(fault: str, code: int, output: str) -> None:
    """What a run with a fault ends with, where it can say anything."""
    if fault == "SIGKILL":
        assert code == -signal.SIGKILL, output
        return
    assert code == 1 if fault == "full" else code != 0, output
    assert {"full": "make room", "SIGTERM": "Ended by a signal"}[fault] in output
    assert "Traceback" not in output


def test_too_little_memory_is_told_and_enough_of_it_mends(inbox: Settings) -> None:
    before = published(inbox)
    little = run_with_memory(inbox, "1MB")
    assert little.returncode == 1, little.stdout
    assert "raise INBOX_MEMORY_LIMIT" in little.stdout
    assert "Traceback" not in little.stdout
    assert_same(published(inbox), before)
    enough = run_with_memory(inbox, "200MB")
    assert enough.returncode == 0, enough.stdout
    assert_as_the_oracle_says(inbox)


def test_a_build_that_spills_ends_as_any_other(tmp_path: Path) -> None:
    write_history(tmp_path / "exports", Shape(300_000, 10), "parquet")
    settings = load_settings(
        exports=tmp_path / "exports",
        home=tmp_path / "home",
        timezone=ZONE,
        threads=1,
        memory_limit="60MB",
    )
    shutil.copytree(parsed_dbt_folder(), settings.dbt_folder)
    load_days(settings, Door())
    with watched_spill(settings) as sizes:
        build = build_warehouse(settings, with_tests=False)
    assert all(result.is_success for result in build.results)
    assert max(sizes) > 1_000_000
    ample = settings.model_copy(update={"memory_limit": "1GB"})
    assert verify_warehouse(ample).differences == ()


def run_with_memory(settings: Settings, limit: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "--quiet", "run"],
        env={**environment(settings), "INBOX_MEMORY_LIMIT": limit},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_clock_that_was_set_back_changes_no_number(
    inbox: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Earlier(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime(1999, 1, 1, tzinfo=tz)

    before = published(inbox)
    with monkeypatch.context() as patched:
        for module in (landing, publication, zones):
            patched.setattr(module, "datetime", Earlier)
        outcome = pipeline.run(inbox)
    (failure,) = outcome.failures
    assert "2024-04-01" in failure
    assert "later than tomorrow" in failure
    assert_same(published(inbox), before)
    assert_mended_by_the_next_run(inbox)
    assert pipeline.run(inbox).is_changed is False


def test_a_cluster_that_does_not_answer_is_told_and_readers_keep_what_they_have(
    inbox: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "FIRST_WAIT_SECONDS", 0.0)
    on_a_cluster = inbox.model_copy(update={"engine": "spark", "spark_port": 1})
    before = read_publication(inbox.published_folder)
    (failure,) = pipeline.run(on_a_cluster).failures
    assert failure.endswith(
        "The cluster's Thrift server at 127.0.0.1:1 does not answer (TTransportException): start "
        "it, or name another one with INBOX_SPARK_HOST and INBOX_SPARK_PORT"
    )
    assert read_publication(inbox.published_folder) == before
    assert pipeline.run(inbox).failures == []
    assert_as_the_oracle_says(inbox)
