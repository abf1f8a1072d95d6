"""The file of schedules: what it says, what is wrong with it, and the rules of its zones."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from orchestration.settings import Settings, SettingsError, load_settings
from orchestration.warehouse.open_hours import Schedules, load_schedules

HEADER = "schedule_id,zone,weekday,date,opens,closes,valid_from\n"


def settings_with(folder: Path, text: str | bytes, **overrides: Any) -> Settings:
    path = folder / "schedules.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_settings(home=folder / "home", schedules=path, **overrides)


def schedules_of(folder: Path, text: str, **overrides: Any) -> Schedules:
    return load_schedules(settings_with(folder, text, **overrides))


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert load_schedules(load_settings(home=tmp_path)) == Schedules()


def test_a_line_is_a_weekday_or_a_date_in_the_zone_of_its_schedule(tmp_path: Path) -> None:
    lines = (
        "\ufeff" + HEADER + "default,,1,,09:00,18:00,\n"
        "\n"
        "night,Europe/Warsaw,5,,22:00,06:00,2024-05-01\n"
        'night,,,2024-12-24,"",,\n'
    )
    found = schedules_of(tmp_path, lines, timezone="Asia/Tokyo")
    assert [tuple(row.values()) for row in found.rows] == [
        ("default", "Asia/Tokyo", 1, None, 9 * 3600, 18 * 3600, None),
        ("night", "Europe/Warsaw", 5, None, 22 * 3600, 30 * 3600, "2024-05-01"),
        ("night", "Europe/Warsaw", None, "2024-12-24", None, None, None),
    ]


@pytest.mark.parametrize(
    ("opens", "closes", "seconds"),
    [
        ("00:00", "24:00", (0, 86_400)),
        ("00:00", "00:00", (0, 86_400)),
        ("09:00", "09:00", (32_400, 118_800)),
        ("23:00", "24:00", (82_800, 86_400)),
        ("24:00", "02:00", (86_400, 93_600)),
    ],
)
def test_what_closes_not_after_it_opens_closes_on_the_next_day(
    tmp_path: Path, opens: str, closes: str, seconds: tuple[int, int]
) -> None:
    (row,) = schedules_of(tmp_path, f"{HEADER}default,,1,,{opens},{closes},\n").rows
    assert (row["opens_second"], row["closes_second"]) == seconds


def test_columns_that_nothing_is_said_in_may_be_left_out_and_come_in_any_order(
    tmp_path: Path,
) -> None:
    whole = schedules_of(tmp_path, f"{HEADER}default,,1,,09:00,18:00,\n")
    short = schedules_of(tmp_path, "opens,closes,weekday,schedule_id\n09:00,18:00,1,default\n")
    assert short == whole


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (",,1,,09:00,18:00,", "schedule_id: it is missing"),
        ("a,,,,09:00,18:00,", "weekday: fill exactly one of weekday and date"),
        ("a,,1,2024-01-01,09:00,18:00,", "weekday: fill exactly one of weekday and date"),
        ("a,,8,,09:00,18:00,", "weekday: '8' is none of 1 to 7"),
        ("a,,Monday,,09:00,18:00,", "weekday: 'Monday' is none of 1 to 7"),
        ("a,,,2024-02-30,09:00,18:00,", "date: '2024-02-30' is no date"),
        ("a,,,2024-02-29,09:00,18:00,2024-01-01", "valid_from: leave it empty beside a date"),
        ("a,,1,,09:00,18:00,soon", "valid_from: 'soon' is no date"),
        ("a,,1,,9:00,18:00,", "opens: '9:00' is no time; write it as 09:00"),
        ("a,,1,,09:00,24:01,", "closes: '24:01' is no time"),
        ("a,,1,,09:00,,", "closes: fill both of opens and closes, or neither"),
        ("a,,1,,,18:00,", "closes: fill both of opens and closes, or neither"),
        ("a,Mars/Base,1,,09:00,18:00,", "zone: 'Mars/Base' is not the IANA name of a time zone"),
        ("a,,1,,09:00,18:00", "it has 6 cells, not the 7 of the header"),
    ],
)
def test_a_wrong_line_is_one_clear_error(tmp_path: Path, line: str, told: str) -> None:
    text = f"{HEADER}default,,1,,09:00,18:00,\n{line}\n"
    with pytest.raises(SettingsError) as raised:
        schedules_of(tmp_path, text)
    message = str(raised.value)
    assert message.startswith(f"INBOX_SCHEDULES: {tmp_path / 'schedules.csv'}, line 3")
    assert told in message
    assert "\n" not in message


def test_a_schedule_of_two_zones_is_one_clear_error(tmp_path: Path) -> None:
    lines = "a,Asia/Tokyo,1,,09:00,18:00,\na,,2,,09:00,18:00,\na,Asia/Seoul,3,,09:00,18:00,\n"
    with pytest.raises(SettingsError, match=r"line 4, zone: 'a' has Asia/Tokyo .* one zone"):
        schedules_of(tmp_path, HEADER + lines)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("schedule_id,weekday,opens,close\n", "line 1: there is no column 'close'"),
        ("weekday,opens,closes\n", "line 1: the column schedule_id is missing"),
        ("schedule_id,opens,closes\n", "line 1: the column weekday is missing, or date"),
        ("schedule_id,weekday,opens,opens\n", "line 1: a column comes twice"),
        ("", "line 1: the column schedule_id is missing"),
        ("schedule_id,weekday,opens,closes\n'x\xff".encode("latin-1"), "it is no UTF-8 text"),
    ],
)
def test_a_wrong_file_is_one_clear_error(tmp_path: Path, text: str | bytes, told: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load_schedules(settings_with(tmp_path, text))
    assert told in str(raised.value)


def test_a_file_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read \\(No such file"):
        load_schedules(load_settings(home=tmp_path, schedules=tmp_path / "none.csv"))


def test_the_fingerprint_follows_what_the_lines_say_and_not_how(tmp_path: Path) -> None:
    lines = ["default,,1,,09:00,18:00,", "default,,2,,09:00,18:00,"]
    first = schedules_of(tmp_path, HEADER + "\n".join(lines))
    again = schedules_of(tmp_path, HEADER + "\r\n".join(["", *reversed(lines), lines[0]]))
    other = schedules_of(tmp_path, HEADER + "\n".join(lines), timezone="Asia/Tokyo")
    assert first.fingerprint == again.fingerprint
    assert len({first.fingerprint, other.fingerprint, ""}) == 3
    assert schedules_of(tmp_path, HEADER).fingerprint == ""


def instant_of(found: Schedules, wall: str) -> str:
    """The instant, in UTC, of a time by the clock on the wall."""
    second = int(datetime.fromisoformat(wall).replace(tzinfo=UTC).timestamp())
    row = [row for row in found.zone_offsets if row["wall_second"] <= second][-1]
    instant = max(row["starts_second"], second - row["offset_seconds"])
    return datetime.fromtimestamp(instant, UTC).isoformat(" ")[:19]


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        ("Europe/Warsaw", "2024-01-31 12:00", "2024-01-31 11:00:00"),
        ("Europe/Warsaw", "2024-03-31 01:59:59", "2024-03-31 00:59:59"),
        ("Europe/Warsaw", "2024-03-31 02:30", "2024-03-31 01:00:00"),
        ("Europe/Warsaw", "2024-03-31 03:00", "2024-03-31 01:00:00"),
        ("Europe/Warsaw", "2024-10-27 02:00", "2024-10-27 00:00:00"),
        ("Europe/Warsaw", "2024-10-27 02:59:59", "2024-10-27 00:59:59"),
        ("Europe/Warsaw", "2024-10-27 03:00", "2024-10-27 02:00:00"),
        ("America/Los_Angeles", "2014-03-09 02:30", "2014-03-09 10:00:00"),
        ("America/Sao_Paulo", "2015-10-18 00:00", "2015-10-18 03:00:00"),
        ("Pacific/Apia", "2011-12-30 12:00", "2011-12-30 10:00:00"),
        ("Africa/Monrovia", "1972-01-06 23:59:59", "1972-01-07 00:44:29"),
        ("Africa/Monrovia", "1972-01-07 00:44:31", "1972-01-07 00:44:31"),
    ],
)
def test_a_time_of_the_clock_on_the_wall_is_its_first_instant_or_that_of_the_jump(
    tmp_path: Path, zone: str, wall: str, instant: str
) -> None:
    """The engine's zone rules, here where the standard library has the same ones."""
    found = schedules_of(tmp_path, f"{HEADER}a,{zone},1,,09:00,18:00,\n")
    assert instant_of(found, wall) == instant
