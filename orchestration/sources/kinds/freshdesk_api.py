"""Freshdesk's API: tickets by when they changed, the conversations of each.

A list ends after 300 pages, and pages by number hide what moves between them. So each page begins
where the one before ended. Deleted tickets and spam are in lists of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ..api import Api, Desk, Endpoint, Fetched
from .fetched import absent_or_all, beginning_of, numbered, written

OVERLAP = timedelta(minutes=5)
_A_SECOND = timedelta(seconds=1)
_MOST = 100
_ABSENT = (400, 403, 404)
_ROOT = "api/v2"
_GONE = ("deleted", "spam")


def plan(desk: Desk, known: Mapping[str, str]) -> Iterator[Fetched]:
    """Agents, groups and surveys whole; ratings since; tickets since, with what was said."""
    yield from absent_or_all(
        desk,
        numbered("agents", f"{_ROOT}/agents", {}, _MOST),
        numbered("groups", f"{_ROOT}/groups", {}, _MOST),
        numbered("surveys", f"{_ROOT}/surveys", {}, _MOST, _ABSENT),
    )
    yield from _ratings(desk, known)
    for gone in _GONE:
        for page in desk.pages(_tickets(desk, known, gone)):
            yield Fetched("tickets", page.records, _reached(gone, page.records, known))
    said: set[tuple[Any, Any]] = set()
    for page in desk.pages(_tickets(desk, known)):
        for ticket in page.records:
            version = (ticket["id"], ticket["updated_at"])
            if version not in said:
                said.add(version)
                yield Fetched("conversations", desk.records(_conversations(ticket["id"])))
        yield Fetched("tickets", page.records, _reached("tickets", page.records, known))


def _reached(
    name: str, records: Sequence[Mapping[str, Any]], known: Mapping[str, str]
) -> Mapping[str, str]:
    newest = max([known.get(name, ""), *(row["updated_at"] for row in records)])
    return {name: newest} if newest else {}


def _since(desk: Desk, known: Mapping[str, str], name: str) -> datetime:
    if name in known:
        return datetime.fromisoformat(known[name]) - OVERLAP
    return beginning_of(str(desk.options["since"])) or datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class _Place:
    """Where a list of tickets has come to."""

    since: datetime
    page: int = 1

    def move(self, newest: datetime) -> None:
        """Begin anew where the page ended; go on by number where all of it was one second."""
        moves = newest > self.since
        self.page = 1 if moves else self.page + 1
        self.since = max(newest, self.since)


def _tickets(desk: Desk, known: Mapping[str, str], gone: str = "") -> Endpoint:
    most, since = min(desk.page_size, _MOST), _since(desk, known, gone or "tickets")
    asked = {
        "order_by": "updated_at", "order_type": "asc", "include": "stats,requester,description",
        "per_page": most, **({"filter": gone} if gone else {}),
    }  # fmt: skip
    place = _Place(since)

    def following(answer: Any, records: Sequence[Any]) -> Mapping[str, Any] | None:
        if len(records) < most:
            return None
        # A second before, as others may have changed in the same one.
        newest = max(datetime.fromisoformat(row["updated_at"]) for row in records) - _A_SECOND
        place.move(newest)
        return {**asked, "updated_since": written(place.since), "page": place.page}

    begin = {**asked, "updated_since": written(since), "page": 1}
    return Endpoint(
        "tickets", f"{_ROOT}/tickets", begin, "", following, absent=_ABSENT if gone else ()
    )


def _conversations(ticket: Any) -> Endpoint:
    path = f"{_ROOT}/tickets/{int(ticket)}/conversations"
    return numbered("conversations", path, {}, _MOST, absent=(404,))


def _ratings(desk: Desk, known: Mapping[str, str]) -> Iterator[Fetched]:
    """Answers to surveys; an account without surveys has none."""
    params = {"created_since": written(_since(desk, known, "ratings"))}
    path = f"{_ROOT}/surveys/satisfaction_ratings"
    newest, is_there = known.get("ratings", ""), False
    for page in desk.pages(numbered("satisfaction_ratings", path, params, _MOST, _ABSENT)):
        is_there = True
        newest = max([newest, *(row["created_at"] for row in page.records)])
        yield Fetched("satisfaction_ratings", page.records)
    yield Fetched("satisfaction_ratings", is_absent=not is_there)
    if newest:
        yield Fetched(reached={"ratings": newest})


def _auth(login: Mapping[str, str], address: str) -> Mapping[str, Any]:
    return {"type": "http_basic", "username": login["password"], "password": "X"}


API = Api(
    plan=plan,
    auth=_auth,
    domains=("freshdesk.com",),
    login_is="the API key of an agent who sees all tickets",
)
