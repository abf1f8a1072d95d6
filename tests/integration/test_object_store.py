"""Whole runs whose exports come from an object store and whose publications go to one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.machine.stores import ObjectFolder
from orchestration.settings import Settings, load_settings
from tests.homes import ready_dbt_folder
from tests.oracle.compare import assert_tables_equal
from tests.oracle.generate import generate_inbox, write_inbox
from tests.oracle.metrics import KEYS, Report
from tests.oracle.read import read_exports
from tests.services.s3 import S3Server

ZONE = "Europe/Warsaw"


@pytest.fixture
def local_exports(tmp_path: Path) -> Path:
    write_inbox(generate_inbox(3, date(2024, 3, 28), 5, 6, ZONE), tmp_path / "exports")
    return tmp_path / "exports"


@pytest.fixture
def inbox(s3: S3Server, tmp_path: Path, local_exports: Path) -> Settings:
    """A few generated days in a bucket, not loaded yet."""
    bucket = s3.new_bucket()
    folder = ObjectFolder(f"{bucket}/exports")
    for path in sorted(local_exports.rglob("*.*")):
        folder.upload(path, path.relative_to(local_exports).as_posix())
    settings = load_settings(
        exports=folder.url,
        publish_store=f"{bucket}/inbox",
        home=tmp_path / "home",
        timezone=ZONE,
        threads=1,
    )
    shutil.copytree(ready_dbt_folder(ZONE), settings.dbt_folder)
    return settings


def command(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The `inbox` command in a process of its own, with the environment of S3 clients."""
    return subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *arguments],
        env={
            "PATH": str(Path(sys.executable).parent),
            "HOME": str(settings.home),
            **{name: value for name, value in os.environ.items() if name.startswith("AWS_")},
            "INBOX_EXPORTS": str(settings.exports),
            "INBOX_PUBLISH_STORE": str(settings.publish_store),
            "INBOX_HOME": str(settings.home),
            "INBOX_TIMEZONE": settings.timezone,
            "INBOX_THREADS": str(settings.threads),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def assert_the_store_has_what_the_oracle_says(
    settings: Settings, local_exports: Path, folder: Path
) -> None:
    assert settings.publish_store is not None
    target = ObjectFolder(settings.publish_store)
    target.download(json.loads(target.read("latest.json"))["database"], folder / "read.duckdb")
    tables = Report(read_exports(local_exports), ZONE, settings.week_start).tables()
    with closing(duckdb.connect(str(folder / "read.duckdb"), read_only=True)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name in ("fct_threads", "mart_inbox_daily", "mart_agents_monthly"):
            table = connection.execute(f"from {name} order by all").df()
            assert_tables_equal(table, tables[name], KEYS[name], name)


def test_from_a_bucket_to_a_bucket_through_an_outage(
    inbox: Settings, local_exports: Path, tmp_path: Path, s3: S3Server
) -> None:
    """One story: the store fails before, between and at the end; each next run goes on."""
    s3.fail_after(0, "GET")
    done = command(inbox, "run")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip().splitlines() == [
        f"Error: Exports folder {inbox.exports} cannot be reached (ServiceUnavailable); "
        "run again once the store answers"
    ]

    s3.recover()
    s3.fail_after(2, "PUT")
    done = command(inbox, "run")
    assert done.returncode == 1
    assert f"Not published to {inbox.publish_store}" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Published: the data reach to 2024-04-01." in done.stdout, "readers here have it"

    s3.recover()
    done = command(inbox, "run")
    assert done.returncode == 0, done.stderr
    assert "Building" not in done.stderr, "only the upload was left"
    assert_the_store_has_what_the_oracle_says(inbox, local_exports, tmp_path)

    done = command(inbox, "run")
    assert done.returncode == 0
    assert "Nothing new" in done.stdout

    day = "2024-03-30"
    row = "mended,2024-03-30T10:00:00Z,2024-03-30T10:00:00Z,open"
    for exports_folder in local_exports, inbox.exports_folder:
        text = f"thread_id,created_at,updated_at,status\n{row}\n"
        if isinstance(exports_folder, Path):
            (exports_folder / day / "threads.9.csv").write_text(text)
        else:
            ObjectFolder(exports_folder).write(f"{day}/threads.9.csv", text.encode())
    done = command(inbox, "run")
    assert done.returncode == 0, done.stderr
    assert f"Loaded the export day {day}." in done.stdout
    assert_the_store_has_what_the_oracle_says(inbox, local_exports, tmp_path)
    written = [*inbox.home.rglob("*.json"), *inbox.home.rglob("*.log")]
    assert not any("inbox-test-secret" in path.read_text() for path in written)


def test_validation_reads_from_a_bucket(inbox: Settings, s3: S3Server) -> None:
    done = command(inbox, "validate", f"{inbox.exports}/2024-03-30")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all would be loaded" in done.stdout
    done = command(inbox, "validate", f"{inbox.exports}/nothing/here")
    assert done.returncode == 2
    assert "holds nothing" in done.stderr
    s3.fail_after(0, "GET")
    done = command(inbox, "validate", str(inbox.exports))
    assert done.returncode == 1
    assert "run again once the store answers" in done.stderr
