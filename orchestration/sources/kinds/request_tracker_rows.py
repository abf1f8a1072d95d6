"""Answers of Request Tracker's REST 2.0 as rows of its tables.

There people are named, in the tables they are numbered: accounts are asked for their numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ..api import Desk, Endpoint
from ..errors import WrongSource

Row = Mapping[str, Any]
Rows = dict[str, list[Row]]

_PRIVILEGED = "privileged"
_MOST_ACCOUNTS = 10**9


class Accounts:
    """Accounts by name; each is asked for once, and given with every page that names it."""

    def __init__(self, desk: Desk, root: str) -> None:
        self._desk = desk
        self._root = root
        self._known: dict[str, Row] = {}
        self._named: set[str] = set()

    def number(self, reference: Any) -> str | None:
        """The number of an account that an answer names."""
        name = str(reference["id"]) if isinstance(reference, dict) else str(reference or "")
        if not name:
            return None
        self._named.add(name)
        return str(self._account(name)["id"])

    def name_all(self, listed: Endpoint) -> None:
        """Name all accounts of a listing."""
        for row in self._desk.records(listed):
            self.number(row.get("Name") or row["id"])

    def add_rows(self, rows: Rows) -> None:
        """The rows of the accounts that were named since they were last added."""
        for name in sorted(self._named):
            account = self._known[name]
            rows.setdefault("Users", []).append(account)
            disabled = account.get("Disabled")
            rows["Principals"].append(
                {"id": account["id"], "PrincipalType": "User", "Disabled": disabled}
            )
            if str(account.get("Privileged")) == "1":
                member = {"id": account["id"], "GroupId": _PRIVILEGED, "MemberId": account["id"]}
                rows["GroupMembers"].append(member)
        self._named.clear()

    def _account(self, name: str) -> Row:
        if name not in self._known:
            path = f"{self._root}/user/{quote(name, safe='')}"
            found = self._desk.records(Endpoint("", path))[0]
            if not found.get("id"):
                raise WrongSource(
                    "RT does not tell the numbers of accounts: give the token's account the right "
                    "AdminUsers, or import RT's tables"
                )
            self._known[name] = found
        return self._known[name]


def base_rows() -> Rows:
    """What every page needs: who is privileged is told by a group."""
    group = {"id": _PRIVILEGED, "Name": "Privileged", "Domain": "SystemInternal"}
    return {"Groups": [group], "GroupMembers": [], "Principals": [], "CachedGroupMembers": []}


def transaction_row(row: Row, accounts: Accounts) -> Row:
    """A transaction, with its creator's number."""
    return {**_of(row), "Creator": accounts.number(row["Creator"])}


def ticket_row(ticket: Row, accounts: Accounts) -> Row:
    """A ticket as its table has it."""
    return {
        **{name: ticket.get(name) for name in _PLAIN},
        "EffectiveId": _key(ticket.get("EffectiveId")) or ticket["id"],
        "Queue": _key(ticket.get("Queue")),
        "Owner": accounts.number(ticket.get("Owner")),
    }


_PLAIN = ("id", "Type", "Priority", "Status", "Resolved", "LastUpdated", "Created")


def vanished_row(number: str, survivor: Row | None, own: Sequence[Row]) -> list[Row]:
    """A ticket that is merged or not told any more, of what its own transactions say of it."""
    if not own:
        return []
    reported = {(row["Type"], row.get("Field")): row.get("NewValue") for row in own}
    into = re.search(r"([0-9]+)$", str(reported.get(("AddLink", "MergedInto")) or ""))
    return [
        {
            "id": number,
            "EffectiveId": into.group(1) if into else number,
            "Type": "ticket",
            "Status": reported.get(("Status", "Status")) or "new",
            "Queue": reported.get(("Set", "Queue")) or _key((survivor or {}).get("Queue")),
            "Owner": reported.get(("Set", "Owner")),
            "Created": own[0]["Created"],
            "LastUpdated": max(row["Created"] for row in own),
        }
    ]


def requestor_rows(ticket: Row, accounts: Accounts) -> Rows:
    """The role of those who asked. A row's number orders them, and tells who it is of."""
    role = f"requestors of {ticket['id']}"
    members = [
        accounts.number(one)
        for one in ticket.get("Requestor") or ()
        if one.get("type", "user") == "user"
    ]
    return {
        "Groups": [
            {
                "id": role,
                "Name": "Requestor",
                "Domain": "RT::Ticket-Role",
                "Instance": ticket["id"],
            }
        ],
        "CachedGroupMembers": [
            {
                "id": (int(ticket["id"]) * 100 + place) * _MOST_ACCOUNTS + int(member or 0),
                "GroupId": role,
                "MemberId": member,
                "Disabled": 0,
            }
            for place, member in enumerate(members)
        ],
    }


def field_rows(ticket: Row, own: Sequence[Row]) -> Rows:
    """Values of custom fields: what was set, until it was taken away, and what is there now."""
    now = [
        (str(field["id"]), str(value))
        for field in ticket.get("CustomFields") or ()
        for value in field.get("values") or ()
    ]
    values: list[dict[str, Any]] = []
    for row in own:
        if row["Type"] == "CustomField":
            _end(values, row)
            values += _begun(row)
    there = {(row["CustomField"], row["Content"]) for row in values if not row["Disabled"]}
    values += [
        _value(f"{ticket['id']}.{place}", field, content, ticket["Created"])
        for place, (field, content) in enumerate(now)
        if (field, content) not in there
    ]
    fields = ticket.get("CustomFields") or ()
    return {
        "ObjectCustomFieldValues": [{**value, "ObjectId": ticket["id"]} for value in values],
        "CustomFields": [{"id": field["id"], "Name": field["name"]} for field in fields],
    }


def _end(values: list[dict[str, Any]], row: Row) -> None:
    """The value that a transaction took away is so from then on."""
    for value in values:
        is_it = (value["CustomField"], value["Content"]) == (str(row["Field"]), row["OldValue"])
        if is_it and not value["Disabled"]:
            value.update(Disabled=1, LastUpdated=row["Created"])


def _begun(row: Row) -> list[dict[str, Any]]:
    if row.get("NewValue") in (None, ""):
        return []
    # The number of the value's own row, where it is told.
    number = row.get("NewReference") or row["id"]
    return [_value(number, str(row["Field"]), row["NewValue"], row["Created"])]


def _value(number: Any, field: str, content: str, created: str) -> dict[str, Any]:
    return {
        "id": number,
        "CustomField": field,
        "ObjectType": "RT::Ticket",
        "Content": content,
        "Created": created,
        "LastUpdated": created,
        "Disabled": 0,
    }


def attachment_row(part: Row, transaction: int, content: str | None, parent: int | None) -> Row:
    """A part of what was said; its text comes in base64."""
    return {
        "id": part["id"],
        "TransactionId": transaction,
        "Parent": parent,
        "Filename": part.get("Filename"),
        "ContentType": part.get("ContentType"),
        "ContentEncoding": "base64",
        "Content": content,
        "Headers": part.get("Headers"),
    }


def _of(row: Row) -> dict[str, Any]:
    names = ("id", "ObjectType", "ObjectId", "Type", "Field", "OldValue", "NewValue", "Created")
    return {name: row.get(name) for name in names}


def _key(reference: Any) -> Any:
    """The identifier in a reference to a record, which may be one itself."""
    return reference["id"] if isinstance(reference, dict) else reference
