"""Rows of Request Tracker's tables, composed for the tests: what a ticket, mail or click leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.unit.sources.desk import Desk
from tests.unit.sources.tables import Tables, written

SYSTEM, NOBODY = 1, 6
ANN, BEA, ADA, BEN = 40, 41, 35, 37
"""Two customers and two agents."""

_COLUMNS = {
    "Tickets": "id EffectiveId Queue Type Owner Priority Status Resolved LastUpdated Created",
    "Transactions": "id ObjectType ObjectId Type Field OldValue NewValue Creator Created",
    "Attachments": "id TransactionId Parent Filename ContentType ContentEncoding Content Headers",
    "Users": "id Name RealName EmailAddress LastUpdated",
    "Principals": "id PrincipalType Disabled",
    "Groups": "id Name Domain Instance",
    "GroupMembers": "id GroupId MemberId",
    "CachedGroupMembers": "id GroupId MemberId Disabled",
    "Queues": "id Name LastUpdated",
    "CustomFields": "id Name",
    "ObjectCustomFieldValues": "id CustomField ObjectType ObjectId Content Created LastUpdated"
    " Disabled",
}
_PRIVILEGED = 4
_NEVER = "1970-01-01 00:00:00"


class RequestTracker(Tables):
    """A tracker's tables; what is done to it adds rows, numbered as they come."""

    def __init__(self) -> None:
        super().__init__(_COLUMNS)
        self.add("Groups", id=_PRIVILEGED, Name="Privileged", Domain="SystemInternal", Instance=0)
        self.add("Queues", id=3, Name="Support", LastUpdated=written("01 00:00"))
        self.add("Queues", id=4, Name="Spam", LastUpdated=written("01 00:00"))
        self.add("CustomFields", id=2, Name="Tag")
        self.add("CustomFields", id=3, Name="Rating")
        self.add("CustomFields", id=4, Name="Notes")
        self.user(SYSTEM, "RT_System")
        self.user(NOBODY, "Nobody")
        self.user(ANN, "ann@customer.example", email="ann@customer.example")
        self.user(BEA, "bea@customer.example", email="bea@customer.example")
        self.user(ADA, "ada", real_name="Ada Agent", email="ada@desk.example", is_privileged=True)
        self.user(BEN, "ben", real_name="Ben Agent", email="ben@desk.example", is_privileged=True)

    def user(
        self,
        number: int,
        name: str,
        real_name: str = "",
        email: str = "",
        *,
        is_privileged: bool = False,
        is_disabled: bool = False,
    ) -> None:
        """An account, privileged or not."""
        self.add(
            "Users", id=number, Name=name, RealName=real_name, EmailAddress=email,
            LastUpdated=written("01 00:00"),
        )  # fmt: skip
        self.add("Principals", id=number, PrincipalType="User", Disabled=int(is_disabled))
        if is_privileged:
            self.add("GroupMembers", GroupId=_PRIVILEGED, MemberId=number)

    def ticket(
        self,
        number: int = 1,
        created: str = "01 09:00",
        *,
        requestors: tuple[int, ...] = (ANN,),
        creator: int | None = None,
        text: str | None = "0123456789",
        headers: str = "X-RT-Interface: Email",
        **changed: Any,
    ) -> int:
        """An open ticket and the transaction that made it; the number of that transaction."""
        self.add(
            "Tickets", **{
                "id": number, "EffectiveId": number, "Queue": 3, "Type": "ticket",
                "Owner": NOBODY, "Priority": 0, "Status": "new", "Resolved": _NEVER,
                "LastUpdated": written(changed.pop("updated", created)),
                "Created": written(created), **changed,
            },
        )  # fmt: skip
        role = self.add("Groups", Name="Requestor", Domain="RT::Ticket-Role", Instance=number)
        self.add("Principals", id=role, PrincipalType="Group", Disabled=0)
        self.add("CachedGroupMembers", GroupId=role, MemberId=role, Disabled=0)
        for requestor in requestors:
            self.add("CachedGroupMembers", GroupId=role, MemberId=requestor, Disabled=0)
        author = creator if creator is not None else requestors[0]
        return self.said(number, created, author, text, type="Create", headers=headers)

    def said(
        self,
        ticket: int,
        when: str,
        author: int,
        text: str | None = "hello",
        *,
        type: str = "Correspond",
        headers: str = "X-RT-Interface: REST",
        **changed: Any,
    ) -> int:
        """A reply, or with `type` a note or an outgoing copy; without a text, no attachment."""
        number = self.done(ticket, when, author, type)
        if text is not None:
            self.attachment(number, text, headers, **changed)
        return number

    def attachment(self, transaction: int, text: str, headers: str = "", **changed: Any) -> None:
        """An attachment of a transaction."""
        self.add(
            "Attachments", **{
                "TransactionId": transaction, "Parent": 0, "ContentType": "text/plain",
                "ContentEncoding": "none", "Content": text,
                "Headers": f"Subject: a secret\n{headers}\n", **changed,
            },
        )  # fmt: skip

    def done(
        self,
        ticket: int,
        when: str,
        who: int,
        type: str,
        field: str = "",
        before: Any = "",
        after: Any = "",
    ) -> int:
        """Any transaction."""
        return self.add(
            "Transactions", ObjectType="RT::Ticket", ObjectId=ticket, Type=type, Field=field,
            OldValue=before, NewValue=after, Creator=who, Created=written(when),
        )  # fmt: skip

    def status(self, ticket: int, when: str, before: str, after: str, who: int = ADA) -> None:
        """A change of status; the ticket has the new one."""
        self.done(ticket, when, who, "Status", "Status", before, after)
        row = self.row("Tickets", ticket)
        row.update(Status=after, LastUpdated=written(when))
        if after in ("resolved", "rejected", "deleted"):
            row["Resolved"] = written(when)

    def merge(self, ticket: int, into: int, when: str, who: int = ADA) -> None:
        """A merge, which leaves all of a ticket's row but its EffectiveId."""
        link = f"fsck.com-rt://desk.example/ticket/{into}"
        self.done(ticket, when, who, "AddLink", "MergedInto", "", link)
        self.done(into, when, who, "AddLink", "MergedInto", "", link)
        for row in self.rows["Tickets"]:
            if row["EffectiveId"] == ticket:
                row["EffectiveId"] = into

    def value(
        self, ticket: int, field: int, content: str, when: str, removed: str | None = None
    ) -> int:
        """A value of a custom field, taken away again at a time."""
        return self.add(
            "ObjectCustomFieldValues", CustomField=field, ObjectType="RT::Ticket", ObjectId=ticket,
            Content=content, Created=written(when), LastUpdated=written(removed or when),
            Disabled=int(removed is not None),
        )  # fmt: skip


OPTIONS = {"label_fields": "Tag", "rating_field": "Rating"}


def bring(desk: Desk, tracker: RequestTracker) -> Desk:
    """The desk after an import of the tables as they are."""
    tracker.write(desk.landing)
    desk.bring()
    return desk


def with_options(tmp_path: Path, **options: str) -> Desk:
    """A desk of its own that is told more, or otherwise."""
    return Desk(tmp_path / "other", "request_tracker", options={**OPTIONS, **options})
