"""Running the macros of `dbt_project/macros` on one engine, over literal rows.

`evaluate` builds the project `tests/engines/macros` there, a view a macro; reading what the views
give is the caller's, with the engine's own driver.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.machine.zones import offset_changes

MACROS = Path(__file__).parent / "macros"
# A zone whose clocks moved at a minute past midnight, by rules that changed within the years.
ZONE = ZoneInfo("America/St_Johns")

Rows = list[tuple[Any, ...]]


def _instants() -> list[datetime]:
    """Midnights of the zone over the years, and the seconds about the changes of its offset."""
    found = [datetime(1969, 12, 31, 23, 59, 59, 999999, UTC), datetime(2100, 1, 1, tzinfo=UTC)]
    for year in (1970, 1979, 1981, 1985, 2001, 2024, 2037):
        for month in (1, 4, 7, 10):
            midnight = datetime(year, month, 1, tzinfo=ZONE).astimezone(UTC)
            found += [midnight, midnight.replace(second=1), _before(midnight)]
    # Clocks back at 00:01, so that a minute of a day comes again on the day before; and forward.
    for text in ("2010-11-07T02:31", "2010-03-14T03:31", "2024-11-03T04:30", "1988-04-03T03:31"):
        change = datetime.fromisoformat(text).replace(tzinfo=UTC)
        found += [change, _before(change)]
    return sorted(set(found))


def _before(instant: datetime) -> datetime:
    return datetime.fromtimestamp(instant.timestamp() - 1, UTC)


INSTANTS = _instants()

# The first instants of days, by hand.
DAY_STARTS = [
    # Clocks back by 3 hours at 02:00: the day begins before the evening that comes again.
    ("Antarctica/Casey", "2010-03-05", "2010-03-04T13:00Z"),
    # A day that the islands left out: the next one begins at once.
    ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00Z"),
    # Clocks back at 00:01, to 23:01.
    ("America/St_Johns", "2010-11-07", "2010-11-07T02:30Z"),
    # Clocks forward at 00:00, so that the day begins at 01:00.
    ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00Z"),
    # Clocks back at 01:00: midnight comes twice.
    ("America/Havana", "2024-11-03", "2024-11-03T04:00Z"),
    ("Europe/Warsaw", "2024-03-31", "2024-03-30T23:00Z"),
    # By rules that DuckDB knows and Java 17 does not: no winter time any more.
    ("America/Vancouver", "2026-12-15", "2026-12-15T07:00Z"),
    ("Africa/Casablanca", "2026-12-15", "2026-12-15T00:00Z"),
]
DAY_STARTS.sort(key=lambda start: start[2])


def _offsets_about(zone: str, day: str) -> list[tuple[int, int]]:
    """The changes of a zone's offset about a day, in microseconds: all of them are a long SQL."""
    noon = datetime.fromisoformat(f"{day}T12:00Z").timestamp()
    changes = offset_changes(zone)
    place = sum(second <= noon for second, _ in changes)
    nearest = changes[max(place - 3, 0) : place + 2]
    return [(second * 1_000_000, offset * 1_000_000) for second, offset in nearest]


def _project_vars() -> dict[str, Any]:
    return {
        "instants": [str(instant) for instant in INSTANTS],
        "day_starts": [(zone, day, _offsets_about(zone, day)) for zone, day, _ in DAY_STARTS],
    }


def evaluate(engine: str, profiles: Path, folder: Path, environment: Mapping[str, str]) -> None:
    """Builds the views of the macros on an engine, a target of the profiles in the folder.

    folder: for what dbt writes. environment: what the profiles ask for.
    """
    done = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("dbt")), "run", "--quiet", "--no-use-colors"),
            *("--project-dir", str(MACROS), "--profiles-dir", str(profiles), "--target", engine),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
            *("--vars", json.dumps(_project_vars())),
        ],
        env={
            **os.environ,
            "INBOX_ZONE_OFFSETS": json.dumps(offset_changes(ZONE.key)),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def plain(value: Any) -> Any:
    """A driver's value as one that those of other drivers compare with."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def is_equal(rows: Rows, expected: Rows) -> bool:
    """Whether rows are those expected, in their order; doubles to 1e-9 of their value."""
    return len(rows) == len(expected) and all(
        len(row) == len(expected_row) and all(map(_is_same, row, expected_row))
        for row, expected_row in zip(rows, expected, strict=True)
    )


def _epoch_seconds(instant: datetime) -> float:
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()


def _is_same(value: Any, expected: Any) -> bool:
    if isinstance(expected, float) and value is not None:
        return math.isclose(value, expected, rel_tol=1e-9)
    return value is expected or (type(value) is type(expected) and value == expected)


MACRO_ROWS: dict[str, Rows] = {
    "local_dates": [
        (None, None),
        *(
            (_epoch_seconds(instant), instant.astimezone(ZONE).date().isoformat())
            for instant in INSTANTS
        ),
    ],
    "local_hours": [
        (None, None),
        *((_epoch_seconds(instant), instant.astimezone(ZONE).hour) for instant in INSTANTS),
    ],
    "day_starts": [
        (zone, datetime.fromisoformat(start).timestamp()) for zone, _, start in DAY_STARTS
    ],
    "seconds": [(1, 0.000001), (2, -169200.5), (3, 1709251199.123457), (4, None)],
    "clocks": [
        (1, -1, -1, -1, True, True, True, 3),
        (2, 0, 0, 0, True, True, True, 3),
        (3, 1709204400123456, 19782, 1709204400, True, True, True, 3),
        (4, -2208988800000000, -25567, -2208988800, True, True, True, 3),
        (5, 7258118400000000, 84006, 7258118400, True, True, True, 3),
    ],
    "next_texts": [
        # A null is the next value where its row is the next.
        *(("a", 1, None), ("a", 2, None), ("a", 3, "x"), ("a", 4, None)),
        *(("b", 1, "y"), ("b", 2, None)),
    ],
    "days": [
        *((1, "2024-02-28"), (1, "2024-02-29"), (1, "2024-03-01")),
        (2, "2023-12-31"),
    ],
    "earliest_values": [
        ("earlier id", "x"),
        ("later id", "y"),
        ("none", None),
        ("null value", None),
        ("tie", "first"),
    ],
    "quantiles": [
        ("even", 3.5, 8.2),
        ("none", None, None),
        ("odd", 2.0, 2.8),
        ("one", 7.25, 7.25),
        ("some null", 1.5, 1.9),
    ],
    "list_lengths": [(1, 3), (2, 1), (3, 0)],
    "list_entries": [(1, "a"), (1, "b"), (1, "b"), (2, "c")],
    "text_hashes": [(True, False)],
    "periods": [
        (
            *("2023-12-31", 7, "2023-12-31", "2023-12-31", "2023-12-25", "2023-12-31"),
            *("2023-12-01", "2023-12-31", "2023-01-01", "2023-12-31"),
            *("2024-01-31", "2024-01-01", 1),
        ),
        (
            *("2024-01-01", 1, "2024-01-01", "2024-01-01", "2024-01-01", "2024-01-07"),
            *("2024-01-01", "2024-01-31", "2024-01-01", "2024-12-31"),
            *("2024-02-01", "2024-01-01", 0),
        ),
        (
            *("2024-02-29", 4, "2024-02-29", "2024-02-29", "2024-02-26", "2024-03-03"),
            *("2024-02-01", "2024-02-29", "2024-01-01", "2024-12-31"),
            *("2024-03-29", "2024-01-01", -59),
        ),
        (
            *("2024-03-31", 7, "2024-03-31", "2024-03-31", "2024-03-25", "2024-03-31"),
            *("2024-03-01", "2024-03-31", "2024-01-01", "2024-12-31"),
            *("2024-04-30", "2024-01-01", -90),
        ),
        (
            *("2026-11-25", 3, "2026-11-25", "2026-11-25", "2026-11-23", "2026-11-29"),
            *("2026-11-01", "2026-11-30", "2026-01-01", "2026-12-31"),
            *("2026-12-25", "2024-01-01", -1059),
        ),
    ],
    "types": [
        (
            *("it's a \\ and a 'quote'", 1 / 3, 1 / 3, 9007199254740993),
            *("2024-01-01", True, None),
        )
    ],
}
