"""Working time, due times and waits that the makers of other tools state, as facts to be met.

Each has its source: the test suite, the manual or the issue that the numbers are from. Where a rule
of ours gives another number on purpose, `DIFFERENT` says why.
"""

from __future__ import annotations

from typing import NamedTuple

ALL, WEEKDAYS, SATURDAY, SUNDAY = "1234567", "12345", "6", "7"

SCHEDULES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    # By name: the zone, and pairs of weekdays (or a date) and hours; no hours is closed.
    "weekdays 9-17": ("UTC", [(WEEKDAYS, "09:00-17:00")]),
    "Berlin weekdays 9-17": ("Europe/Berlin", [(WEEKDAYS, "09:00-17:00")]),
    "Berlin weekdays 8-18": ("Europe/Berlin", [(WEEKDAYS, "08:00-18:00")]),
    "Berlin 9-18": ("Europe/Berlin", [(ALL, "09:00-18:00")]),
    "Berlin 8-17, holiday": ("Europe/Berlin", [(ALL, "08:00-17:00"), ("2015-09-22", "")]),
    "shop": ("UTC", [("135", "09:00-17:00"), ("24", "10:00-16:00"), (SATURDAY, "11:00-14:30")]),
    "shop, holidays": (
        "UTC",
        [
            *[("135", "09:00-17:00"), ("24", "10:00-16:00"), (SATURDAY, "11:00-14:30")],
            *[("2006-01-16", ""), ("2006-01-18", "")],
        ],
    ),
    "shop, other hours": (
        "UTC",
        [
            *[("135", "09:00-17:00"), ("24", "10:00-16:00"), (SATURDAY, "11:00-14:30")],
            *[("2006-01-04", "08:00-12:00"), ("2006-01-06", "09:00-10:00")],
        ],
    ),
    "Abidjan Sundays 11-12": ("Africa/Abidjan", [(SUNDAY, "11:00-12:00")]),
    "Los Angeles Sundays 1:30-3": ("America/Los_Angeles", [(SUNDAY, "01:30-03:00")]),
    "Los Angeles Sundays 2:30-4": ("America/Los_Angeles", [(SUNDAY, "02:30-04:00")]),
    "Sao Paulo Sundays 0-2": ("America/Sao_Paulo", [(SUNDAY, "00:00-02:00")]),
    "weekdays 10-18": ("UTC", [(WEEKDAYS, "10:00-18:00")]),
    "weekdays 10-18, two days off": (
        "UTC",
        [(WEEKDAYS, "10:00-18:00"), ("2024-01-11", ""), ("2024-01-12", "")],
    ),
    "weekdays 10-18, a day off": ("UTC", [(WEEKDAYS, "10:00-18:00"), ("2024-01-12", "")]),
    "always": ("UTC", [(ALL, "00:00-24:00")]),
    "noon to 2": ("UTC", [(ALL, "12:00-02:00")]),
    "weekdays 15 to 0:30": ("UTC", [(WEEKDAYS, "15:00-00:30")]),
    "two days 14:30-23:30": ("UTC", [("23", "14:30-23:30")]),
    "9-17": ("UTC", [(ALL, "09:00-17:00")]),
    "7-16": ("UTC", [(ALL, "07:00-16:00")]),
    "weekdays with a break": ("UTC", [(WEEKDAYS, "09:00-12:00"), (WEEKDAYS, "13:00-18:00")]),
    "Santiago with a break": (
        "America/Santiago",
        [(WEEKDAYS, "09:00-12:00"), (WEEKDAYS, "13:00-18:00")],
    ),
    # What this project promises itself.
    "weekdays 9-18": ("UTC", [(WEEKDAYS, "09:00-18:00")]),
    "nights": ("UTC", [(WEEKDAYS, "23:00-07:00")]),
    "Sunday night, Monday off": ("UTC", [(SUNDAY, "22:00-06:00"), ("2024-03-04", "")]),
    "Warsaw, in the jump": ("Europe/Warsaw", [(SUNDAY, "02:30-03:15")]),
    "Warsaw, of the jump alone": ("Europe/Warsaw", [(SUNDAY, "02:00-03:00")]),
    "Warsaw always": ("Europe/Warsaw", [(ALL, "00:00-24:00")]),
    "dates alone": ("UTC", [("2024-03-05", "09:00-10:00")]),
}


class Elapsed(NamedTuple):
    """So many open seconds lie between two instants."""

    source: str
    schedule: str
    start: str
    end: str
    seconds: float


class Due(NamedTuple):
    """So many open seconds after an instant it is another one."""

    source: str
    schedule: str
    start: str
    target: float
    due: str


class Waits(NamedTuple):
    """What users (u), agents (a), bots (b) and closings (c) do; seconds of the waits answered."""

    source: str
    steps: str
    seconds: list[float]


BIZ = "zendesk/biz dddeea6"
ZAMMAD = "zammad 0d1d865, ticket_sla_test"
ESCALATION = "zammad 1aa4e68, escalation specs"
FRAPPE = "frappe/helpdesk 6018181, test_hd_ticket"
FIVETRAN = "fivetran/dbt_zendesk d4a8aa3"

ELAPSED = [
    Elapsed(BIZ, "shop", "2006-01-01 00:00", "2006-01-08 00:00", 142200),
    Elapsed(BIZ, "shop", "2006-01-01 00:00", "2006-01-01 00:00", 0),
    Elapsed(BIZ, "shop, holidays", "2006-01-14 00:00", "2006-01-20 00:00", 55800),
    Elapsed(BIZ, "shop, other hours", "2006-01-01 00:00", "2006-01-08 00:00", 102600),
    Elapsed(BIZ, "Los Angeles Sundays 1:30-3", "2014-11-02 07:00", "2014-11-03 08:00", 9000),
    # Midnight does not exist there: the first instant of the day is 01:00, that of the jump.
    Elapsed(BIZ, "Sao Paulo Sundays 0-2", "2015-10-17 12:00", "2015-10-18 12:00", 3600),
    Elapsed(ESCALATION, "always", "2024-01-08 00:00", "2024-01-08 00:30", 1800),
    Elapsed(ZAMMAD, "Berlin weekdays 8-18", "2013-03-21 09:30", "2013-03-21 14:00", 16200),
    Elapsed(ZAMMAD, "Berlin weekdays 8-18", "2013-03-21 09:30", "2013-03-21 13:00", 12600),
    Elapsed(FRAPPE, "weekdays 10-18, a day off", "2024-01-11 17:30", "2024-01-15 13:00", 12600),
    Elapsed(FRAPPE, "weekdays 10-18", "2024-01-08 10:30", "2024-01-08 10:39", 540),
    Elapsed(FRAPPE, "weekdays 10-18", "2024-01-08 12:00", "2024-01-08 12:15", 900),
    Elapsed(FIVETRAN, "noon to 2", "2020-09-29 17:01:38", "2020-09-30 19:01:25", 57587),
    Elapsed(FIVETRAN, "weekdays 15 to 0:30", "2020-09-29 17:01:38", "2020-09-30 19:01:46", 41408),
    Elapsed(
        "fivetran/dbt_zendesk issue 116",
        "two days 14:30-23:30",
        "2023-10-17 14:51:01",
        "2023-10-18 17:49:50.002",
        43129.002,
    ),
    Elapsed("Front, business hours", "9-17", "2024-03-05 16:30", "2024-03-06 09:30", 3600),
    Elapsed("Front, business hours", "weekdays 9-17", "2024-03-09 10:00", "2024-03-10 10:00", 0),
    Elapsed("Keeping, first response", "7-16", "2024-03-05 18:00", "2024-03-06 08:00", 3600),
    Elapsed("Richpanel, metrics", "7-16", "2024-03-05 17:00", "2024-03-06 07:05", 300),
    Elapsed(
        "businesstimedelta 1.0.1",
        "weekdays with a break",
        "2016-01-18 09:00",
        "2016-01-22 18:00",
        144000,
    ),
    Elapsed(
        "businesstimedelta 1.0.1",
        "Santiago with a break",
        "2016-01-18 17:00",
        "2016-01-19 02:00",
        14400,
    ),
]

OURS = "this project"
OURS_ELAPSED = [
    Elapsed(OURS, "weekdays 9-18", "2024-03-01 17:55", "2024-03-04 09:05", 600),
    Elapsed(OURS, "nights", "2024-03-01 22:00", "2024-03-02 08:00", 28800),
    Elapsed(OURS, "Sunday night, Monday off", "2024-03-04 00:00", "2024-03-04 12:00", 21600),
    Elapsed(OURS, "Warsaw, in the jump", "2024-03-31 00:00", "2024-03-31 04:00", 900),
    Elapsed(OURS, "Warsaw, of the jump alone", "2024-03-31 00:00", "2024-03-31 04:00", 0),
    # 01:30 to 03:15 of a night without and one with an hour that comes twice.
    Elapsed(OURS, "Warsaw, in the jump", "2024-03-23 23:00", "2024-03-24 23:00", 2700),
    Elapsed(OURS, "Warsaw, in the jump", "2024-10-26 23:00", "2024-10-27 23:00", 6300),
    Elapsed(
        OURS, "Warsaw always", "2024-03-30 12:00:00.000001", "2024-10-28 01:30", 18279000 - 1e-6
    ),
    Elapsed(OURS, "dates alone", "2024-03-01 00:00", "2024-03-30 00:00", 3600),
    Elapsed(OURS, "weekdays 9-18", "2024-03-02 10:00", "2024-03-03 10:00", 0),
]

DUE = [
    Due(BIZ, "shop", "2006-01-04 14:30", 5400, "2006-01-04 16:00"),
    Due(FRAPPE, "weekdays 10-18", "2024-01-08 11:00", 3600, "2024-01-08 12:00"),
    Due(FRAPPE, "weekdays 10-18", "2024-01-08 08:00", 3600, "2024-01-08 11:00"),
    Due(FRAPPE, "weekdays 10-18", "2024-01-08 20:00", 1800, "2024-01-09 10:30"),
    Due(FRAPPE, "weekdays 10-18", "2024-01-13 15:00", 86400, "2024-01-17 18:00"),
    Due(FRAPPE, "weekdays 10-18", "2024-01-12 17:00", 1800, "2024-01-12 17:30"),
    Due(FRAPPE, "weekdays 10-18", "2024-01-12 19:00", 3600, "2024-01-15 11:00"),
    Due(FRAPPE, "weekdays 10-18, two days off", "2024-01-11 15:00", 1800, "2024-01-15 10:30"),
    Due(FRAPPE, "weekdays 10-18", "2024-01-11 15:00", 10800, "2024-01-11 18:00"),
    Due(ZAMMAD, "Berlin weekdays 9-17", "2013-03-21 09:30", 3600, "2013-03-21 10:30"),
    Due(ZAMMAD, "Berlin weekdays 9-17", "2013-03-21 09:30", 14400, "2013-03-21 13:30"),
    Due(ZAMMAD, "Berlin 8-17, holiday", "2013-10-21 05:30", 10800, "2013-10-21 09:00"),
    Due(ZAMMAD, "Berlin 8-17, holiday", "2015-09-21 14:30", 7200, "2015-09-23 07:30"),
    Due(ZAMMAD, "Berlin 8-17, holiday", "2015-09-21 14:30", 14400, "2015-09-23 09:30"),
]

WAITS = [
    Waits(ESCALATION, "u 10:00, a 10:10, u 10:20, a 10:25", [600, 300]),
    Waits(ESCALATION, "a 10:00, a 11:00", []),
    Waits("Front, resolution examples", "u 10:00, a 10:30, u 10:40, c 11:00", [1800]),
    Waits(OURS, "u 10:00, u 10:05, a 10:10", [600]),
]

# What the source states, what is ours, and why.
DIFFERENT_DUE: list[tuple[Due, str, str]] = [
    (
        Due(BIZ, "Abidjan Sundays 11-12", "2006-01-01 00:00", 7200, "2006-01-15 11:00"),
        "2006-01-08 12:00",
        "used up at closing time it is due then, not when the next span opens: no open time lies "
        "between, so what is met is the same",
    ),
]

NO_PAUSES = "what waits for the user is open time as well: a pause is a promise's, not a clock's"
DIFFERENT_ELAPSED: list[tuple[Elapsed, float, str]] = [
    (
        Elapsed(BIZ, "Los Angeles Sundays 2:30-4", "2014-03-09 08:00", "2014-03-09 12:00", 1800),
        3600,
        "half past two does not exist in that night: there it is an hour later, ours the instant "
        "of the jump, as the night lacks its second hour and not its fourth",
    ),
    (
        Elapsed(ESCALATION, "always", "2024-01-08 00:00", "2024-01-08 04:00", 5400),
        14400,
        NO_PAUSES,
    ),
    (
        Elapsed(ZAMMAD, "Berlin 9-18", "2013-06-04 09:00", "2013-06-04 12:00", 9000),
        10800,
        NO_PAUSES,
    ),
    (
        Elapsed(FRAPPE, "weekdays 10-18", "2024-01-08 12:00", "2024-01-08 13:30", 3600),
        5400,
        NO_PAUSES,
    ),
]

DIFFERENT_WAITS: list[tuple[Waits, list[float], str]] = [
    (
        Waits("chatwoot 0f4587c, hand-over", "u 09:00:00, b 09:00:20, a 09:01:02", [42]),
        [62],
        "a user waits from the first message on, whatever a bot does meanwhile; seconds_after_bot "
        "begins anew only where the user writes again after the bot",
    ),
    (
        Waits("zammad 1aa4e68, longest only", "u 11:00, a 11:10, u 11:20, a 11:25", [600]),
        [600, 300],
        "every wait is kept, not only the longest",
    ),
]
