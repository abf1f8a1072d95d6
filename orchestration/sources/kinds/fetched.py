"""What plans of several desks share: short listings, listings by number, days as seconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from ..api import Desk, Endpoint, Fetched


def absent_or_all(desk: Desk, *endpoints: Endpoint) -> Iterator[Fetched]:
    """All records of endpoints, or that there is none of one."""
    for endpoint in endpoints:
        is_there = False
        for page in desk.pages(endpoint):
            is_there = True
            yield Fetched(endpoint.table, page.records)
        if not is_there:
            yield Fetched(endpoint.table, is_absent=True)


def numbered(
    table: str,
    path: str,
    params: Mapping[str, Any],
    most: int,
    absent: tuple[int, ...] = (),
) -> Endpoint:
    """A listing whose pages are told by number, and whose last one has fewer than `most`."""
    asked = {**params, "per_page": most}
    numbers = iter(range(2, 10**9))

    def following(answer: Any, records: Sequence[Any]) -> Mapping[str, Any] | None:
        return {**asked, "page": next(numbers)} if len(records) >= most else None

    return Endpoint(table, path, {**asked, "page": 1}, "", following, absent=absent)


def beginning_of(day: str) -> datetime | None:
    """The first moment of a day, in UTC; none of the empty text."""
    return datetime.combine(date.fromisoformat(day), time(), UTC) if day else None


def epoch_of(day: str) -> int:
    """The same as seconds since 1970; 0 without a day."""
    began = beginning_of(day)
    return 0 if began is None else int(began.timestamp())


def written(moment: datetime) -> str:
    """A moment as APIs have it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
