"""Intercom's API: conversations are searched by when they changed, and asked for one by one.

A search gives no parts. Its cursors are the time and number of the last record that was given, so
that what is deleted or changes while it goes on hides no other; its times are Intercom's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..api import Api, Desk, Endpoint, Fetched
from .fetched import absent_or_all, epoch_of

OVERLAP_SECONDS = 600
"""A search lags behind what has changed: so much before the newest is asked for again."""
_MOST_AT_ONCE = 150
_ABSENT = (402, 403, 404)


def _search(desk: Desk, table: str, known: Mapping[str, str]) -> Endpoint:
    begin = int(known[table]) - OVERLAP_SECONDS if table in known else epoch_of(_since(desk))
    asked = {
        "query": {"field": "updated_at", "operator": ">", "value": max(begin, 0)},
        "sort": {"field": "updated_at", "order": "ascending"},
    }
    size = {"per_page": min(desk.page_size, _MOST_AT_ONCE)}

    def following(answer: Any, records: Sequence[Any]) -> Mapping[str, Any] | None:
        after = ((answer.get("pages") or {}).get("next") or {}).get("starting_after")
        return {**asked, "pagination": {**size, "starting_after": after}} if after else None

    # Only conversations are there for everyone.
    absent = () if table == "conversations" else _ABSENT
    body = {**asked, "pagination": size}
    return Endpoint(table, f"{table}/search", body, table, following, "POST", absent)


def _since(desk: Desk) -> str:
    return str(desk.options["since"])


def _newest(records: Sequence[Mapping[str, Any]], known: str) -> str:
    """When the newest of these was changed, or was known to be."""
    return str(max([int(known or 0), *(int(record["updated_at"]) for record in records)]))


def plan(desk: Desk, known: Mapping[str, str]) -> Iterator[Fetched]:
    """Admins and teams whole; tickets and conversations since, each conversation whole."""
    yield from absent_or_all(
        desk, Endpoint("admins", "admins", records="admins"),
        Endpoint("teams", "teams", records="teams", absent=_ABSENT),
    )  # fmt: skip
    reached = dict(known)
    is_there = False
    for page in desk.pages(_search(desk, "tickets", known)):
        is_there = True
        reached["tickets"] = _newest(page.records, reached.get("tickets", ""))
        yield Fetched("tickets", page.records, {"tickets": reached["tickets"]})
    if not is_there:
        yield Fetched("tickets", is_absent=True)
    for page in desk.pages(_search(desk, "conversations", known)):
        for found in page.records:
            # One that was deleted since the search is not there.
            whole = Endpoint("conversations", f"conversations/{found['id']}", absent=(404,))
            yield Fetched("conversations", desk.records(whole))
        reached["conversations"] = _newest(page.records, reached.get("conversations", ""))
        yield Fetched("conversations", reached={"conversations": reached["conversations"]})


def _auth(login: Mapping[str, str], address: str) -> Mapping[str, Any]:
    return {"type": "bearer", "token": login["password"]}


API = Api(
    plan=plan,
    auth=_auth,
    domains=("intercom.io",),
    headers={"Intercom-Version": "2.11"},
    login_is="an access token of an app of your workspace that may read conversations, admins and "
    "tickets",
)
