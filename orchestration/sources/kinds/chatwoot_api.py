"""Chatwoot's API: a list of conversations, newest first, and the messages of each.

The list has pages by number and no cursor: a walk goes from the newest to where the walk before
began, and one that was not finished goes on at its page. What becomes active meanwhile moves to
pages that were seen, and belongs to the next walk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..api import Api, Desk, Endpoint, Fetched, Page
from .fetched import absent_or_all, epoch_of

OVERLAP_SECONDS = 60
_ABSENT = (401, 403, 404)
_MESSAGES_AT_ONCE = 20


def plan(desk: Desk, known: Mapping[str, str]) -> Iterator[Fetched]:
    """Agents and teams whole, conversations since with all their messages, answered surveys."""
    account = f"api/v1/accounts/{_account(desk)}"
    yield from absent_or_all(
        desk, Endpoint("agents", f"{account}/agents"),
        Endpoint("teams", f"{account}/teams", absent=_ABSENT),
    )  # fmt: skip
    yield from _walk(desk, account, known)
    yield from absent_or_all(desk, _surveys(account))


def _account(desk: Desk) -> int:
    """The account that the options name, else the one of the token."""
    if desk.options["account"]:
        return int(desk.options["account"])
    return int(desk.records(Endpoint("", "api/v1/profile"))[0]["account_id"])


def _walk(desk: Desk, account: str, known: Mapping[str, str]) -> Iterator[Fetched]:
    """Conversations from the newest on, to those that were known at the last walk."""
    since = _since(desk, known)
    newest, count = float(known.get("newest") or 0), 0
    # One that was deleted since has moved all behind it a place to the front.
    furthest = int(known.get("page") or 1)
    first = max(1, furthest - 1)
    for number, page in enumerate(desk.pages(_conversations(account, first)), start=first):
        newest = max([newest, *map(_active, page.records)]) if number == 1 else newest
        found = [*_moved(desk, account, page, number, count), *page.records]
        count = _count(page)
        found = [row for row in found if _active(row) >= since]
        for row in found:
            yield Fetched("messages", _messages(desk, account, row["id"]))
        furthest = max(furthest, number)
        is_over = page.is_last or any(_active(row) < since for row in page.records)
        yield Fetched("conversations", found, _reached(newest, 0 if is_over else furthest))
        if is_over:
            break


def _reached(newest: float, page: int) -> dict[str, str]:
    """How far a walk has come: to a page, or to its end with 0."""
    if page:
        return {"newest": str(newest), "page": str(page)}
    return {"conversations": str(newest), "newest": "", "page": ""}


def _since(desk: Desk, known: Mapping[str, str]) -> float:
    if "conversations" in known:
        return float(known["conversations"]) - OVERLAP_SECONDS
    return epoch_of(str(desk.options["since"]))


def _active(row: Mapping[str, Any]) -> float:
    return float(row["last_activity_at"])


def _count(page: Page) -> int:
    return int(page.answer["data"]["meta"].get("all_count") or 0)


def _moved(desk: Desk, account: str, page: Page, number: int, count: int) -> list[dict[str, Any]]:
    """The page before once more, where a conversation was deleted between the two."""
    if number == 1 or _count(page) >= count:
        return []
    return next(desk.pages(_conversations(account, number - 1))).records


def _conversations(account: str, first: int) -> Endpoint:
    asked = {"status": "all", "sort_by": "last_activity_at_desc"}
    numbers = iter(range(first + 1, 10**9))

    def following(answer: Any, records: Sequence[Any]) -> Mapping[str, Any] | None:
        return {**asked, "page": next(numbers)} if records else None

    path = f"{account}/conversations"
    return Endpoint("conversations", path, {**asked, "page": first}, "data.payload", following)


def _messages(desk: Desk, account: str, conversation: Any) -> list[dict[str, Any]]:
    """All messages of a conversation, which are told from the newest on."""

    def following(answer: Any, records: Sequence[Any]) -> Mapping[str, Any] | None:
        if len(records) < _MESSAGES_AT_ONCE:
            return None
        return {"before": min(int(record["id"]) for record in records)}

    path = f"{account}/conversations/{int(conversation)}/messages"
    found = desk.records(Endpoint("messages", path, {}, "payload", following, absent=(404,)))
    return [{"conversation_id": conversation, **record} for record in found]


def _surveys(account: str) -> Endpoint:
    numbers = iter(range(2, 10**9))

    def following(answer: Any, records: Sequence[Any]) -> Mapping[str, Any] | None:
        return {"page": next(numbers)} if records else None

    path = f"{account}/csat_survey_responses"
    return Endpoint("csat_survey_responses", path, {"page": 1}, "", following, absent=_ABSENT)


def _auth(login: Mapping[str, str], address: str) -> Mapping[str, Any]:
    return {"type": "api_key", "name": "api_access_token", "api_key": login["password"]}


API = Api(
    plan=plan,
    auth=_auth,
    login_is="the access token of an administrator's profile (an agent's sees no ratings)",
)
