"""What happens to conversations, and when: messages, closings, reopenings, labels, ratings.

Given numbers of conversations, every instant and every version of them follows; how many days an
export covers and how rows are written does not belong here. Instants are microseconds since 1970,
whole milliseconds; NEVER is later than any.
"""

from __future__ import annotations

import numpy as np

from lab.sampling.randomness import Bits, Integers, Quantiles, Rows, Stream, chance, part, share
from lab.sampling.rows import CLOSED, MESSAGE, NEVER, NOT_YET, RATING, THREAD, Lives
from lab.sampling.shape import DAY_MICROSECONDS, USERS_PER_THREAD, Shape
from lab.sampling.waits import (
    BETWEEN_MESSAGES,
    DAY,
    MESSAGE_COUNTS,
    MILLISECOND,
    TIMES_OF_DAY,
    UNTIL_CHANGED,
    UNTIL_CLOSED,
    UNTIL_RATED,
    UNTIL_REOPENED,
)

LONGEST_WAIT_DAYS = 670  # 22 months
LABEL_SETS = 4096


class Storyteller:
    """Tells the lives of a shape's conversations."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        streams = iter(range(1, 100))

        def stream() -> Stream:
            return Stream(shape.seed, next(streams))

        self._starts, self._traits, self._closings, self._changes = (stream() for _ in range(4))
        self._labels, self._agents, self._users, self._gaps = (stream() for _ in range(4))
        self._edits, self._ratings, self._authors = (stream() for _ in range(3))
        self.thread_ids, self.message_ids, self.rating_ids, self.user_ids = (
            stream() for _ in range(4)
        )

    def created_at(self, threads: Integers, days: Integers) -> Integers:
        """The instants at which conversations start on days of given numbers."""
        bits = self._starts.bits(threads)
        milliseconds = _wait(TIMES_OF_DAY * 1000, bits, 0)
        milliseconds = np.minimum(milliseconds + part(bits, 12, 12), DAY - 1)
        starts = self.shape.start_of(0) + days * DAY_MICROSECONDS
        created_at: Integers = starts + milliseconds * MILLISECOND
        return created_at

    def users(self, threads: Integers) -> Integers:
        """The number of each conversation's user; -1 is anonymous."""
        bits = self._users.bits(threads)
        newest = (threads * USERS_PER_THREAD).astype(np.int64)
        is_new = ((threads + 1) * USERS_PER_THREAD).astype(np.int64) > newest
        back = (share(bits, 0) ** 2 * (newest + 1)).astype(np.int64)
        back = np.minimum(back + part(bits, 16, 6), newest)
        users = np.where(is_new, newest, newest - back)
        users[chance(bits, 32, 0.04)] = -1
        return users

    def some_agent(self, bits: Bits, low: int) -> Integers:
        """The number of an agent, from the 16 bits from `low` on; some have more than others."""
        return (share(bits, low) ** 1.7 * self.shape.agents).astype(np.int64)

    def live(self, threads: Integers, days: Integers) -> Lives:
        """The lives of conversations that start on days of given numbers."""
        traits = self._traits.bits(threads)
        closings = self._closings.bits(threads)
        changes = self._changes.bits(threads)
        created_at = self.created_at(threads, days)
        messages = MESSAGE_COUNTS[part(traits, 0, 12)]

        rows = np.repeat(np.arange(len(threads)), messages)
        ends = np.cumsum(messages)
        numbers = np.arange(len(rows)) - np.repeat(ends - messages, messages)
        gaps = self._gaps.bits(message_index(threads[rows], numbers))
        waits = _wait(BETWEEN_MESSAGES, gaps, 0) + part(gaps, 12, 10)
        firsts = ends - messages
        waits[firsts] &= 4095  # the first message comes with the conversation
        reached = np.cumsum(waits)
        waited = reached - np.repeat(reached[firsts] - waits[firsts], messages)
        sent_at = created_at[rows] + waited * MILLISECOND

        is_late = chance(traits, 12, 0.04)
        late_kind = part(traits, 28, 2)
        days_late = 20 + share(traits, 30) * (LONGEST_WAIT_DAYS - 22)
        late_by = (days_late * DAY).astype(np.int64) * MILLISECOND
        # 0: the customer writes again; 1: labels change; 2: it is closed at last; 3: a rating.
        writes_again = is_late & (late_kind == 0) & (messages > 1)
        lasts = ends - 1
        last_sent_at = sent_at[np.where(writes_again, lasts - 1, lasts)]
        sent_at[lasts[writes_again]] += late_by[writes_again]

        closed_at = last_sent_at + _wait(UNTIL_CLOSED, closings, 0) * MILLISECOND
        closed_at[is_late & (late_kind == 2)] += late_by[is_late & (late_kind == 2)]
        closed_at[chance(closings, 12, 0.09) & ~is_late] = NEVER
        reopens = chance(closings, 28, 0.07) & ~is_late & (closed_at < NEVER)
        reopened_at = np.full(len(threads), NEVER)
        reopened_at[reopens] = (
            closed_at[reopens] + _wait(UNTIL_REOPENED, closings, 44)[reopens] * MILLISECOND
        )
        is_followed = writes_again & (closed_at < sent_at[lasts])
        reopened_at[is_followed] = sent_at[lasts][is_followed]
        closes_again = (reopened_at < NEVER) & chance(changes, 0, 0.85)
        closed_again_at = np.full(len(threads), NEVER)
        closed_again_at[closes_again] = (
            reopened_at[closes_again] + _wait(UNTIL_CLOSED, changes, 16)[closes_again] * 1000
        )

        quiet_at = np.maximum(last_sent_at, created_at)
        changed_at = quiet_at + _wait(UNTIL_CHANGED, changes, 28) * MILLISECOND
        changes_labels = chance(traits, 46, 0.08)
        labels_changed_at = np.where(changes_labels, changed_at, NEVER)
        relabels_late = is_late & (late_kind == 1)
        labels_changed_at[relabels_late] = (created_at + late_by)[relabels_late]
        reassigned_at = np.where(chance(changes, 40, 0.05), changed_at + 7_000, NEVER)
        is_spam = part(changes, 56, 8) < 2  # 2 in 256
        deleted_at = np.where(is_spam & ~is_late, changed_at + 3_600_000_000, NEVER)

        labels = self._labels.bits(threads)
        agents = self._agents.bits(threads)
        return Lives(
            threads=threads,
            created_at=created_at,
            messages=messages,
            message_rows=rows,
            message_numbers=numbers,
            sent_at=sent_at,
            closed_at=closed_at,
            reopened_at=reopened_at,
            closed_again_at=closed_again_at,
            labels_changed_at=labels_changed_at,
            reassigned_at=reassigned_at,
            deleted_at=deleted_at,
            is_late=is_late,
            first_label_set=part(labels, 0, 12),
            label_set=part(labels, 12, 12),
            first_agent=self.first_agents(threads),
            agent=self.some_agent(agents, 32),
        )

    def messages_of(self, lives: Lives) -> tuple[Rows, Integers]:
        """Every version of every message, and the day number of its export."""
        rows = np.zeros(len(lives.sent_at), dtype=MESSAGE)
        rows["thread"] = lives.threads[lives.message_rows]
        rows["number"] = lives.message_numbers
        rows["thread_created_at"] = lives.created_at[lives.message_rows]
        rows["sent_at"] = lives.sent_at
        bits = self._edits.bits(message_index(rows["thread"], rows["number"]))
        is_edited = chance(bits, 0, 0.012)
        changed = rows[is_edited]
        bits = bits[is_edited]
        changed["updated_at"] = changed["sent_at"] + _wait(UNTIL_CHANGED, bits, 16) * MILLISECOND
        changed["is_deleted"] = chance(bits, 28, 0.2)
        days = self._day_numbers(rows["sent_at"])
        changed_days = self._day_numbers(changed["updated_at"])
        # A message that changes on the day on which it was sent is exported once, as it ended up.
        is_same_day = changed_days == days[is_edited]
        rows[np.flatnonzero(is_edited)[is_same_day]] = changed[is_same_day]
        return (
            np.concatenate([rows, changed[~is_same_day]]),
            np.concatenate([days, changed_days[~is_same_day]]),
        )

    def versions_of(self, lives: Lives) -> tuple[Rows, Integers]:
        """Each conversation as it stood at the end of every day on which something changed.

        With the day number of the export; a few come a day late, and a few never arrive.
        """
        count = len(lives.threads)
        everyone = np.arange(count)
        changes = (
            lives.created_at,
            lives.closed_at,
            lives.reopened_at,
            lives.closed_again_at,
            lives.labels_changed_at,
            lives.reassigned_at,
            lives.deleted_at,
        )
        rows = np.concatenate([lives.message_rows, *(everyone for _ in changes)])
        instants = np.concatenate([lives.sent_at, *changes])
        has_happened = instants < NEVER
        rows, instants = rows[has_happened], instants[has_happened]
        # By conversation, then by instant: milliseconds since the first of them fit in 40 bits.
        start = int(lives.created_at.min()) if count else 0
        order = np.sort((rows << 40) | (instants - start) // MILLISECOND)
        rows = order >> 40
        instants = start + (order & (2**40 - 1)) * MILLISECOND
        days = self._day_numbers(instants)
        is_last = np.ones(len(rows), dtype=bool)
        is_last[:-1] = (rows[1:] != rows[:-1]) | (days[1:] != days[:-1])
        rows, instants, days = rows[is_last], instants[is_last], days[is_last]

        oddities = self._starts.bits(lives.threads)
        is_delayed = chance(oddities, 24, 0.004)
        never_arrives = chance(oddities, 40, 0.0003)
        versions = self.states(lives, rows, instants)
        arrives = ~never_arrives[rows]
        return versions[arrives], (days + is_delayed[rows])[arrives]

    def states(self, lives: Lives, rows: Integers, instants: Integers) -> Rows:
        """Conversations (by their positions) as they stand at given instants."""
        states = np.zeros(len(rows), dtype=THREAD)
        states["thread"] = lives.threads[rows]
        states["created_at"] = lives.created_at[rows]
        states["updated_at"] = instants
        was_closed = lives.closed_at[rows] <= instants
        was_reopened = lives.reopened_at[rows] <= instants
        closed_again = lives.closed_again_at[rows] <= instants
        is_closed = was_closed & (~was_reopened | closed_again)
        traits = self._changes.bits(states["thread"])
        states["status"] = np.where(is_closed, CLOSED, part(traits, 5, 4) // 5 % 3)
        last_closed_at = np.where(closed_again, lives.closed_again_at[rows], lives.closed_at[rows])
        states["closed_at"] = np.where(is_closed, last_closed_at, NOT_YET)
        states["first_closed_at"] = np.where(was_closed, lives.closed_at[rows], NOT_YET)
        states["reopen_count"] = was_reopened
        is_relabeled = lives.labels_changed_at[rows] <= instants
        states["label_set"] = np.where(
            is_relabeled, lives.label_set[rows], lives.first_label_set[rows]
        )
        is_reassigned = lives.reassigned_at[rows] <= instants
        states["agent"] = np.where(is_reassigned, lives.agent[rows], lives.first_agent[rows])
        is_told = was_closed & ~chance(traits, 9, 0.1)
        states["closer"] = np.where(is_told, lives.first_agent[rows], -1)
        deleted_at = lives.deleted_at[rows]
        states["deleted_at"] = np.where(deleted_at <= instants, deleted_at, NOT_YET)
        return states

    def ratings_of(self, lives: Lives) -> tuple[Rows, Integers]:
        """Every version of every rating, and the day number of its export."""
        bits = self._ratings.bits(lives.threads)
        rates = (lives.closed_at < NEVER) & chance(bits, 0, 0.2717)
        ratings = np.zeros(int(rates.sum()), dtype=RATING)
        bits = bits[rates]
        closed_at = lives.closed_at[rates]
        wait = _wait(UNTIL_RATED, bits, 16)
        is_late = lives.is_late[rates] & chance(bits, 28, 0.5)
        wait = np.where(is_late, wait + 30 * DAY, wait)
        ratings["thread"] = lives.threads[rates]
        ratings["thread_created_at"] = lives.created_at[rates]
        ratings["rated_at"] = closed_at + wait * MILLISECOND
        ratings["agent"] = np.where(chance(bits, 30, 0.3), -1, lives.first_agent[rates])
        ratings["score"] = _scores(bits)
        changes = chance(bits, 44, 0.05)
        changed = ratings[changes]
        changed_bits = bits[changes]
        changed["updated_at"] = (
            changed["rated_at"] + _wait(UNTIL_CHANGED, changed_bits, 4) * MILLISECOND + 1_000
        )
        changed["is_deleted"] = chance(changed_bits, 12, 0.3)
        changed["score"] = 6 - changed["score"]
        everything = np.concatenate([ratings, changed])
        exported_at = np.maximum(everything["rated_at"], everything["updated_at"])
        return everything, self._day_numbers(exported_at)

    def authors(self, thread: Integers, number: Integers) -> Bits:
        """The random bits from which who wrote a message, and what, follows."""
        return self._authors.bits(message_index(thread, number))

    def first_agents(self, threads: Integers) -> Integers:
        """The number of the agent to whom each conversation came first; -1 is nobody."""
        agents = self._agents.bits(threads)
        first_agent = self.some_agent(agents, 0)
        first_agent[chance(agents, 16, 0.06)] = -1
        return first_agent

    def new_label_sets(self, bits: Bits) -> Integers:
        """Label sets for conversations that get other labels."""
        return part(bits, 46, 12)

    def _day_numbers(self, instants: Integers) -> Integers:
        days: Integers = (instants - self.shape.start_of(0)) // DAY_MICROSECONDS
        return days


def message_index(threads: Integers, numbers: Integers) -> Integers:
    """One integer a message: no conversation has more than 256."""
    return (threads.astype(np.int64) << 8) + numbers


def _wait(table: Quantiles, bits: Bits, low: int) -> Integers:
    waits: Integers = table.astype(np.int64)[part(bits, low, 12)]
    return waits


def _scores(bits: Bits) -> Integers:
    steps = np.array([0.07, 0.13, 0.23, 0.48, 1.0]) * 16
    return np.searchsorted(steps, part(bits, 60, 4), side="right") + 1
