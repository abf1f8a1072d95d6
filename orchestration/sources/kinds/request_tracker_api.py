"""Request Tracker's REST 2.0: its answers as rows of its tables, which have a mapping already.

Searches of tickets leave out merged and deleted ones. So transactions are read, and the tickets
that they name are asked for; of one that is not told any more, its own transactions tell. Times in
a search end in Z: any other form is read in the user's zone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ..api import Api, Desk, Endpoint, Fetched
from ..errors import WrongSource
from .fetched import beginning_of, written
from .request_tracker_rows import (
    Accounts,
    attachment_row,
    base_rows,
    field_rows,
    requestor_rows,
    ticket_row,
    transaction_row,
    vanished_row,
)

OVERLAP = timedelta(minutes=10)
_AT_ONCE = 100
_ROOT = "REST/2.0"
_ABSENT = (403, 404)
_SAYS = ("Create", "Correspond", "Comment")
_FIELDS = "Type,Creator,Created,ObjectId,ObjectType,Field,OldValue,NewValue,NewReference"
Row = Mapping[str, Any]


def plan(desk: Desk, known: Mapping[str, str]) -> Iterator[Fetched]:
    """A page of transactions after the other, each with its tickets, texts and accounts."""
    if desk.options["is_whole"]:
        raise WrongSource("Option is_whole is of tables: an API never has all tickets")
    newest, accounts = known.get("transactions", ""), Accounts(desk, _ROOT)
    # All of the staff, as what is told of them changes without a transaction of a ticket. RT 5.0.3
    # has no such list: there, staff are those whom transactions and tickets name.
    accounts.name_all(_listed("users/privileged", {"fields": "Name"}, absent=(404,)))
    for page in desk.pages(_transactions(f"Created > '{_since(desk, known)}'")):
        newest = max([newest, *(row["Created"] for row in page.records)])
        rows = base_rows()
        rows["Queues"] = [dict(queue) for queue in desk.records(_queues())]
        for number in dict.fromkeys(str(row["ObjectId"]) for row in page.records):
            for table, of_ticket in _ticket(desk, accounts, number).items():
                rows.setdefault(table, []).extend(of_ticket)
        unplaced = _unplaced(desk, rows)
        said = [row for row in page.records if row["Type"] in _SAYS]
        rows["Attachments"] = [
            part
            for row in said
            if str(row["ObjectId"]) not in unplaced
            for part in _attachments(desk, row)
        ]
        rows["Transactions"] = [transaction_row(row, accounts) for row in page.records]
        accounts.add_rows(rows)
        # Kept together: what of them is read depends on each other.
        last = rows.pop("Tickets", [])
        for table, of_table in rows.items():
            yield Fetched(table, of_table, is_joined=True)
        yield Fetched("Tickets", last, {"transactions": newest})


def _unplaced(desk: Desk, rows: Mapping[str, Sequence[Row]]) -> set[str]:
    """Tickets that may be of a queue that is left out: of them nothing that was said is kept."""
    if not desk.options["leave_out"]:
        return set()
    return {str(row["id"]) for row in rows.get("Tickets", ()) if row["Queue"] is None}


def _since(desk: Desk, known: Mapping[str, str]) -> str:
    if known.get("transactions"):
        return written(datetime.fromisoformat(known["transactions"]) - OVERLAP)
    return written(beginning_of(str(desk.options["since"])) or datetime(1970, 1, 2, tzinfo=UTC))


def _listed(path: str, params: Mapping[str, Any], absent: tuple[int, ...] = ()) -> Endpoint:
    """A listing by pages, which are told by number."""
    asked = {**params, "per_page": _AT_ONCE}

    def following(answer: Any, records: Sequence[Any]) -> Mapping[str, Any] | None:
        page = int(answer.get("page") or 1)
        more = page < int(answer["pages"]) if answer.get("pages") else len(records) == _AT_ONCE
        return {**asked, "page": page + 1} if more else None

    return Endpoint("", f"{_ROOT}/{path}", {**asked, "page": 1}, "items", following, absent=absent)


def _transactions(condition: str) -> Endpoint:
    query = f"ObjectType = 'RT::Ticket' AND {condition}"
    params = {"query": query, "orderby": "id", "order": "ASC", "fields": _FIELDS}
    return _listed("transactions", params)


def _queues() -> Endpoint:
    return _listed("queues/all", {"fields": "Name,LastUpdated"})


def _ticket(desk: Desk, accounts: Accounts, number: str) -> dict[str, list[Row]]:
    """The rows of a ticket; where another answers in its place, or none, what it was."""
    found = desk.records(Endpoint("", f"{_ROOT}/ticket/{int(number)}", absent=_ABSENT))
    ticket = found[0] if found else None
    has_fields = desk.options["label_fields"] or desk.options["rating_field"]
    if ticket is None or str(ticket["id"]) != number:
        own = desk.records(_transactions(f"ObjectId = {int(number)}"))
        return {"Tickets": vanished_row(number, ticket, own)}
    if ticket.get("Type", "ticket") != "ticket":
        return {"Tickets": [ticket_row(ticket, accounts)]}
    own = desk.records(_transactions(f"ObjectId = {int(number)}")) if has_fields else []
    return {
        "Tickets": [ticket_row(ticket, accounts)],
        **requestor_rows(ticket, accounts),
        **field_rows(ticket, own),
    }


def _attachments(desk: Desk, transaction: Row) -> Iterator[Row]:
    """What a transaction says; of files, the content is not asked for.

    Parts are made after the whole. Whose they are is not asked, as RT 5.0.3 fails on the whole.
    """
    number = int(transaction["id"])
    fields = {"fields": "ContentType,Filename,Headers"}
    path = f"transaction/{number}/attachments"
    parts = desk.records(_listed(path, fields, absent=_ABSENT))
    whole_one = min((int(part["id"]) for part in parts), default=None)
    for part in parts:
        is_text = str(part.get("ContentType")).lower() in ("text/plain", "text/html")
        content = None
        if is_text and not part.get("Filename"):
            whole = Endpoint("", f"{_ROOT}/attachment/{int(part['id'])}", absent=_ABSENT)
            content = next((row.get("Content") for row in desk.records(whole)), None)
        is_whole = int(part["id"]) == whole_one
        yield attachment_row(part, number, content, None if is_whole else whole_one)


def _auth(login: Mapping[str, str], address: str) -> Mapping[str, Any]:
    """A token of RT's own; with a user, their password."""
    if "user" in login:
        return {"type": "http_basic", "username": login["user"], "password": login["password"]}
    return {"type": "api_key", "name": "Authorization", "api_key": f"token {login['password']}"}


API = Api(
    plan=plan,
    auth=_auth,
    login_is="an authentication token of an account that sees tickets, comments, custom fields and "
    "queues, and has the right AdminUsers, without which RT numbers no account",
)
