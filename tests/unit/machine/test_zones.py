"""One source of zone rules: DuckDB's for the tables, and Python's from the package that agrees."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from orchestration.machine import zones
from orchestration.settings import SettingsError, load_settings

# Changes at a minute that is no quarter of an hour, or with offsets that are none.
ODD = ["America/St_Johns", "America/Goose_Bay", "America/Moncton", "Asia/Gaza", "Asia/Hebron"]
ODD += ["Antarctica/Casey", "Africa/Monrovia", "Asia/Kathmandu", "Pacific/Apia"]


def seconds(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp())  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("zone", "change"),
    [
        # A minute past midnight, local time: 03:31 in UTC.
        ("America/St_Johns", (seconds(2010, 3, 14, 3, 31), -9_000)),
        ("America/Moncton", (seconds(2006, 4, 2, 4, 1), -10_800)),
        ("Africa/Monrovia", (seconds(1972, 1, 7, 0, 44, 30), 0)),
        ("Europe/Warsaw", (seconds(2024, 3, 31, 1, 0), 7_200)),
    ],
)
def test_changes_are_found_to_the_second(zone: str, change: tuple[int, int]) -> None:
    assert change in zones.offset_changes(zone)


@pytest.mark.parametrize("zone", ODD)
def test_local_days_are_pythons(zone: str) -> None:
    changes = zones.offset_changes(zone)
    for start, offset in changes[1:]:
        for second in (start - 1, start):
            expected = datetime.fromtimestamp(second, ZoneInfo(zone)).utcoffset()
            assert expected is not None
            found = [held for begun, held in changes if begun <= second][-1]
            assert found == expected.total_seconds(), (second, offset)


@pytest.mark.parametrize(
    "zone",
    ["America/Vancouver", "America/Edmonton", "Africa/Casablanca", "Europe/Warsaw", *ODD],
)
def test_both_sources_agree(zone: str) -> None:
    assert zones.disagreement(zone) is None


def test_a_day_of_vancouvers_winter_after_2026_is_one_of_summer_time() -> None:
    moment = datetime(2026, 12, 15, 7, 30, tzinfo=UTC)
    assert zones.local_date(moment, "America/Vancouver") == date(2026, 12, 15)


def test_what_day_it_is_follows_the_tables_where_the_sources_differ(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rules = ((0, -6 * 3_600), (seconds(2026, 3, 8, 8), -5 * 3_600))
    monkeypatch.setattr(zones, "offset_changes", lambda zone: rules)
    moment = datetime(2026, 12, 15, 5, 30, tzinfo=UTC)
    assert zones.local_date(moment, "America/Winnipeg") == date(2026, 12, 15)
    assert moment.astimezone(ZoneInfo("America/Chicago")).date() == date(2026, 12, 14)


def test_rules_that_differ_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    changes = list(zones.offset_changes("Europe/Warsaw"))
    place = next(n for n, change in enumerate(changes) if change[0] == seconds(2024, 3, 31, 1))
    changes[place] = (changes[place][0] + 3_600, changes[place][1])
    monkeypatch.setattr(zones, "offset_changes", lambda zone: tuple(changes))
    told = zones.disagreement.__wrapped__("Europe/Warsaw")
    assert told is not None
    assert "on 2024-03-31 clocks are +02:00 from UTC by Python's and +01:00 by DuckDB's" in told


def test_the_machines_rules_are_read_by_no_process() -> None:
    code = "import orchestration, zoneinfo; print(zoneinfo.TZPATH)"
    environment = {**os.environ, "PYTHONTZPATH": "/usr/share/zoneinfo"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "()"


@pytest.mark.parametrize("name", ["localtime", "posixrules", "Warsaw", "../UTC", ""])
def test_only_iana_names_are_zones(name: str) -> None:
    with pytest.raises(SettingsError, match="INBOX_TIMEZONE"):
        load_settings(timezone=name or " ")
