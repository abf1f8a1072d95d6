"""The days that a range is compared with, and the change since."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.publishing.comparison import change_of, compared_days


def test_the_days_before_are_as_many() -> None:
    first, last = date(2024, 3, 2), date(2024, 3, 31)
    assert compared_days("before", first, last) == (date(2024, 2, 1), date(2024, 3, 1))
    assert compared_days("before", last, last) == (date(2024, 3, 30), date(2024, 3, 30))
    assert compared_days("none", first, last) is None


def test_last_year_has_the_same_days_as_far_as_it_had_them() -> None:
    assert compared_days("year", date(2024, 2, 1), date(2024, 2, 29)) == (
        date(2023, 2, 1),
        date(2023, 2, 28),
    )


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [(12, 8, (4, 0.5)), (3, 0, (3, None)), (None, 2, (None, None)), (2, None, (None, None))],
)
def test_a_change_needs_both_and_its_share_something_before(
    now: float | None, before: float | None, expected: tuple[float | None, float | None]
) -> None:
    assert change_of(now, before) == expected
