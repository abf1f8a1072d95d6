"""What happens to one thread, before it has an identifier; and values that tempt a reader."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from tests.oracle.choosing import HOUR, MINUTE, PLACES_IN_DAY, Chooser
from tests.oracle.inbox import MICROSECOND

# Identifiers that tempt a reader: to a number, a date, a null, a boolean, or to a trimmed text.
USERS = (
    "u1",
    "u2",
    "u3",
    "007",
    "7",
    "12345678901234567890",
    "12345678901234567891",
    "user with spaces",
    "null",
    "2024-01-01",
    "użytkownik 🙂",
    "a1",
)
AGENTS = ("a1", "a2", "a3", "007", "98765432109876543210", "agent with spaces", "NaN", "وكيل")
LABELS = (
    "billing",
    "refund",
    "a,b",
    'say "hi"',
    "two words",
    " edges ",
    "🙂 thanks",
    "\uff5ewave",
    "تسجيل الدخول",
    "null",
    "NA",
    "007",
    "Billing",
    "é",
    "e\u0301",
    "two\nlines",
)
PIPE_LABELS = ("a|b", "|")
CHANNELS = ("chat", "email", None, "forum/en-US")
TEAMS = ("first line", None, "second, line")
NAMES = ("Ada", 'Grace "Amazing" Hopper', "Łukasz 🙂", "שרה", "null", "O'Neil, Jr.")
BODIES = (
    "hello",
    "",
    "two\nlines",
    "Windows\r\nlines",
    'a "quoted" word, and a comma',
    "🙂👩‍👩‍👧",
    "שלום עולם",
    "a line\u2028separator",
    "x" * 3000,
)
GAPS = (
    MINUTE,
    timedelta(0),
    MICROSECOND,
    timedelta(seconds=1),
    timedelta(seconds=59, microseconds=999_999),
    timedelta(milliseconds=500),
    HOUR,
    timedelta(hours=7, minutes=30),
    timedelta(hours=26),
    timedelta(days=3),
    -HOUR,
)


@dataclass(frozen=True)
class Change:
    """A further version of a record: what changes (to what), how long after the last version, and
    how many days after it happened it is exported.
    """

    kind: str
    gap: timedelta
    value: Any
    delay: int


@dataclass(frozen=True)
class MessagePlan:
    """One message: since the message before it, by whom, and its later versions.

    The author OWN is the thread's user; a body that is a number is a length alone.
    """

    gap: timedelta
    author_type: str
    author: str | None
    is_private: bool | None
    body: str | int | None = 5
    tells_version: bool = False
    delay: int = 0
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class RatingPlan:
    """One rating: since the thread was created, and its later versions."""

    gap: timedelta
    score: int
    agent: str | None
    delay: int
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class ThreadPlan:
    """One thread and all that belongs to it; never_arrives keeps its own rows back."""

    day: int
    place: int
    id_style: int
    user: str | None
    agent: str | None
    labels: tuple[str, ...] | None
    messages: tuple[MessagePlan, ...]
    ratings: tuple[RatingPlan, ...]
    changes: tuple[Change, ...]
    channel: str | None = "chat"
    delay: int = 0
    is_repeated: bool = False
    never_arrives: bool = False


@dataclass(frozen=True)
class AgentPlan:
    """One version of an agent's record."""

    agent: str
    name: str
    team: str | None
    is_active: bool | None
    day: int
    place: int


THREAD_CHANGES = (
    "close",
    "reopen",
    "assign",
    "label",
    "delete",
    "restore",
    "pending",
    "snooze",
    "user",
    "close before created",
    "reopen with closed_at",
)
MESSAGE_CHANGES = ("edit", "delete", "restore", "private", "author")
RATING_CHANGES = ("score", "delete", "restore", "agent")
OWN = "the thread's user"
# Who writes, and whether it is a note.
AUTHOR_TYPES = (
    ("user", None),
    ("agent", None),
    ("user", False),
    ("agent", False),
    ("user", None),
    ("agent", None),
    ("agent", True),
    ("bot", None),
    ("system", None),
)
DELAYS = (0, 0, 0, 0, 0, 0, 0, 1, 1, 2)


def pick_label(chooser: Chooser) -> str:
    """One label."""
    return chooser.pick(LABELS)


def make_labels(chooser: Chooser) -> tuple[str, ...] | None:
    """Labels of a thread; at times one is empty, or has a pipe."""
    if chooser.chance(4):
        return (chooser.pick(PIPE_LABELS), "", chooser.pick(LABELS))
    return tuple(chooser.several(pick_label, 3)) or None


def make_change(chooser: Chooser, kinds: Sequence[str]) -> Change:
    """A further version of a record."""
    kind = chooser.pick(kinds)
    value: Any = None
    if kind in ("close", "close before created", "assign", "author", "agent"):
        value = chooser.pick((*AGENTS, None, None))
    elif kind == "label":
        value = make_labels(chooser)
    elif kind == "user":
        value = chooser.pick((*USERS, None))
    elif kind in ("score", "edit"):
        value = chooser.number(1, 5)
    return Change(kind, chooser.pick(GAPS), value, chooser.pick(DELAYS))


make_thread_change = partial(make_change, kinds=THREAD_CHANGES)
make_message_change = partial(make_change, kinds=MESSAGE_CHANGES)
make_rating_change = partial(make_change, kinds=RATING_CHANGES)


def make_message(chooser: Chooser) -> MessagePlan:
    """A message; one in four with a text, a delay or later versions."""
    author_type, is_private = chooser.pick(AUTHOR_TYPES)
    if author_type == "user":
        author = chooser.pick((OWN, OWN, OWN, OWN, OWN, None, *USERS[:4]))
    else:
        author = chooser.pick((*AGENTS, None))
    plan = MessagePlan(chooser.pick(GAPS), author_type, author, is_private)
    if not chooser.chance(25):
        return plan
    return replace(
        plan,
        body=chooser.pick((*BODIES, 0, None)),
        tells_version=chooser.chance(50),
        delay=chooser.pick(DELAYS),
        changes=tuple(chooser.several(make_message_change, 2)),
    )


def make_rating(chooser: Chooser) -> RatingPlan:
    """A rating and its later versions."""
    return RatingPlan(
        gap=chooser.pick(GAPS),
        score=chooser.number(1, 5),
        agent=chooser.pick((None, *AGENTS[:4])),
        delay=chooser.pick(DELAYS),
        changes=tuple(chooser.several(make_rating_change, 2)),
    )


def make_thread(
    chooser: Chooser, first_day: int, last_day: int, most_messages: int = 6
) -> ThreadPlan:
    """A thread that is created between two days (numbers within the export days)."""
    plan = ThreadPlan(
        day=chooser.number(first_day, last_day),
        place=chooser.place_in_day(),
        id_style=chooser.number(0, 6),
        user=chooser.pick((*USERS, None)),
        agent=chooser.pick((*AGENTS, None, None)),
        labels=make_labels(chooser),
        messages=tuple(chooser.several(make_message, most_messages)),
        ratings=tuple(chooser.several(make_rating, 2)),
        changes=tuple(chooser.several(make_thread_change, 4)),
    )
    if not chooser.chance(25):
        return plan
    return replace(
        plan,
        channel=chooser.pick(CHANNELS),
        delay=chooser.pick(DELAYS),
        is_repeated=chooser.chance(30),
        never_arrives=chooser.chance(20),
    )


def make_agent(chooser: Chooser, last_day: int) -> AgentPlan:
    """A version of an agent's record; versions of one agent tie at the same place of a day."""
    return AgentPlan(
        agent=chooser.pick(AGENTS),
        name=chooser.pick(NAMES),
        team=chooser.pick(TEAMS),
        is_active=chooser.pick((None, True, False)),
        day=chooser.number(0, last_day),
        place=chooser.pick(PLACES_IN_DAY[:3]),
    )
