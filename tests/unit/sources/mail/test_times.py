"""When a mail was sent, whatever its headers tell."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from orchestration.sources.mail.times import sent_at

LATEST = datetime(2024, 12, 1, tzinfo=UTC)
WARSAW = ZoneInfo("Europe/Warsaw")


def instant(date: str | None, *received: str, line: str | None = None, zone=UTC) -> str | None:
    found = sent_at(date, received, line, zone, LATEST)
    return found.strftime("%Y-%m-%d %H:%M:%S") if found else None


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Mon, 04 Mar 2024 10:00:00 +0200", "2024-03-04 08:00:00"),
        ("Mon, 04 Mar 2024 10:00:00 -0000", "2024-03-04 10:00:00"),
        ("Mon, 04 Mar 2024 10:00:00 EST", "2024-03-04 15:00:00"),
        ("Mon, 4 Mar 2024 10:00:00 PDT (Pacific)", "2024-03-04 17:00:00"),
        ("04 Mar 2024 10:00 GMT", "2024-03-04 10:00:00"),
        ("Mon, 04 Mar 24 10:00:00 +0530", "2024-03-04 04:30:00"),
    ],
)
def test_a_date_with_an_offset_or_a_known_zone_is_an_instant(date: str, expected: str) -> None:
    assert instant(date, zone=WARSAW) == expected


@pytest.mark.parametrize("word", ["CEST", "BST", "IST"])
def test_an_unknown_zone_gives_way_to_the_last_server(word: str) -> None:
    date = f"Mon, 04 Mar 2024 10:00:00 {word}"
    arrival = "from a by b with SMTP; Mon, 04 Mar 2024 09:00:07 +0100"
    departure = "from c by a with SMTP; Mon, 04 Mar 2024 09:00:01 +0100"
    assert instant(date, arrival, departure) == "2024-03-04 08:00:07"


def test_a_clock_that_is_off_by_more_than_a_day_gives_way_to_the_last_server() -> None:
    arrival = "by b; Mon, 04 Mar 2024 09:00:00 +0000"
    assert instant("Fri, 04 Mar 2016 09:00:00 +0000", arrival) == "2024-03-04 09:00:00"
    assert instant("Sun, 03 Mar 2024 09:00:00 +0000", arrival) == "2024-03-03 09:00:00"
    assert instant("Sun, 03 Mar 2024 08:59:59 +0000", arrival) == "2024-03-04 09:00:00"


def test_a_wall_clock_is_read_in_the_zone_of_the_archive() -> None:
    assert instant("Mon, 04 Mar 2024 10:00:00 CEST", zone=WARSAW) == "2024-03-04 09:00:00"
    assert instant("Thu, 04 Jul 2024 10:00:00", zone=WARSAW) == "2024-07-04 08:00:00"


def test_the_from_line_is_the_last_resort() -> None:
    assert instant(None, line="Mon Mar  4 10:00:00 2024") == "2024-03-04 10:00:00"
    assert instant("yesterday", line="Mon Mar 04 10:00:00 +0000 2024") == "2024-03-04 10:00:00"
    assert instant("Mon, 04 Mar 2024 08:00:00 +0000", line="Mon Mar  4 10:00:00 2024") == (
        "2024-03-04 08:00:00"
    )


def test_a_time_that_no_mail_can_have_is_none() -> None:
    assert instant("Tue, 19 Jan 2038 03:14:07 +0000") is None
    assert instant("Thu, 01 Jan 1970 00:00:00 +0000") is None
    assert instant("Mon, 99 Foo 2024 10:00:00 +0000") is None
    assert instant(None) is None
