"""As it was known on a day: equal, value by value, to a home that never saw a later folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestration.exports import find_export_days, read_manifests
from orchestration.settings import Settings, load_settings
from orchestration.warehouse.home_beside import NotKnownAnyMore, check_known, copy_landed
from tests.against_oracle.tables import assert_published
from tests.against_oracle.warehouses import load_days_in
from tests.homes import published_sample
from tests.models import Warehouse
from tests.oracle.compare import assert_tables_equal
from tests.oracle.generate import generate_inbox
from tests.oracle.metrics import KEYS, Report
from tests.oracle.read import read_exports
from tests.oracle.writing import write_inbox
from tests.restated import MARTS, table

ZONE = "Europe/Warsaw"
FIRST = date(2024, 3, 26)
# The slow target tries every day of the bundled sample.
EVERY_DAY = bool(os.environ.get("INBOX_TEST_EVERY_DAY"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Eight days over a change of the clocks, one of them delivered again, all of them landed."""
    folder = tmp_path_factory.mktemp("known")
    exports, raw = folder / "exports", folder / "home" / "raw"
    write_inbox(generate_inbox(5, FIRST, 8, 5, ZONE), exports)
    load_days_in(find_export_days(exports), raw)
    again = FIRST + timedelta(days=2)
    for file in (exports / again.isoformat()).glob("messages*"):
        file.unlink()
    load_days_in(find_export_days(exports, again, again), raw)
    return load_settings(exports=exports, home=folder / "home", timezone=ZONE)


@pytest.fixture(scope="module")
def known_home(request: pytest.FixtureRequest) -> Settings:
    """The home whose every day is tried: those eight days, or the sample's."""
    found: Settings = published_sample() if EVERY_DAY else request.getfixturevalue("home")
    return found


@pytest.mark.parametrize("place", range(91 if EVERY_DAY else 8))
def test_a_day_is_known_as_where_no_later_folder_ever_came(
    known_home: Settings, tmp_path: Path, place: int
) -> None:
    day = find_export_days(known_home.exports_folder)[place].export_date
    copy_landed(known_home, tmp_path / "other", day)
    assert max(read_manifests(tmp_path / "other" / "raw")) == day
    records = read_exports(known_home.exports_folder, until=day)
    with Warehouse(tmp_path / "other" / "raw", ZONE) as known:
        assert_published(known, Report(records, ZONE))


def test_the_command_reports_and_fills_a_home_as_it_was_known(tmp_path: Path) -> None:
    """Five days: the report made aside is that of the home that is filled, and the oracle's."""
    sample = published_sample()
    other = tmp_path / "other"
    filled = inbox(sample, "run", "--as-known", "2024-01-05", "--home", str(other))
    assert filled.returncode == 0, filled.stderr
    assert "delivered again since count as they stand now" in filled.stdout
    asked = ("report", "--format", "json")
    aside = json.loads(inbox(sample, *asked, "--as-known", "2024-01-05").stdout)
    assert aside.pop("as_known") == aside["as_of_date"] == "2024-01-05"
    assert aside.pop("note").startswith("As known on 2024-01-05")
    assert aside == json.loads(inbox(sample, *asked, "--home", str(other)).stdout)
    report = Report(read_exports(sample.exports_folder, until=date(2024, 1, 5)), ZONE)
    for name, expected in report.tables().items():
        if name in MARTS:
            assert_tables_equal(table(other / "published", name), expected, KEYS[name], name)
    assert not list(sample.home.glob(".as-known-*"))

    later = inbox(sample, "run", "--as-known", "2024-01-04", "--home", str(other))
    assert (later.returncode, later.stdout.count("\n")) == (1, 1)
    assert "has export days up to 2024-01-05" in later.stderr


def inbox(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, with the sample's home and exports in the environment."""
    variables: dict[str, Any] = {
        "INBOX_HOME": str(settings.home),
        "INBOX_EXPORTS": str(settings.exports),
        "INBOX_TIMEZONE": settings.timezone,
    }
    return subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "--quiet", *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run", "--as-known", "2024-01-05"], "name it with --home"),
        (["run", "--as-known", "2024-01-05", "--home", "x", "--to", "2024-01-04"], "leave --from"),
        (["report", "--restatements", "--as-known", "2024-01-05"], "leave --as-known out"),
    ],
)
def test_what_cannot_be_asked_together_is_told(
    home: Settings, arguments: list[str], told: str
) -> None:
    outcome = inbox(home, *arguments)
    assert (outcome.returncode, outcome.stdout) == (2, "")
    assert told in outcome.stderr


def test_a_day_before_closed_ones_is_no_longer_known(home: Settings, tmp_path: Path) -> None:
    copied = home.model_copy(update={"home": tmp_path / "home"})
    shutil.copytree(home.raw_folder, copied.raw_folder)
    closed = copied.raw_folder / "manifests" / "2024-03-27.json"
    manifest = {**json.loads(closed.read_text()), "retention": "closed"}
    closed.write_text(json.dumps(manifest))
    check_known(copied, date(2024, 3, 27))
    with pytest.raises(NotKnownAnyMore, match="the days up to 2024-03-27 are closed"):
        check_known(copied, FIRST)
    with pytest.raises(NotKnownAnyMore, match="No export day up to 2024-03-25"):
        check_known(copied, FIRST - timedelta(days=1))
