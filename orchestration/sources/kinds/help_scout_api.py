"""Help Scout's API: conversations by when they changed, newest first, and the threads of each.

A conversation does not tell when it changed. So the beginning of a walk, by Help Scout's own clock,
is where the next one ends; a walk that was not finished goes on at its page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ..api import Api, Desk, Endpoint, Fetched, Page
from .fetched import absent_or_all, beginning_of, written

OVERLAP = timedelta(minutes=5)


def plan(desk: Desk, known: Mapping[str, str]) -> Iterator[Fetched]:
    """Users and mailboxes whole; conversations since, with their threads."""
    yield from absent_or_all(
        desk, _listing("users", "v2/users", "users"),
        _listing("mailboxes", "v2/mailboxes", "mailboxes"),
    )  # fmt: skip
    began, count, furthest = known.get("began", ""), 0, int(known.get("page") or 1)
    # One that was deleted since has moved all behind it a place to the front.
    first = max(1, furthest - 1)
    for number, page in enumerate(desk.pages(_conversations(desk, known, first)), start=first):
        began = began or written((page.answered_at or _longest_ago(desk)) - OVERLAP)
        found = [*_moved(desk, known, page, number, count), *page.records]
        count, furthest = _page_of(page.answer)["totalElements"], max(furthest, number)
        for row in found:
            yield Fetched("conversation_threads", _threads(desk, row["id"]))
        at_page = {"began": began, "page": str(furthest)}
        at_end = {"conversations": began, "began": "", "page": ""}
        yield Fetched("conversations", found, at_end if page.is_last else at_page)


def _longest_ago(desk: Desk) -> datetime:
    return beginning_of(str(desk.options["since"])) or datetime(2000, 1, 1, tzinfo=UTC)


def _page_of(answer: Any) -> Mapping[str, int]:
    return {"totalPages": 1, "totalElements": 0, "number": 1, **(answer.get("page") or {})}


def _listing(
    table: str,
    path: str,
    field: str,
    params: Mapping[str, Any] | None = None,
    first: int = 1,
    absent: tuple[int, ...] = (),
) -> Endpoint:
    asked = dict(params or {})

    def following(answer: Any, records: Sequence[Any]) -> Mapping[str, Any] | None:
        page = _page_of(answer)
        more = page["number"] < page["totalPages"]
        return {**asked, "page": page["number"] + 1} if more else None

    begin = {**asked, "page": first}
    return Endpoint(table, path, begin, f"_embedded.{field}", following, absent=absent)


def _conversations(desk: Desk, known: Mapping[str, str], first: int) -> Endpoint:
    since = known.get("conversations") or written(_longest_ago(desk))
    params = {
        "status": "all", "modifiedSince": since, "sortField": "modifiedAt", "sortOrder": "desc",
    }  # fmt: skip
    return _listing("conversations", "v2/conversations", "conversations", params, first)


def _moved(
    desk: Desk, known: Mapping[str, str], page: Page, number: int, count: int
) -> list[dict[str, Any]]:
    """The page before once more, where a conversation was deleted between the two."""
    if number == 1 or _page_of(page.answer)["totalElements"] >= count:
        return []
    return next(desk.pages(_conversations(desk, known, number - 1))).records


def _threads(desk: Desk, conversation: Any) -> list[dict[str, Any]]:
    """What was said; one that was merged since leads to another, whose threads are not its."""
    path = f"v3/conversations/{int(conversation)}/threads"
    listed = _listing("conversation_threads", path, "threads", absent=(301, 404))
    return [{**row, "conversation_id": conversation} for row in desk.records(listed)]


def _auth(login: Mapping[str, str], address: str) -> Mapping[str, Any]:
    return {
        "type": "oauth2_client_credentials",
        "access_token_url": f"{address}/v2/oauth2/token",
        "client_id": login["user"],
        "client_secret": login["password"],
    }


API = Api(
    plan=plan,
    auth=_auth,
    domains=("helpscout.net",),
    login=("user", "password"),
    login_is="identifier (..._USER) and secret (..._TOKEN) of an OAuth application of a user who "
    "sees all mailboxes",
)
