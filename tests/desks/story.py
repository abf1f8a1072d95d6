"""What is done to every desk, and what must be known of it afterwards, written by hand.

The acts go through a desk's own doors; the facts are said here once, in our words, and not taken
from what the desk keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from tests.desks.clock import SetClock

ADA, BEN = "ada", "ben"
"""Agents, by the names of their accounts."""

ANN, BEA, CAT, DAN, EVE, SPAM = (
    f"{name}@customer.example" for name in ("ann", "bea", "cat", "dan", "eve", "sales")
)
POLISH = "Dzień dobry, proszę o zwrot pieniędzy za żółwia."
QUOTED = (
    "Thank you!\n\nOn Mon, Mar 2, 2026 at 9:50 AM Care <care@desk.example> wrote:\n> Take it.\n"
)


class Doors(Protocol):
    """What people can do to a desk. Tickets go by the numbers that it has given them."""

    def mail(
        self, sender: str, subject: str, text: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """A mail comes in."""

    def subject(self, number: str, subject: str) -> str:
        """The subject of an answer to a ticket's mail."""

    def newest(self) -> str:
        """The number of the ticket that was made last."""

    def answer(self, agent: str, number: str, text: str) -> None:
        """An agent answers so that the customer sees it."""

    def note(self, agent: str, number: str, text: str) -> None:
        """An agent writes what no customer sees."""

    def take(self, agent: str, number: str) -> None:
        """An agent becomes who holds the ticket."""

    def close(self, agent: str, number: str) -> None:
        """An agent closes a ticket, without a text."""

    def merge(self, agent: str, number: str, into: str) -> None:
        """An agent merges a ticket into another."""

    def delete(self, agent: str, number: str) -> None:
        """An agent deletes a ticket."""

    def open_for(self, agent: str, customer: str, subject: str, text: str) -> None:
        """An agent opens a ticket in which a customer is who asks."""

    def person(self, name: str) -> str:
        """What the desk knows a person by, of an address or of the name of an agent's account."""


def at(time: str, day: int = 2) -> datetime:
    """A time of a day of March 2026, in UTC."""
    return datetime.fromisoformat(f"2026-03-{day:02d}T{time}:00+00:00").astimezone(UTC)


@dataclass(frozen=True)
class Told:
    """A ticket as it must be known in the end; people by their names and addresses."""

    created_at: datetime
    user: str
    status: str = "open"
    agent: str | None = None
    first_closed_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    reopenings: int = 0
    merged_into: str | None = None
    gone_at: datetime | None = None


@dataclass(frozen=True, order=True)
class Said:
    """A message as it must be known in the end."""

    case: str
    sent_at: datetime
    author_type: str
    author: str | None
    length: int
    is_private: bool = False


THREADS = {
    "invoice": Told(at("09:00"), ANN, "closed", ADA, at("10:15"), at("12:00"), BEN, reopenings=1),
    "login": Told(at("09:10"), BEA),
    "delivery": Told(at("09:40"), CAT),
    "broken": Told(at("10:20"), DAN),
    "broken again": Told(at("10:25"), DAN, merged_into="broken", gone_at=at("10:30")),
    "contract": Told(at("13:00"), EVE),
    "own request": Told(at("14:00"), f"{BEN}@desk.example"),
    "refund": Told(at("00:30", 29), ANN, "closed", None, at("01:30", 29), at("01:30", 29), ADA),
}
DELETED = "cheap"
MESSAGES = [
    Said("invoice", at("09:00"), "user", ANN, 3),
    Said("invoice", at("09:20"), "agent", ADA, 9, is_private=True),
    Said("invoice", at("09:30"), "agent", ADA, 7),
    Said("invoice", at("10:00"), "user", ANN, 6),
    Said("invoice", at("11:10"), "user", ANN, 14),
    Said("invoice", at("11:15"), "agent", ADA, 4),
    Said("login", at("09:10"), "user", BEA, 11),
    Said("login", at("10:10"), "agent", BEN, 9),
    Said("login", at("10:12"), "user", CAT, 6),
    Said("delivery", at("09:40"), "user", CAT, 8),
    Said("delivery", at("09:50"), "agent", ADA, 8),
    Said("delivery", at("09:51"), "bot", None, 6),
    Said("delivery", at("09:55"), "user", CAT, 10),
    Said("broken", at("10:20"), "user", DAN, 5),
    Said("broken", at("10:25"), "user", DAN, 11),
    Said("broken", at("10:40"), "agent", ADA, 10),
    Said("broken", at("11:00"), "user", DAN, 5),
    Said("contract", at("13:00"), "agent", ADA, 12),
    Said("contract", at("13:30"), "user", EVE, 4),
    Said("own request", at("14:00"), "user", f"{BEN}@desk.example", 11),
    Said("own request", at("14:10"), "agent", ADA, 4),
    Said("own request", at("14:20"), "user", f"{BEN}@desk.example", 6),
    Said("refund", at("00:30", 29), "user", ANN, 48),
    Said("refund", at("01:10", 29), "agent", ADA, 4),
]


def told_to(doors: Doors, clock: SetClock) -> Story:
    """The story, told to a desk that runs."""
    story = Story(doors, clock)
    story.tell()
    return story


@dataclass
class Story:
    """Plays the acts, and remembers which number each ticket was given."""

    doors: Doors
    clock: SetClock
    numbers: dict[str, str] = field(default_factory=dict)

    def tell(self) -> None:
        """Everything, in its order."""
        self._invoice_and_what_came_beside_it()
        self._two_that_become_one()
        self._back_and_closed_again()
        self._deleted()
        self._by_agents()
        self._over_the_change_of_clocks()

    def _invoice_and_what_came_beside_it(self) -> None:
        doors = self.doors
        self._opens("09:00", "invoice", ANN, "one")
        self._opens("09:10", "login", BEA, "cannot open")
        self._now("09:20")
        doors.note(ADA, self.numbers["invoice"], "look here")
        self._now("09:29")
        doors.take(ADA, self.numbers["invoice"])
        self._now("09:30")
        doors.answer(ADA, self.numbers["invoice"], "we look")
        self._opens("09:40", "delivery", CAT, "where is")
        self._now("09:50")
        doors.answer(ADA, self.numbers["delivery"], "Take it.")
        self._replies("09:51", "delivery", CAT, "I am\na", {"Auto-Submitted": "auto-replied"})
        self._replies("09:55", "delivery", CAT, QUOTED)
        self._replies("10:00", "invoice", ANN, "thanks")
        self._replies("10:10", "login", f"{BEN}@desk.example", "try again")
        self._replies("10:12", "login", CAT, "me too")
        self._now("10:15")
        doors.close(ADA, self.numbers["invoice"])

    def _two_that_become_one(self) -> None:
        self._opens("10:20", "broken", DAN, "first")
        self._opens("10:25", "broken again", DAN, "second time")
        self._now("10:30")
        self.doors.merge(ADA, self.numbers["broken again"], self.numbers["broken"])
        self._now("10:40")
        self.doors.answer(ADA, self.numbers["broken"], "we send it")
        self._replies("11:00", "broken again", DAN, "after")

    def _back_and_closed_again(self) -> None:
        self._replies("11:10", "invoice", ANN, "one more thing")
        self._now("11:15")
        self.doors.answer(ADA, self.numbers["invoice"], "sure")
        self._now("12:00")
        self.doors.close(BEN, self.numbers["invoice"])

    def _deleted(self) -> None:
        self._opens("12:10", DELETED, SPAM, "buy now")
        self._now("12:20")
        self.doors.delete(ADA, self.numbers[DELETED])

    def _by_agents(self) -> None:
        self._now("13:00")
        self.doors.open_for(ADA, EVE, "contract", "please renew")
        self.numbers["contract"] = self.doors.newest()
        self._replies("13:30", "contract", EVE, "done")
        self._opens("14:00", "own request", f"{BEN}@desk.example", "new monitor")
        self._now("14:10")
        self.doors.answer(ADA, self.numbers["own request"], "soon")
        self._replies("14:20", "own request", f"{BEN}@desk.example", "thanks")

    def _over_the_change_of_clocks(self) -> None:
        """The night in which Europe loses an hour, which finds out who counts in local time."""
        self._opens("00:30", "refund", ANN, POLISH, day=29)
        self._now("01:10", 29)
        self.doors.answer(ADA, self.numbers["refund"], "done")
        self._now("01:30", 29)
        self.doors.close(ADA, self.numbers["refund"])

    def _opens(self, time: str, case: str, sender: str, text: str, day: int = 2) -> None:
        self._now(time, day)
        self.doors.mail(sender, case, text)
        self.numbers[case] = self.doors.newest()

    def _replies(
        self, time: str, case: str, sender: str, text: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self._now(time)
        subject = self.doors.subject(self.numbers[case], case)
        self.doors.mail(sender, f"Re: {subject}", text, headers)

    def _now(self, time: str, day: int = 2) -> None:
        self.clock.set(at(time, day))
