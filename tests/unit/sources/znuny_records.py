"""Rows of Znuny's tables, composed for the tests: what a ticket, article or click leaves."""

from __future__ import annotations

from typing import Any

from tests.unit.sources.tables import Tables, written

ANN, BEA = "ann@customer.example", "bea@customer.example"
ROOT, ADA, BEN = 1, 5, 6
"""root@localhost, who stands for nobody, and two agents."""

STATES = {
    "new": (1, "new"),
    "open": (2, "open"),
    "closed successful": (3, "closed"),
    "closed unsuccessful": (4, "closed"),
    "pending reminder": (5, "pending reminder"),
    "removed": (6, "removed"),
    "merged": (7, "merged"),
}
SENDERS = {"agent": 1, "system": 2, "customer": 3}
CHANNELS = {"Email": 1, "Phone": 2, "Internal": 3}
HISTORY = {
    name: number
    for number, name in enumerate(
        ("NewTicket", "StateUpdate", "OwnerUpdate", "Move", "Merged", "TicketDynamicFieldUpdate"), 1
    )
}


class Znuny(Tables):
    """Its tables, with two agents, a customer's account and two queues."""

    def __init__(self) -> None:
        super().__init__(
            {
                "ticket": "id tn title queue_id type_id service_id user_id ticket_priority_id"
                " ticket_state_id customer_user_id create_time change_time",
                "ticket_history": "id name history_type_id ticket_id queue_id owner_id priority_id"
                " state_id create_time create_by",
                "article": "id ticket_id article_sender_type_id communication_channel_id"
                " is_visible_for_customer create_time create_by",
                "article_data_mime": "id article_id a_from a_subject a_body",
                "article_data_mime_plain": "id article_id body",
                "users": "id login first_name last_name valid_id change_time",
                "user_preferences": "id user_id preferences_key preferences_value",
                "customer_user": "id login email",
                "queue": "id name change_time",
                "ticket_state": "id name type_id",
                "ticket_state_type": "id name",
                "ticket_history_type": "id name",
                "article_sender_type": "id name",
                "communication_channel": "id name",
                "ticket_priority": "id name",
                "ticket_type": "id name",
                "service": "id name",
                "dynamic_field": "id name",
                "dynamic_field_value": "id field_id object_id value_text value_int",
            }
        )
        types = sorted({kind for _, kind in STATES.values()})
        for number, name in enumerate(types, start=1):
            self.add("ticket_state_type", id=number, name=name)
        for name, (number, kind) in STATES.items():
            self.add("ticket_state", id=number, name=name, type_id=types.index(kind) + 1)
        for table, names in (
            ("article_sender_type", SENDERS),
            ("communication_channel", CHANNELS),
            ("ticket_history_type", HISTORY),
            ("ticket_priority", {"3 normal": 3}),
            ("ticket_type", {"Incident": 1}),
            ("service", {"Shop": 1}),
            ("dynamic_field", {"Topic": 1, "Rating": 2}),
        ):
            for name, number in names.items():
                self.add(table, id=number, name=name)
        self.add("queue", id=2, name="Support", change_time=written("01 00:00"))
        self.add("queue", id=3, name="Junk", change_time=written("01 00:00"))
        self.agent(ROOT, "root@localhost", "Admin", "Znuny")
        self.agent(ADA, "ada", "Ada", "Agent")
        self.agent(BEN, "ben", "Ben", "Agent")
        self.add("customer_user", login="cleo", email="cleo@customer.example")

    def agent(self, number: int, login: str, first: str, last: str, valid: int = 1) -> None:
        """An account of staff, with an address."""
        self.add(
            "users", id=number, login=login, first_name=first, last_name=last, valid_id=valid,
            change_time=written("01 00:00"),
        )  # fmt: skip
        self.add(
            "user_preferences", user_id=number, preferences_key="UserEmail",
            preferences_value=f"{login.partition('@')[0]}@desk.example",
        )  # fmt: skip

    def ticket(
        self, number: int = 1, created: str = "01 09:00", state: str = "new", **changed: Any
    ) -> int:
        """A ticket that came by mail; the number of its first article."""
        customer = changed.setdefault("customer_user_id", ANN)
        row = {
            "tn": f"2024{number}", "title": "a secret", "queue_id": 2, "type_id": 1,
            "service_id": 1, "user_id": ROOT, "ticket_priority_id": 3,
            "ticket_state_id": STATES[state][0], "create_time": written(created),
            "change_time": written(changed.pop("changed", created)), **changed,
        }  # fmt: skip
        self.add("ticket", id=number, **row)
        self.history(number, created, "NewTicket", f"%%2024{number}%%Support%%3 normal%%{state}")
        address = customer if "@" in customer else f"{customer}@customer.example"
        return self.article(number, created, "customer", address, "0123456789")

    def history(
        self, ticket: int, when: str, type: str, name: str = "", who: int = ROOT, **changed: Any
    ) -> int:
        """A change, with how the ticket was after it."""
        row = self.row("ticket", ticket)
        now = {
            "queue_id": row["queue_id"], "owner_id": row["user_id"], "priority_id": 3,
            "state_id": row["ticket_state_id"], **changed,
        }  # fmt: skip
        return self.add(
            "ticket_history", name=name, history_type_id=HISTORY[type], ticket_id=ticket,
            create_time=written(when), create_by=who, **now,
        )  # fmt: skip

    def state(self, ticket: int, when: str, state: str, who: int = ADA) -> None:
        """A change of state."""
        row = self.row("ticket", ticket)
        before = next(n for n, (number, _) in STATES.items() if number == row["ticket_state_id"])
        row.update(ticket_state_id=STATES[state][0], change_time=written(when))
        self.history(ticket, when, "StateUpdate", f"%%{before}%%{state}%%", who)

    def article(
        self,
        ticket: int,
        when: str,
        sender: str,
        address: str = "",
        text: str = "hello",
        *,
        who: int = ROOT,
        channel: str = "Email",
        visible: int = 1,
        raw: str | None = None,
    ) -> int:
        """An article with its text, and with its raw mail where one is given."""
        number = self.add(
            "article", ticket_id=ticket, article_sender_type_id=SENDERS[sender],
            communication_channel_id=CHANNELS[channel], is_visible_for_customer=visible,
            create_time=written(when), create_by=who,
        )  # fmt: skip
        self.add("article_data_mime", article_id=number, a_from=f'"X Y" <{address}>', a_body=text)
        if raw is not None:
            self.add("article_data_mime_plain", article_id=number, body=raw)
        return number

    def merge(self, ticket: int, into: int, when: str) -> int:
        """A merge: articles move, a note stays; the number of the note."""
        for row in self.rows["article"]:
            if row["ticket_id"] == ticket:
                row["ticket_id"] = into
        note = self.article(ticket, when, "agent", who=ADA, text="Merged Ticket to another")
        self.state(ticket, when, "merged")
        self.history(ticket, when, "Merged", f"Merged Ticket (2024{ticket}/{ticket}) to"
                     f" (2024{into}/{into})", ADA)  # fmt: skip
        return note
