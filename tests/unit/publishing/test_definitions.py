"""Numbers beside those of others in words."""

from __future__ import annotations

import pytest

from orchestration.publishing.definitions import describe_defined, describe_step
from orchestration.publishing.presentation import describe_number


@pytest.mark.parametrize(
    ("number", "value", "text"),
    [
        ("reply_seconds", 3_725.0, "1 h 2 min"),
        ("one_touch_threads", 1_156.0, "1,156"),
        ("csat_ratio", 3.4194, "3.419"),
        ("csat_ratio", None, "-"),
        ("closing_seconds", float("nan"), "-"),
    ],
)
def test_a_number_as_others_have_it(number: str, value: float | None, text: str) -> None:
    assert describe_defined(number, value) == text


@pytest.mark.parametrize(
    ("number", "change", "text"),
    [
        ("reply_seconds", -90.0, "-1 min 30 s"),
        ("one_touch_threads", 38.0, "+38"),
        ("csat_ratio", -0.3952, "-0.395"),
        ("csat_ratio", 0.0, ""),
        ("reply_seconds", None, ""),
    ],
)
def test_a_step_has_its_sign_and_none_is_empty(
    number: str, change: float | None, text: str
) -> None:
    assert describe_step(number, change) == text


def test_a_share_is_written_in_percent() -> None:
    assert describe_number("csat_ratio", 0.6048) == "60.5%"
