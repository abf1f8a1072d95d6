"""From what happened to rows of the export contract, as Arrow tables.

Who a conversation's user and a message's author are follows from their numbers, here and in no
other place; files and days do not belong here.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from lab.sampling.identifiers import random_identifiers, timed_identifiers
from lab.sampling.lives import LABEL_SETS, Storyteller, message_index
from lab.sampling.randomness import Bits, Flags, Integers, Rows, Stream, chance, lognormal, part
from lab.sampling.rows import NOT_YET, STATUSES
from lab.sampling.shape import DAY_MICROSECONDS, USERS_PER_THREAD, Shape

_INSTANT = pa.timestamp("us", tz="UTC")
_CHANNELS = ("email", "chat", "whatsapp", "phone", None)
_CHANNEL_STEPS = np.array([0.44, 0.8, 0.92, 0.98]) * 65536
_LABEL_SUBJECTS = (
    "billing", "refund", "shipping", "login", "bug", "feature request", "invoice", "cancellation",
    "onboarding", "upgrade", "data export", "integration",
)  # fmt: skip
_LABEL_QUALIFIERS = (
    "", " urgent", " vip", " follow-up", " escalated", " partner", " mobile", " web", " eu", " us",
)  # fmt: skip
_TEAMS = ("first line", "second line", "billing", None)
_BODY_LENGTHS = lognormal(180, 1.0)
_AUTHOR_TYPES = pa.array(["user", "agent", "bot", "system"])
_USER, _AGENT, _BOT, _SYSTEM = range(4)


class Recorder:
    """Writes rows for the conversations of a shape."""

    def __init__(self, shape: Shape, storyteller: Storyteller) -> None:
        self._shape = shape
        self._storyteller = storyteller
        self._agent_ids = self._make_agent_ids()
        self._label_sets = _make_label_sets(shape.seed)

    def threads(self, rows: Rows) -> pa.Table:
        """Versions of conversations, in the order of their instants."""
        rows = rows[np.argsort(rows["updated_at"], kind="stable")]
        thread = np.ascontiguousarray(rows["thread"])
        traits = self._storyteller.thread_ids.bits(thread)
        channel = np.searchsorted(_CHANNEL_STEPS, part(traits, 7, 16), side="right")
        return pa.table(
            {
                "thread_id": self._thread_ids(rows["thread"], rows["created_at"]),
                "created_at": _instants(rows["created_at"]),
                "updated_at": _instants(rows["updated_at"]),
                "status": _choices(rows["status"], STATUSES),
                "user_id": self._user_ids(self._storyteller.users(thread)),
                "channel": _choices(channel, _CHANNELS),
                "assigned_agent_id": self._agents(rows["agent"]),
                "closed_at": _instants(rows["closed_at"]),
                "first_closed_at": _instants(rows["first_closed_at"]),
                "closed_by_agent_id": self._agents(rows["closer"]),
                "reopen_count": pa.array(rows["reopen_count"].astype(np.int64)),
                "labels": self._label_sets.take(pa.array(rows["label_set"].astype(np.int32))),
                "deleted_at": _instants(rows["deleted_at"]),
            }
        )

    def messages(self, rows: Rows) -> pa.Table:
        """Versions of messages, in the order of their instants."""
        rows = rows[np.argsort(np.maximum(rows["sent_at"], rows["updated_at"]), kind="stable")]
        thread = np.ascontiguousarray(rows["thread"])
        number = rows["number"]
        bits = self._storyteller.authors(thread, number)
        author_type = _author_types(bits, number)
        is_private = (author_type == _AGENT) & chance(bits, 16, 0.1) & (number > 0)
        is_changed = rows["updated_at"] != NOT_YET
        body_length = _BODY_LENGTHS.astype(np.int64)[part(bits, 32, 12)] + is_changed
        identifiers = self._storyteller.message_ids.bits(message_index(thread, number))
        return pa.table(
            {
                "message_id": self._identifiers(rows["sent_at"], identifiers),
                "thread_id": self._thread_ids(thread, rows["thread_created_at"]),
                "sent_at": _instants(rows["sent_at"]),
                "author_type": pa.DictionaryArray.from_arrays(
                    pa.array(author_type.astype(np.int8)), _AUTHOR_TYPES
                ),
                "author_id": self._author_ids(thread, author_type, bits),
                "is_private": pa.array(is_private),
                "body_length": pa.array(body_length),
                "updated_at": _instants(rows["updated_at"]),
                "deleted_at": _instants(np.where(rows["is_deleted"], rows["updated_at"], NOT_YET)),
            }
        )

    def ratings(self, rows: Rows) -> pa.Table:
        """Versions of ratings, in the order of their instants."""
        rows = rows[np.argsort(np.maximum(rows["rated_at"], rows["updated_at"]), kind="stable")]
        thread = np.ascontiguousarray(rows["thread"])
        return pa.table(
            {
                "rating_id": self._identifiers(
                    rows["rated_at"], self._storyteller.rating_ids.bits(thread)
                ),
                "thread_id": self._thread_ids(thread, rows["thread_created_at"]),
                "rated_at": _instants(rows["rated_at"]),
                "score": pa.array(rows["score"].astype(np.int64)),
                "agent_id": self._agents(rows["agent"]),
                "updated_at": _instants(rows["updated_at"]),
                "deleted_at": _instants(np.where(rows["is_deleted"], rows["updated_at"], NOT_YET)),
            }
        )

    def agents(self, day: int) -> pa.Table | None:
        """The agents whose record is new on a day: all on the first, then now and then one.

        The last tenth of the agents has no records at all, as where an exporter leaves out those
        who have gone.
        """
        known = self._shape.agents - self._shape.agents // 10
        if day == 0:
            numbers = np.arange(known)
        elif day % 17 == 0:
            numbers = np.array([day // 17 % known])
        else:
            return None
        updated_at = np.full(len(numbers), self._shape.start_of(day)) + 32_400_000_000
        return pa.table(
            {
                "agent_id": self._agents(numbers),
                "name": pa.array([f"Agent {number + 1:03}" for number in numbers]),
                "team": _choices((numbers + day) % len(_TEAMS), _TEAMS),
                "is_active": pa.array((numbers + day) % 11 != 0),
                "updated_at": _instants(updated_at),
            }
        )

    def _thread_ids(self, threads: Integers, created_at: Integers) -> pa.Array:
        bits = self._storyteller.thread_ids.bits(np.ascontiguousarray(threads))
        return self._identifiers(created_at, bits)

    def _user_ids(self, users: Integers) -> pa.Array:
        # A user's identifier is as old as the conversation with which that user came.
        shape = self._shape
        came_at = shape.start_of(0) + (
            users / max(shape.threads * USERS_PER_THREAD, 1) * shape.days * DAY_MICROSECONDS
        ).astype(np.int64)
        bits = self._storyteller.user_ids.bits(users)
        return self._identifiers(came_at, bits, users < 0)

    def _author_ids(self, thread: Integers, author_type: Integers, bits: Bits) -> pa.Array:
        users = np.where(author_type == _USER, self._storyteller.users(thread), -1)
        agents = self._storyteller.first_agents(thread)
        is_helped = chance(bits, 48, 0.15) | (agents < 0)
        agents = np.where(is_helped, self._storyteller.some_agent(bits, 20), agents)
        user_ids = self._user_ids(users)
        is_agent = author_type == _AGENT
        choices = np.where(is_agent & ~(is_helped & chance(bits, 4, 0.05)), agents, -1)
        choices[author_type == _BOT] = self._shape.agents
        agent_ids = self._agent_ids.take(pa.array(choices, mask=choices < 0))
        return pa.compute.if_else(pa.array(author_type == _USER), user_ids, agent_ids)

    def _identifiers(
        self, created_at: Integers, bits: Bits, missing: Flags | None = None
    ) -> pa.Array:
        if self._shape.ids == "timed":
            return timed_identifiers(created_at, bits, missing)
        return random_identifiers(bits, missing)

    def _agents(self, numbers: Integers) -> pa.Array:
        numbers = numbers.astype(np.int32)
        return pa.DictionaryArray.from_arrays(pa.array(numbers, mask=numbers < 0), self._agent_ids)

    def _make_agent_ids(self) -> pa.Array:
        """Of every agent, and at the end of the bot."""
        if self._shape.ids == "timed":
            texts = [f"agent-{number + 1:03}" for number in range(self._shape.agents)]
            return pa.array([*texts, "bot-1"])
        numbers = np.arange(self._shape.agents + 1)
        return random_identifiers(Stream(self._shape.seed, 100).bits(numbers))


def _author_types(bits: Bits, number: Integers) -> Integers:
    steps = np.array([0.42, 0.86, 0.94]) * 65536
    drawn = np.searchsorted(steps, part(bits, 0, 16), side="right")
    # The user begins nearly always, else an agent or the bot.
    steps_of_first = np.array([0.92, 0.96, 1.0]) * 65536
    first = np.searchsorted(steps_of_first, part(bits, 0, 16), side="right")
    return np.where(number == 0, first, drawn)


def _instants(values: Integers) -> pa.Array:
    values = np.ascontiguousarray(values).astype(np.int64, copy=False)
    return pa.array(values, pa.int64(), mask=values == NOT_YET).cast(_INSTANT)


def _choices(numbers: Integers, texts: tuple[str | None, ...]) -> pa.Array:
    told = [text for text in texts if text is not None]
    numbers = numbers.astype(np.int32)
    return pa.DictionaryArray.from_arrays(
        pa.array(numbers, mask=numbers >= len(told)), pa.array(told)
    )


def _make_label_sets(seed: int) -> pa.Array:
    """Lists of labels to draw from: 0.6 a list, few labels on most of them."""
    labels = [f"{one}{other}" for other in _LABEL_QUALIFIERS for one in _LABEL_SUBJECTS]
    bits = Stream(seed, 101).bits(np.arange(LABEL_SETS))
    how_many = np.searchsorted(np.array([0.55, 0.87, 0.98]) * 65536, part(bits, 0, 16), "right")
    sets = []
    for number, count in enumerate(how_many):
        places = [
            int((int(bits[number]) >> (16 + 12 * place) & 0xFFF) ** 2 * len(labels) / 2**24)
            for place in range(int(count))
        ]
        sets.append([labels[place] for place in dict.fromkeys(places)] or None)
    return pa.array(sets, pa.list_(pa.string()))
