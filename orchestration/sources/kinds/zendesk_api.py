"""Zendesk's API: what is asked of it, in which order, and how far each listing has come.

The incremental exports alone tell of archived and deleted tickets. Their cursors are the account's
own, so that no clock but its own counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..api import Api, Desk, Endpoint, Fetched
from .fetched import absent_or_all, epoch_of

_REFUSED = (402, 403, 404)
_PAGE = "page[size]"
_FEWEST_AT_ONCE = 100


def _next_page(answer: Any, records: Sequence[Any]) -> Mapping[str, Any] | None:
    """Of listings by cursor."""
    meta = answer.get("meta") or {}
    if not meta.get("has_more"):
        return None
    return {_PAGE: _FEWEST_AT_ONCE, "page[after]": meta["after_cursor"]}


def _listing(table: str, path: str, records: str, absent: tuple[int, ...] = ()) -> Endpoint:
    return Endpoint(table, path, {_PAGE: _FEWEST_AT_ONCE}, records, _next_page, absent=absent)


def _export(desk: Desk, table: str, known: Mapping[str, str]) -> Endpoint:
    """An incremental export; it gives a cursor at its end too, which is where the next begins."""
    size = {"per_page": desk.page_size}
    begin = {"start_time": epoch_of(desk.options["since"])}
    since = {"cursor": known[table]} if table in known else begin

    def following(answer: Any, records: Sequence[Any]) -> Mapping[str, Any] | None:
        return None if answer["end_of_stream"] else {**size, "cursor": answer["after_cursor"]}

    path = f"api/v2/incremental/{table}/cursor.json"
    return Endpoint(table, path, {**size, **since}, table, following)


def _audits(ticket: Any) -> Endpoint:
    """Of one ticket; there are none of a ticket that was deleted for good meanwhile."""
    path = f"api/v2/tickets/{int(ticket)}/audits.json"
    return _listing("ticket_audits", path, "audits", absent=(404,))


def plan(desk: Desk, known: Mapping[str, str]) -> Iterator[Fetched]:
    """Groups and ratings whole; users and tickets since the cursors, tickets with their audits."""
    yield from absent_or_all(desk, _listing("groups", "api/v2/groups.json", "groups"))
    for page in desk.pages(_export(desk, "users", known)):
        yield Fetched("users", page.records, {"users": page.answer["after_cursor"]})
    yield from absent_or_all(
        desk,
        _listing(
            "satisfaction_ratings", "api/v2/satisfaction_ratings.json", "satisfaction_ratings",
            _REFUSED,
        ),
        _listing(
            "survey_responses", "api/v2/guide/survey_responses", "survey_responses", _REFUSED
        ),
    )  # fmt: skip
    for page in desk.pages(_export(desk, "tickets", known)):
        for ticket in page.records:
            yield Fetched("ticket_audits", desk.records(_audits(ticket["id"])))
        yield Fetched("tickets", page.records, {"tickets": page.answer["after_cursor"]})


def _auth(login: Mapping[str, str], address: str) -> Mapping[str, Any]:
    """An API token goes with the address of its user; without one it is a token of OAuth."""
    if "user" not in login:
        return {"type": "bearer", "token": login["password"]}
    user = login["user"].removesuffix("/token")
    return {"type": "http_basic", "username": f"{user}/token", "password": login["password"]}


API = Api(
    plan=plan,
    auth=_auth,
    domains=("zendesk.com",),
    login_is="an API token of Zendesk with the address of its user in ..._USER, or a token of "
    "OAuth of the scope read",
)
