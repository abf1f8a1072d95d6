"""Whole runs through Dagster and dbt, as the command makes them: what readers have afterwards."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from dagster import DagsterInstance

from orchestration import pipeline
from orchestration.machine.lock import LockBusy, hold_lock
from orchestration.publishing.restatement_tables import LOG_TABLES
from orchestration.settings import PROJECT_ROOT, Settings, load_settings
from tests.against_oracle.warehouses import write_schedules
from tests.homes import (
    command,
    copy_home,
    environment,
    parsed_dbt_folder,
    published_days,
    ready_dbt_folder,
    small_home,
)
from tests.oracle.clock import read_schedules
from tests.oracle.compare import assert_tables_equal
from tests.oracle.corner_cases import all_corner_cases
from tests.oracle.events import with_events
from tests.oracle.generate import generate_inbox, write_inbox
from tests.oracle.metrics import KEYS, Report
from tests.oracle.read import read_exports

SAMPLE = PROJECT_ROOT / "sample"
ZONE = "Europe/Warsaw"


def published(settings: Settings) -> dict[str, pd.DataFrame]:
    """Every published table, its rows in the order of all its columns.

    Not the log of restatements, which is of a home's own publications.
    """
    with closing(duckdb.connect(str(settings.published_database), read_only=True)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        found = connection.execute("select table_name from duckdb_tables() order by 1").fetchall()
        names = [name for (name,) in found if name not in LOG_TABLES]
        return {name: connection.execute(f"from {name} order by all").df() for name in names}


def assert_same(actual: dict[str, pd.DataFrame], expected: dict[str, pd.DataFrame]) -> None:
    assert actual.keys() == expected.keys()
    for name, table in expected.items():
        pd.testing.assert_frame_equal(actual[name], table, obj=name, check_exact=True)


def assert_as_the_oracle_says(settings: Settings) -> None:
    hours = settings.schedules and read_schedules(settings.schedules, settings.timezone)
    records = read_exports(settings.exports_folder)
    report = Report(records, settings.timezone, settings.week_start, schedules=hours)
    tables = published(settings)
    for name, expected in report.tables().items():
        if name != "dim_dates":
            assert_tables_equal(tables[name], expected, KEYS[name], name)


def new_inbox(folder: Path) -> Settings:
    write_inbox(generate_inbox(3, date(2024, 3, 28), 5, 6, ZONE), folder / "exports")
    settings = small_home(folder, ZONE)
    # What a first run would spend most of its time on, and every test would repeat.
    shutil.copytree(ready_dbt_folder(ZONE), settings.dbt_folder)
    return settings


@pytest.fixture
def inbox(tmp_path: Path) -> Settings:
    """A few generated days that are not loaded yet, in a folder that is a pattern of others."""
    return new_inbox(tmp_path / "a team's home [*] 100%")


@pytest.fixture
def published_inbox(tmp_path: Path) -> Settings:
    """Four days, published, in a folder that to the engine is a pattern of others."""
    return copy_home(published_days(), tmp_path / "a team's home [*] 100%")


@pytest.fixture
def growing_inbox(tmp_path: Path) -> Settings:
    """The same days, and a fifth, which is not loaded yet."""
    settings = copy_home(published_days(), tmp_path / "it's 100% [*]")
    (settings.home.parent / "last").rename(settings.exports_folder / "2024-04-01")
    return settings


def test_every_corner_case_through_dbt(tmp_path: Path) -> None:
    """The whole run, dbt's contracts and tests included, where format and days are strangest."""
    inbox = with_events(all_corner_cases(zone="America/New_York"), 1)
    write_inbox(inbox, tmp_path / "exports", clutter=True)
    settings = load_settings(
        exports=tmp_path / "exports",
        schedules=write_schedules(inbox, 1, tmp_path),
        home=tmp_path / "home",
        timezone="America/New_York",
        week_start="sunday",
        threads=1,
    )
    shutil.copytree(parsed_dbt_folder(), settings.dbt_folder)
    outcome = pipeline.run(settings)
    assert outcome.failures == []
    assert outcome.is_changed
    assert_as_the_oracle_says(settings)


def test_days_may_be_loaded_one_by_one_and_in_any_order(inbox: Settings) -> None:
    days = sorted(path.name for path in inbox.exports_folder.iterdir())
    for day in (days[3], days[0]):
        pipeline.run(inbox, date.fromisoformat(day), date.fromisoformat(day))
    outcome = pipeline.run(inbox)
    assert [str(day) for day in outcome.days] == [days[1], days[2], days[4]]
    assert_as_the_oracle_says(inbox)


def test_a_corrected_file_replaces_its_day_and_a_reader_goes_on_with_what_it_opened(
    published_inbox: Settings,
) -> None:
    inbox = published_inbox
    day = sorted(inbox.exports_folder.iterdir())[2]
    for file in day.iterdir():
        file.unlink()
    (day / "threads.csv").write_text(
        "thread_id,created_at,updated_at,status\nmended,2024-03-30T10:00:00Z,2024-03-30T10:00:00Z,open\n"
    )
    with reading(inbox) as reader:
        threads = published(inbox)["fct_threads"]
        outcome = pipeline.run(inbox)
        answer, _ = reader.communicate("\n")
    assert answer == f"{len(threads)} {threads['messages'].sum()}\n"
    assert [str(changed) for changed in outcome.days] == [day.name]
    assert "mended" in set(published(inbox)["fct_threads"]["thread_id"])
    assert_as_the_oracle_says(inbox)


@contextmanager
def reading(inbox: Settings) -> Iterator[subprocess.Popen[str]]:
    """Another process that has opened the publication, and asks it once more when it is told to."""
    code = (
        "import duckdb, sys\n"
        f"c = duckdb.connect({str(inbox.published_database)!r}, read_only=True)\n"
        "print(c.execute('select count(*) from fct_export_days').fetchone()[0], flush=True)\n"
        "sys.stdin.readline()\n"
        "print(*c.execute('select count(*), sum(messages) from fct_threads').fetchone())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "4\n"
        yield reader


def test_a_bad_file_fails_its_day_alone(growing_inbox: Settings) -> None:
    inbox = growing_inbox
    days = sorted(inbox.exports_folder.iterdir())
    days.append(shutil.copytree(days[0], inbox.exports_folder / "2024-04-02"))
    bad = days[4]
    (bad / "threads.9.csv").write_bytes(b"thread_id,created_at\nx,2024-03-29T10:00:00Z\n")
    done = command(inbox, "run")
    assert done.returncode == 1
    assert "threads.9.csv" in done.stderr
    assert bad.name in done.stderr
    assert "Traceback" not in done.stderr
    loaded = set(published(inbox)["fct_export_days"]["export_date"].astype(str))
    assert loaded == {day.name for day in days} - {bad.name}

    (bad / "threads.9.csv").unlink()
    assert pipeline.run(inbox).failures == []
    assert_as_the_oracle_says(inbox)


def test_too_many_bad_rows_stop_the_publication(published_inbox: Settings) -> None:
    inbox = published_inbox
    before = published(inbox)
    file = sorted(inbox.exports_folder.iterdir())[-1] / "ratings.7.csv"
    rows = [f"bad{n},t1,2024-03-31T10:00:00Z,7" for n in range(12)]
    file.write_text("\n".join(["rating_id,thread_id,rated_at,score", *rows]) + "\n")
    done = command(inbox, "run")
    assert done.returncode == 1
    assert "12 of " in done.stderr
    assert "inbox quarantine accept " in done.stderr
    assert "Readers keep the data to 2024-03-31" in done.stderr
    assert_same(published(inbox), before)

    again = pipeline.run(inbox)
    assert again.failures, "what is not published is tried again, and said again"

    allowed = command(inbox, "run", "--max-rejected", "1")
    assert allowed.returncode == 0, allowed.stderr
    assert published(inbox)["fct_export_days"]["rows_rejected"].sum() == 12


def test_another_zone_gives_other_days(published_inbox: Settings) -> None:
    inbox = published_inbox
    moved = inbox.model_copy(update={"timezone": "Pacific/Kiritimati", "week_start": "sunday"})
    outcome = pipeline.run(moved)
    assert outcome.days == []
    assert outcome.is_changed
    assert_as_the_oracle_says(moved)


def test_two_runs_at_once_both_end_well(growing_inbox: Settings) -> None:
    inbox = growing_inbox
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli", "run"],
            env=environment(inbox),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    outputs = [run.communicate(timeout=300)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], "\n\n".join(outputs)
    assert_as_the_oracle_says(inbox)


def test_a_second_writer_is_told_who_holds_the_warehouse(tmp_path: Path) -> None:
    with (
        hold_lock(tmp_path / "lock", "a long build"),
        pytest.raises(LockBusy, match=r"Held by a long build \(process \d+ on"),
        hold_lock(tmp_path / "lock", "another build", wait_seconds=0.3),
    ):
        pass
    with hold_lock(tmp_path / "lock", "a build after it"):
        pass


def test_a_killed_run_is_shown_as_failed(
    growing_inbox: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run says so in Dagster's instance: no daemon watches a command's process."""
    inbox = growing_inbox
    shutil.rmtree(inbox.dbt_folder / "replay")  # dbt tells each table
    run = subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli", "run"],
        env=environment(inbox),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stderr is not None
    while "table model" not in run.stderr.readline():
        assert run.poll() is None
    run.kill()
    run.communicate()
    assert command(inbox, "run").returncode == 0
    monkeypatch.setenv("DAGSTER_HOME", str(inbox.dagster_home))
    with DagsterInstance.from_config(str(inbox.dagster_home)) as instance:
        statuses = [str(record.status.value) for record in instance.get_runs()]
    # The load and the build of the first four days, a load, the build that was killed, another.
    assert sorted(statuses) == ["FAILURE", *["SUCCESS"] * 4]
    assert_as_the_oracle_says(inbox)
