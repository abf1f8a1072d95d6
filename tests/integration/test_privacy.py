"""Whole runs with pseudonyms, erasures and retention: what is kept of a person, and what is not."""

from __future__ import annotations

import csv
import re
import shutil
import stat
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from dagster import AssetKey, DagsterInstance

from orchestration import pipeline
from orchestration.dagster_app.instance import prepare_dagster_home
from orchestration.exports import read_manifests
from orchestration.exports.retention import close_days
from orchestration.privacy.erasing import erase_landed
from orchestration.privacy.record import begin_erasure, read_user_record
from orchestration.privacy.users import UserIdentifiers
from orchestration.settings import Settings, load_settings
from orchestration.warehouse.quality import find_landed_rows
from tests.homes import command, copy_home, environment, ready_dbt_folder, small_home
from tests.integration.test_pipeline import ZONE, assert_same, published
from tests.marks import holds
from tests.models import Warehouse, load
from tests.oracle.compare import assert_tables_equal
from tests.oracle.generate import generate_inbox, write_inbox
from tests.oracle.metrics import KEYS, Report
from tests.oracle.read import read_exports

KEY = "a key that nobody would ever guess"  # pragma: allowlist secret
BODY = "nobody-may-ever-read-this"
AGENT_COLUMN = "assigned_agent_id"
USER = "customer-o'hara;--"
AGENT = "=cmd|\"'; drop table fct_threads; --"
# A folder of homes, whose name would break a statement.
FOLDER = 'it\'s; drop "x"'


@pytest.fixture
def inbox(tmp_path: Path) -> Settings:
    """A few generated days and a user of ours."""
    return new_inbox(tmp_path / FOLDER)


@pytest.fixture(scope="module")
def loaded_once(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The same, published by the command; to be copied, not used."""
    settings = new_inbox(tmp_path_factory.mktemp("privacy") / FOLDER)
    done = command(settings, "run")
    assert done.returncode == 0, done.stderr
    return settings


@pytest.fixture
def loaded(loaded_once: Settings, tmp_path: Path) -> Settings:
    """A copy of it, with the modes of its files and folders."""
    return copy_home(loaded_once, tmp_path / FOLDER)


def new_inbox(folder: Path) -> Settings:
    write_inbox(generate_inbox(3, date(2024, 3, 28), 5, 6, ZONE), folder / "exports")
    for day in sorted((folder / "exports").iterdir())[1:4]:
        write_our_user(day)
    settings = small_home(folder, ZONE)
    shutil.copytree(ready_dbt_folder(ZONE), settings.dbt_folder)
    return settings


def write_our_user(day: Path) -> None:
    """A conversation of our user on a day, with labels and an agent that look like code."""
    with (day / "threads.'); drop table raw.threads; --.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["thread_id", "created_at", "updated_at", "status", "user_id", "labels", AGENT_COLUMN]
        )
        at = f"{day.name}T10:00:00Z"
        labels = "=1+1|'; drop table x; --"
        writer.writerow([f"our-{day.name}", at, at, "open", USER, labels, AGENT])
        writer.writerow([f"bad-{day.name}", at, at, "lost", USER, labels, AGENT])
    with (day / "messages.ours.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["message_id", "thread_id", "sent_at", "author_type", "author_id", "body"])
        writer.writerow([f"m-{day.name}", f"our-{day.name}", at, "user", USER, BODY])
        writer.writerow([f"n-{day.name}", f"our-{day.name}", "soon", "user", USER, BODY])


def test_a_person_under_a_pseudonym_and_then_erased(
    inbox: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = inbox.home
    monkeypatch.setenv("INBOX_PSEUDONYM_KEY", KEY)
    keyed = load_settings(exports=inbox.exports, home=home, timezone=ZONE, threads=1)
    assert KEY not in repr(keyed)
    outcome = pipeline.run(keyed)
    assert outcome.failures == []
    pseudonym = UserIdentifiers(KEY.encode()).pseudonym(USER)
    assert holds(home, USER) == []
    assert holds(home, KEY) == []
    assert holds(home, BODY) == []
    assert len(holds(home, pseudonym)) > 5
    before = published(keyed)
    assert (before["fct_threads"]["user_id"] == pseudonym).sum() == 3

    for wrong in ({}, {"INBOX_PSEUDONYM_KEY": KEY[::-1]}, {"INBOX_PSEUDONYM_KEY": "short"}):
        told = command_with(inbox, wrong, "run")
        assert told.returncode == 2
        assert "INBOX_PSEUDONYM_KEY" in told.stderr
        assert KEY not in told.stderr
        assert "short\n" not in told.stderr
        assert len(told.stderr.strip().splitlines()) == 1, told.stderr

    done, outcome, search = pipeline.erase(keyed, USER)
    assert outcome.failures == []
    assert outcome.is_changed
    assert done.rows == 3 + 3 + 3, "a row set aside beside a text never held the user"
    assert len(done.export_files) == 6
    assert search.found == []
    assert search.parquet_files > 20
    assert search.duckdb_tables > 20
    assert holds(home, pseudonym) == []
    assert holds(home, USER) == []
    after = published(keyed)
    assert after["fct_threads"]["user_id"].isna().sum() == (
        before["fct_threads"]["user_id"].isna().sum() + 3
    )
    for name in ("fct_threads", "fct_messages", "fct_ratings", "mart_agents_daily"):
        assert len(after[name]) == len(before[name])
    assert after["mart_inbox_daily"]["new_threads"].sum() == (
        before["mart_inbox_daily"]["new_threads"].sum()
    )

    again = pipeline.run(keyed)
    assert (again.days, again.is_changed, again.failures) == ([], False, [])
    day = sorted(inbox.exports_folder.iterdir())[4]
    write_our_user(day)
    assert pipeline.run(keyed).failures == []
    assert holds(home, pseudonym) == [], "a later delivery does not bring the user back"
    assert "our-2024-04-01" in set(published(keyed)["fct_threads"]["thread_id"])


def command_with(settings: Settings, variables: dict[str, str], *arguments: str):  # type: ignore[no-untyped-def]
    import subprocess
    import sys

    return subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *arguments],
        env={**environment(settings), **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_an_erasure_that_died_is_finished_by_the_next_run_and_retries_are_told(
    loaded: Settings,
) -> None:
    """Also: modes of files, commands that show quarantine, names that look like code."""
    inbox = loaded
    for path in inbox.home.rglob("*"):
        if inbox.dbt_folder in path.parents:
            continue  # copied here by the test
        assert path.is_symlink() or not stat.S_IMODE(path.stat().st_mode) & 0o077, path
    listed = command(inbox, "quarantine", "list")
    assert "6 rows are set aside." in listed.stdout
    assert "is none of open, pending, snoozed, closed" in listed.stdout
    shown = command(inbox, "quarantine", "show", "--entity", "messages", "--limit", "1")
    assert "sent_at is no ISO 8601 time" in shown.stdout
    assert "soon" not in shown.stdout
    assert "and 2 more rows" in shown.stdout
    assert BODY not in shown.stdout + listed.stdout
    report = command(inbox, "report", "--agent", AGENT, "--format", "csv", "--only", "agents")
    assert report.returncode == 0, report.stderr
    assert "'=cmd" in report.stdout
    assert not re.search(r"(?m)(^|,)\"?[=+@]", report.stdout)
    assert command(inbox, "report", "--agent", "x' or '1'='1").returncode == 2

    noted = command(inbox, "erase", "--user", USER, "--later")
    assert noted.returncode == 0, noted.stderr
    assert len(holds(inbox.home, USER)) > 5
    erase_landed(inbox.raw_folder)  # and no further
    for day in sorted(inbox.exports_folder.iterdir())[1:3]:
        file = next(day.glob("threads.'*"))
        file.write_text(file.read_text().replace("lost", "pending"))
    retried = command(inbox, "quarantine", "retry")
    assert retried.returncode == 1, "some are still set aside"
    assert re.search(r"2024-03-29 +2 +1 +0 +1", retried.stdout), retried.stdout
    assert read_user_record(inbox.raw_folder).is_finished
    assert holds(inbox.home, USER) == []
    resolved = command(inbox, "quarantine", "show", "--resolved")
    assert resolved.stdout.count("loaded, 20") == 2
    assert "bad-2024-03-29" in set(published(inbox)["fct_threads"]["thread_id"])


def test_closed_days_leave_every_published_table_as_it_is(tmp_path: Path) -> None:
    """Built from nothing after the days were closed, over several inboxes and spans."""
    for seed, days in ((1, 1), (2, 5), (3, 12)):
        folder = tmp_path / str(seed)
        write_inbox(generate_inbox(seed, date(2024, 3, 1), 20, 5, ZONE), folder / "exports")
        load(folder / "exports", folder / "raw")
        assert close_days(folder / "raw", days).rows_superseded > 10
        report = Report(read_exports(folder / "exports"), ZONE, "monday")
        with Warehouse(folder / "raw", ZONE) as warehouse:
            for name, expected in report.tables().items():
                if name != "dim_dates":
                    assert_tables_equal(warehouse.table(name), expected, KEYS[name], name)


def test_an_erased_user_counts_as_an_anonymous_one(tmp_path: Path) -> None:
    """The tables after an erasure are those of exports in which the user has no identifier."""
    write_inbox(generate_inbox(4, date(2024, 3, 1), 20, 5, ZONE), tmp_path / "exports")
    load(tmp_path / "exports", tmp_path / "raw")
    with Warehouse(tmp_path / "raw", ZONE) as warehouse:
        users = warehouse.table("fct_threads")["user_id"].value_counts().index[:3].tolist()
    for user in users:
        begin_erasure(tmp_path / "raw", user)
    assert erase_landed(tmp_path / "raw").rows.total() > 6
    records = read_exports(tmp_path / "exports")
    for table, column in (("threads", "user_id"), ("messages", "author_id")):
        frame = getattr(records, table)
        is_theirs = frame[column].isin(users)
        if table == "messages":
            is_theirs &= frame["author_type"] == "user"
        frame.loc[is_theirs, column] = None
    report = Report(records, ZONE, "monday")
    with Warehouse(tmp_path / "raw", ZONE) as warehouse:
        for name, expected in report.tables().items():
            if name != "dim_dates":
                assert_tables_equal(warehouse.table(name), expected, KEYS[name], name)


def days_with_a_look(days: Iterable[date]) -> list[date]:
    """The days of which Dagster shows rows that were set aside."""
    with DagsterInstance.get() as instance:
        events = instance.fetch_materializations(AssetKey("raw_manifests"), limit=100).records
    shown = [event.asset_materialization for event in events]
    with_look = {event.partition for event in shown if event and "rejected_rows" in event.metadata}
    return [day for day in days if str(day) in with_look]


def test_closing_days_in_a_run_publishes_the_same_tables(loaded: Settings) -> None:
    inbox = loaded
    prepare_dagster_home(inbox)
    before = published(inbox)
    closing = inbox.model_copy(update={"retention_days": 1})
    assert len(days_with_a_look(read_manifests(inbox.raw_folder))) == 3
    outcome = pipeline.run(closing)
    assert outcome.failures == []
    manifests = read_manifests(inbox.raw_folder)
    assert [m.retention for m in manifests.values()] == ["closed"] * 3 + ["open"] * 2
    assert days_with_a_look(manifests) == [date(2024, 3, 31)], "the last of three, which is open"
    assert find_landed_rows(inbox).is_passed
    assert_same(published(inbox), before)
    shutil.rmtree(inbox.warehouse_folder)
    (inbox.published_folder / ".publication.json").unlink()
    assert pipeline.run(closing).failures == []
    assert_same(published(inbox), before)
