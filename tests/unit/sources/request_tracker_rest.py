"""Request Tracker's REST 2.0 over its tables, as far as it is asked for."""

from __future__ import annotations

import base64
import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.unit.sources.api_server import NOT_FOUND, Answer, Asked

Row = Mapping[str, str]
FIELDS = ("Type", "Created", "ObjectId", "ObjectType", "Field", "OldValue", "NewValue")
PAGE = 40
"""Records a page at most, whatever is asked for, so that there are several."""


class RequestTrackerRest:
    """Answers from a folder of CSV files, a table each. Merged tickets answer as the other one."""

    def __init__(self, folder: Path) -> None:
        self.tables: dict[str, list[dict[str, str]]] = {}
        for path in folder.glob("*.csv"):
            with path.open(newline="", encoding="utf-8") as file:
                self.tables[path.stem] = list(csv.DictReader(file))
        self.is_admin = self.lists_staff = True

    def __call__(self, asked: Asked) -> Answer:
        """An answer of the API."""
        assert asked.headers["Authorization"].startswith("token ")
        match asked.path.removeprefix("/rt/REST/2.0/").split("/"):
            case ["transactions"]:
                return self._page(self._transactions(asked.query["query"]), asked)
            case ["ticket", number]:
                return self._ticket(number)
            case ["user", name]:
                return self._user(name.replace("%40", "@"))
            case ["users", "privileged"] if self.lists_staff:
                members = [{"id": r["Name"], "Name": r["Name"]} for r in self._privileged()]
                return self._page(members, asked)
            case ["queues", "all"]:
                return self._page(
                    [_told(r, "Name", "LastUpdated") for r in self._all("Queues")], asked
                )
            case ["transaction", number, "attachments"]:
                parts = [r for r in self._all("Attachments") if r["TransactionId"] == number]
                if "Parent" in asked.query["fields"]:
                    return Answer({"message": "RT 5.0.3 knows no parent of what has none"}, 500)
                named = ("ContentType", "Filename", "Headers")
                return self._page([_told(r, *named) for r in parts], asked)
            case ["attachment", number]:
                return self._attachment(number)
        return NOT_FOUND

    def _all(self, table: str) -> list[dict[str, str]]:
        return self.tables[table]

    def _page(self, rows: list[Any], asked: Asked) -> Answer:
        page = int(asked.query["page"])
        found = rows[PAGE * (page - 1) : PAGE * page]
        pages = max(1, -(-len(rows) // PAGE))
        told = {"page": page, "pages": pages, "count": len(found), "items": found}
        # RT has addresses of its own, which a proxy in front of it may not know.
        return Answer({**told, "next_page": "http://rt.internal/REST/2.0/transactions?page=2"})

    def _transactions(self, query: str) -> list[dict[str, Any]]:
        found = [r for r in self._all("Transactions") if r["ObjectType"] == "RT::Ticket"]
        if match := re.search(r"Created > '([^']*)'", query):
            since = match.group(1)
            assert since.endswith("Z"), "any other form is read in the user's zone"
            found = [r for r in found if _iso(r["Created"]) > since]
        if match := re.search(r"ObjectId = (\d+)", query):
            found = [r for r in found if r["ObjectId"] == match.group(1)]
        found.sort(key=lambda r: int(r["id"]))
        return [self._transaction(row) for row in found]

    def _transaction(self, row: Row) -> dict[str, Any]:
        """A transaction; where its values lie in another table, they are told from there."""
        contents = {r["id"]: r["Content"] for r in self._all("ObjectCustomFieldValues")}
        told = {**_told(row, *FIELDS), "Creator": self._reference(row["Creator"])}
        if row["ReferenceType"]:
            told["OldValue"] = contents.get(row["OldReference"], "")
            told["NewValue"] = contents.get(row["NewReference"], "")
            told["NewReference"] = row["NewReference"]
        return told

    def _ticket(self, number: str) -> Answer:
        row = next(r for r in self._all("Tickets") if r["id"] == number)
        if row["EffectiveId"] != number:
            return self._ticket(row["EffectiveId"])
        if row["Status"] == "deleted":
            return NOT_FOUND
        named = ("Type", "Priority", "Status", "Resolved", "LastUpdated", "Created", "Subject")
        told = {
            **_told(row, *named),
            "id": int(number),
            "EffectiveId": {"type": "ticket", "id": number},
            "Queue": {"type": "queue", "id": row["Queue"]},
            "Owner": self._reference(row["Owner"]),
            "Requestor": self._requestors(number),
            "CustomFields": self._fields(number),
        }
        return Answer(told)

    def _requestors(self, number: str) -> list[dict[str, str]]:
        roles = {
            row["id"]
            for row in self._all("Groups")
            if row["Domain"] == "RT::Ticket-Role"
            and row["Name"] == "Requestor"
            and row["Instance"] == number
        }
        return [
            self._reference(row["MemberId"])
            for row in self._all("CachedGroupMembers")
            if row["GroupId"] in roles and row["MemberId"] not in roles
        ]

    def _fields(self, number: str) -> list[dict[str, Any]]:
        return [
            {
                "type": "customfield",
                "id": field["id"],
                "name": field["Name"],
                "values": [
                    row["Content"]
                    for row in self._all("ObjectCustomFieldValues")
                    if (row["CustomField"], row["ObjectId"]) == (field["id"], number)
                    and row["Disabled"] == "0"
                ],
            }
            for field in self._all("CustomFields")
        ]

    def _user(self, name: str) -> Answer:
        row = next(r for r in self._all("Users") if r["Name"] == name)
        privileged = {"Privileged": int(row in self._privileged())}
        if not self.is_admin:
            return Answer({"Name": name, "RealName": row["RealName"], **privileged})
        principal = next(r for r in self._all("Principals") if r["id"] == row["id"])
        told = _told(row, "Name", "RealName", "EmailAddress", "LastUpdated")
        return Answer(
            {**told, **privileged, "id": int(row["id"]), "Disabled": principal["Disabled"]}
        )

    def _privileged(self) -> list[dict[str, str]]:
        group = next(
            row["id"]
            for row in self._all("Groups")
            if (row["Domain"], row["Name"]) == ("SystemInternal", "Privileged")
        )
        members = {r["MemberId"] for r in self._all("GroupMembers") if r["GroupId"] == group}
        return [row for row in self._all("Users") if row["id"] in members]

    def _attachment(self, number: str) -> Answer:
        row = next(r for r in self._all("Attachments") if r["id"] == number)
        assert row["ContentType"].startswith("text/"), "files are not asked for"
        content = base64.encodebytes(row["Content"].encode()).decode()
        return Answer({**_told(row, "ContentType", "Headers"), "Content": content})

    def _reference(self, number: str) -> dict[str, str]:
        name = next(row["Name"] for row in self._all("Users") if row["id"] == number)
        return {"type": "user", "id": name, "_url": f"http://rt.internal/REST/2.0/user/{name}"}


def _told(row: Row, *names: str) -> dict[str, Any]:
    """Columns of a row as the API has them; times are ISO there."""
    return {"id": row["id"], **{name: _iso(row[name]) for name in names}}


def _iso(value: str) -> str:
    return re.sub(r"^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$", r"\1T\2Z", value)
