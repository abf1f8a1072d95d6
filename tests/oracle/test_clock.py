"""The business clock of the oracle, on cases worked out by hand."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.oracle.by_hand import at
from tests.oracle.clock import BusinessClock, read_schedules
from tests.oracle.zones import instant_of, wall_time, zone_of

WEEKDAYS = range(1, 6)
ALL_DAYS = range(1, 8)
HEADER = "schedule_id,zone,weekday,date,opens,closes,valid_from\n"

Clock = Callable[..., BusinessClock]


def weekly(
    days: range,
    opens: str,
    closes: str,
    zone: str = "",
    valid_from: str = "",
    schedule_id: str = "default",
) -> list[str]:
    """Lines of a schedules file that open on some weekdays."""
    return [f"{schedule_id},{zone},{day},,{opens},{closes},{valid_from}" for day in days]


def dated(day: str, opens: str = "", closes: str = "", zone: str = "") -> list[str]:
    """A line of a schedules file for one date."""
    return [f"default,{zone},,{day},{opens},{closes},"]


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    """Makes the clock of some lines of a schedules file, around a day."""

    def make(lines: list[str], day: str = "2024-03-04", zone: str = "UTC") -> BusinessClock:
        path = tmp_path / "schedules.csv"
        path.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
        around = date.fromisoformat(day)
        return BusinessClock(read_schedules(path, zone), around, around)

    return make


def elapsed(clock: BusinessClock, start: str, end: str) -> float:
    return clock.elapsed("default", at(start), at(end))


class TestWallTimes:
    @pytest.mark.parametrize(
        ("zone", "wall", "instant"),
        [
            ("Europe/Warsaw", "2024-01-05T09:00:00", "2024-01-05T08:00:00"),
            # 02:00 to 03:00 does not exist: the jump is at 01:00 in UTC.
            ("Europe/Warsaw", "2024-03-31T02:00:00", "2024-03-31T01:00:00"),
            ("Europe/Warsaw", "2024-03-31T02:30:00", "2024-03-31T01:00:00"),
            ("Europe/Warsaw", "2024-03-31T03:00:00", "2024-03-31T01:00:00"),
            # 02:00 to 03:00 comes twice.
            ("Europe/Warsaw", "2024-10-27T02:30:00", "2024-10-27T00:30:00"),
            ("America/Los_Angeles", "2014-03-09T02:30:00", "2014-03-09T10:00:00"),
            ("America/Sao_Paulo", "2015-10-18T00:00:00", "2015-10-18T03:00:00"),
            # Half an hour is skipped.
            ("Australia/Lord_Howe", "2024-10-06T02:15:00", "2024-10-05T15:30:00"),
            # A whole day is skipped.
            ("Pacific/Apia", "2011-12-30T09:00:00", "2011-12-30T10:00:00"),
        ],
    )
    def test_a_wall_time_is_the_first_of_its_instants_or_the_jump(
        self, zone: str, wall: str, instant: str
    ) -> None:
        assert instant_of(datetime.fromisoformat(wall), zone_of(zone)) == at(instant)

    def test_rules_are_those_of_the_pinned_tzdata(self) -> None:
        # From November 2026 on Vancouver stays seven hours behind.
        assert wall_time(at("2026-12-15T07:30:00"), zone_of("America/Vancouver")).hour == 0


class TestOpenings:
    def test_friday_evening_to_monday_morning(self, clock: Clock) -> None:
        nine_to_six = clock(weekly(WEEKDAYS, "09:00", "18:00"))
        assert elapsed(nine_to_six, "2024-03-01T17:55:00", "2024-03-04T09:05:00") == 600.0

    def test_a_night_shift_belongs_to_the_day_it_opens_on(self, clock: Clock) -> None:
        nights = clock(weekly(WEEKDAYS, "23:00", "07:00"))
        assert elapsed(nights, "2024-03-01T22:00:00", "2024-03-02T08:00:00") == 28_800.0
        # Sunday evening it does not open; on Monday it opens at 23:00.
        assert elapsed(nights, "2024-03-02T08:00:00", "2024-03-04T23:30:00") == 1800.0

    def test_a_holiday_does_not_close_the_night_before(self, clock: Clock) -> None:
        lines = weekly(ALL_DAYS, "22:00", "06:00") + dated("2024-03-04")
        nights = clock(lines)
        assert elapsed(nights, "2024-03-04T00:00:00", "2024-03-04T06:00:00") == 21_600.0
        assert elapsed(nights, "2024-03-04T06:00:00", "2024-03-05T22:00:00") == 0.0

    def test_hours_of_a_date_replace_those_of_its_weekday(self, clock: Clock) -> None:
        lines = weekly(WEEKDAYS, "09:00", "17:00") + dated("2024-03-04", "10:00", "12:00")
        lines += dated("2024-03-04", "11:00", "13:00")
        assert elapsed(clock(lines), "2024-03-04T00:00:00", "2024-03-05T00:00:00") == 3 * 3600.0
        alone = clock(dated("2024-03-04", "10:00", "12:00"))
        assert elapsed(alone, "2024-03-01T00:00:00", "2024-03-08T00:00:00") == 2 * 3600.0

    def test_spans_that_overlap_or_touch_count_once(self, clock: Clock) -> None:
        lines = weekly(WEEKDAYS, "09:00", "13:00") + weekly(WEEKDAYS, "12:00", "15:00")
        lines += weekly(WEEKDAYS, "15:00", "16:00")
        spans = clock(lines).spans["default"]
        assert (at("2024-03-04T09:00:00"), at("2024-03-04T16:00:00")) in spans

    def test_the_same_hour_twice_is_a_whole_day(self, clock: Clock) -> None:
        lines = weekly(range(1, 2), "09:00", "09:00")
        assert elapsed(clock(lines), "2024-03-04T00:00:00", "2024-03-06T00:00:00") == 86_400.0

    def test_opening_is_in_hours_and_closing_is_not(self, clock: Clock) -> None:
        nine_to_six = clock(weekly(WEEKDAYS, "09:00", "18:00"))
        told = ("08:59:59.999999", "09:00:00", "17:59:59.999999", "18:00:00")
        opened = [nine_to_six.is_open("default", at(f"2024-03-04T{time}")) for time in told]
        assert opened == [False, True, True, False]

    def test_asked_and_answered_outside_hours_is_nothing(self, clock: Clock) -> None:
        nine_to_five = clock(weekly(WEEKDAYS, "09:00", "17:00"))
        assert elapsed(nine_to_five, "2024-03-09T10:00:00", "2024-03-10T10:00:00") == 0.0


class TestChanges:
    def test_weekday_rows_hold_until_the_next_valid_from(self, clock: Clock) -> None:
        lines = weekly(WEEKDAYS, "09:00", "17:00", valid_from="2024-02-27")
        # From Thursday on only Thursdays and Fridays are told.
        lines += weekly(range(4, 6), "10:00", "11:00", valid_from="2024-02-29")
        changing = clock(lines, day="2024-02-27")
        days = [("2024-02-26", 0), ("2024-02-27", 8), ("2024-02-28", 8), ("2024-02-29", 1)]
        days += [("2024-03-01", 1), ("2024-03-04", 0), ("2024-03-07", 1)]
        for day, hours in days:
            assert elapsed(changing, f"{day}T00:00:00", f"{day}T23:59:59") == hours * 3600.0

    def test_a_change_in_the_future_moves_nothing_before_it(self, clock: Clock) -> None:
        now = weekly(WEEKDAYS, "09:00", "17:00")
        later = now + weekly(WEEKDAYS, "00:00", "24:00", valid_from="2024-03-12")
        interval = ("2024-02-28T00:00:00", "2024-03-12T00:00:00")
        for lines in (now, later):
            # Nine working days.
            assert elapsed(clock(lines, day="2024-02-28"), *interval) == 9 * 8 * 3600.0
        assert elapsed(clock(later), "2024-03-12T00:00:00", "2024-03-13T00:00:00") == 86_400.0

    def test_zones_are_the_schedule_s_or_the_workspace_s(self, clock: Clock) -> None:
        day = ("2024-03-04T00:00:00", "2024-03-04T08:30:00")
        lines = weekly(WEEKDAYS, "09:00", "17:00")
        assert elapsed(clock(lines, zone="Europe/Warsaw"), *day) == 1800.0
        lines = weekly(WEEKDAYS, "09:00", "17:00", zone="Asia/Kathmandu")
        assert elapsed(clock(lines, zone="Europe/Warsaw"), *day) == 5.25 * 3600

    def test_two_zones_in_one_schedule_are_refused(self, clock: Clock) -> None:
        lines = weekly(range(1, 2), "09:00", "17:00", "UTC")
        with pytest.raises(ValueError, match="default has the zones"):
            clock(lines + weekly(range(2, 3), "09:00", "17:00", "Europe/Warsaw"))

    def test_a_team_has_its_own_schedule_or_everyone_s(self, clock: Clock) -> None:
        lines = weekly(WEEKDAYS, "09:00", "17:00")
        both = clock(lines + weekly(WEEKDAYS, "00:00", "24:00", schedule_id="nights"))
        teams = ("nights", "others", None)
        assert [both.schedule_id(team) for team in teams] == ["nights", "default", "default"]
        own = clock(weekly(WEEKDAYS, "00:00", "24:00", schedule_id="nights"))
        assert [own.schedule_id(team) for team in teams] == ["nights", None, None]


class TestClockChanges:
    def test_a_span_into_the_jump_begins_with_it(self, clock: Clock) -> None:
        lines = weekly(ALL_DAYS, "02:30", "03:15", zone="Europe/Warsaw")
        night = clock(lines, day="2024-03-31")
        assert elapsed(night, "2024-03-30T23:00:00", "2024-03-31T12:00:00") == 900.0

    def test_a_span_within_the_jump_is_none(self, clock: Clock) -> None:
        lines = weekly(ALL_DAYS, "02:10", "02:50", zone="Europe/Warsaw")
        night = clock(lines, day="2024-03-31")
        assert elapsed(night, "2024-03-30T12:00:00", "2024-03-31T12:00:00") == 0.0
        # In autumn the first 02:10 and the first 02:50.
        night = clock(lines, day="2024-10-27")
        assert elapsed(night, "2024-10-26T12:00:00", "2024-10-27T12:00:00") == 2400.0

    def test_from_an_hour_that_comes_twice_to_one_after_it(self, clock: Clock) -> None:
        lines = weekly(range(7, 8), "01:30", "03:00", zone="America/Los_Angeles")
        night = clock(lines, day="2014-11-02")
        assert elapsed(night, "2014-11-02T07:00:00", "2014-11-03T08:00:00") == 9000.0

    @pytest.mark.parametrize("zone", ["Europe/Warsaw", "America/Sao_Paulo", "Australia/Lord_Howe"])
    @pytest.mark.parametrize("day", ["2015-02-22", "2015-10-18", "2024-03-31", "2024-10-27"])
    def test_around_the_clock_is_the_calendar(self, clock: Clock, zone: str, day: str) -> None:
        always = clock(weekly(ALL_DAYS, "00:00", "24:00", zone=zone), day=day)
        start, end = at(f"{day}T00:00:00.000001"), at(f"{day}T23:59:59.999999")
        for opens, closes in ((start, end), (at(f"{day}T00:00:00"), start)):
            assert always.elapsed("default", opens, closes) == (closes - opens).total_seconds()
        assert len(always.spans["default"]) == 1


class TestDue:
    @pytest.mark.parametrize(
        ("start", "target", "due"),
        [
            # Monday: within hours, before them, after them.
            ("2024-03-04T11:00:00", 3600, "2024-03-04T12:00:00"),
            ("2024-03-04T08:00:00", 3600, "2024-03-04T11:00:00"),
            ("2024-03-04T20:00:00", 1800, "2024-03-05T10:30:00"),
            # Used up at closing: then, and not at the next opening.
            ("2024-03-08T17:00:00", 3600, "2024-03-08T18:00:00"),
            ("2024-03-08T17:00:00", 3600.000001, "2024-03-11T10:00:00.000001"),
            # Three days of eight hours from a Saturday on.
            ("2024-03-09T15:00:00", 86_400, "2024-03-13T18:00:00"),
            # Nothing to work off is due at once, whatever the hour.
            ("2024-03-09T15:00:00", 0, "2024-03-09T15:00:00"),
        ],
    )
    def test_it_is_due_as_soon_as_so_much_was_open(
        self, clock: Clock, start: str, target: float, due: str
    ) -> None:
        ten_to_six = clock(weekly(WEEKDAYS, "10:00", "18:00"))
        assert ten_to_six.due("default", at(start), target) == at(due)

    def test_what_never_opens_is_never_due(self, clock: Clock) -> None:
        assert clock(dated("2024-03-04")).due("default", at("2024-03-04T09:00:00"), 1) is None
