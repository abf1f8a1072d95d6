"""A history of daily exports, day by day, and the day after it.

What conversations that start on a day bring on later days waits in memory until those days are
written: some weeks' rest and the few changes of months later. The one more day needs no waiting
rows: the lives of the conversations that it touches are told again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from lab.sampling.lives import LONGEST_WAIT_DAYS, Storyteller
from lab.sampling.randomness import Bits, Flags, Integers, Rows, Stream, chance, part, share
from lab.sampling.records import Recorder
from lab.sampling.rows import CLOSED, MESSAGE, NOT_YET, RATING, THREAD, Lives
from lab.sampling.shape import DAY_MICROSECONDS, MESSAGES_PER_THREAD, Shape
from lab.sampling.writing import DayWriter, Written

_RECENT_DAYS = 14
_RECENT_SHARE = 0.55  # conversations of the last days that go on, to each new one
_LATE_SHARE = 0.1  # conversations of up to 22 months ago that change, to each new one
_EXTRA_NUMBER = 200  # numbers of messages that no life has


def write_history(exports: Path, shape: Shape, form: str = "parquet") -> Written:
    """Writes the shape's days as folders of `exports`."""
    writer = DayWriter(exports, form)
    for number, tables in enumerate(_history(shape)):
        writer.write(shape.day(number), tables)
    return writer.written


def write_one_more_day(
    exports: Path, shape: Shape, form: str = "parquet", messages: int | None = None
) -> Written:
    """Writes the day after the shape's history, whether or not the history is there.

    messages: about how many the day has; as many as a mean day of the history unless given. For
    every new conversation there are 0.55 of the last two weeks that go on and 0.1 of up to 22
    months ago that change: written in, reopened, closed, relabeled, rated or deleted.
    """
    writer = DayWriter(exports, form)
    tables = _one_more_day(shape, shape.messages_a_day if messages is None else messages)
    writer.write(shape.day(shape.days), tables)
    return writer.written


class _Waiting:
    """Rows that wait for the day of their export."""

    def __init__(self, days: int, empty: np.dtype[np.void]) -> None:
        self._days = days
        self._empty = empty
        self._rows: dict[int, list[Rows]] = defaultdict(list)

    def add(self, rows: Rows, days: Integers) -> None:
        """Keeps rows until their days; what lies after the history never comes."""
        is_in_history = days < self._days
        rows, days = rows[is_in_history], days[is_in_history]
        if not len(days):
            return
        order = np.argsort(days, kind="stable")
        days = days[order]
        rows = rows[order]
        starts = np.flatnonzero(np.diff(days, prepend=-1))
        for start, end in zip(starts, [*starts[1:], len(days)], strict=True):
            # A copy of its own, so that a late row does not keep all rows of its day in memory.
            self._rows[int(days[start])].append(rows[start:end].copy())

    def take(self, day: int) -> Rows:
        """The rows of a day, once."""
        rows = self._rows.pop(day, None)
        return np.concatenate(rows) if rows else np.zeros(0, dtype=self._empty)


def _history(shape: Shape) -> Iterator[dict[str, pa.Table]]:
    storyteller = Storyteller(shape)
    recorder = Recorder(shape, storyteller)
    threads = _Waiting(shape.days, THREAD)
    messages = _Waiting(shape.days, MESSAGE)
    ratings = _Waiting(shape.days, RATING)
    for day in range(shape.days):
        started = np.arange(shape.first_threads[day], shape.first_threads[day + 1])
        lives = storyteller.live(started, np.full(len(started), day))
        threads.add(*storyteller.versions_of(lives))
        messages.add(*storyteller.messages_of(lives))
        ratings.add(*storyteller.ratings_of(lives))
        yield _tables(recorder, day, threads.take(day), messages.take(day), ratings.take(day))


def _tables(
    recorder: Recorder, day: int, threads: Rows, messages: Rows, ratings: Rows
) -> dict[str, pa.Table]:
    tables = {
        "threads": recorder.threads(threads),
        "messages": recorder.messages(messages),
        "ratings": recorder.ratings(ratings),
    }
    agents = recorder.agents(day)
    return tables if agents is None else {**tables, "agents": agents}


def _one_more_day(shape: Shape, messages: int) -> dict[str, pa.Table]:
    storyteller = Storyteller(shape)
    recorder = Recorder(shape, storyteller)
    day = shape.days
    started = shape.threads + np.arange(max(messages // MESSAGES_PER_THREAD, 1))
    lives = storyteller.live(started, np.full(len(started), day))
    parts = [
        [rows[days == day]]
        for rows, days in (
            storyteller.versions_of(lives),
            storyteller.messages_of(lives),
            storyteller.ratings_of(lives),
        )
    ]
    for rows, part_of in zip(_changes(shape, storyteller, len(started)), parts, strict=True):
        part_of.append(rows)
    threads, sent, ratings = (np.concatenate(rows) for rows in parts)
    return _tables(recorder, day, threads, sent, ratings)


def _changes(shape: Shape, storyteller: Storyteller, started: int) -> tuple[Rows, Rows, Rows]:
    """What the day brings to conversations of the history: versions, messages and ratings."""
    end = shape.start_of(shape.days)
    recent = max(shape.days - _RECENT_DAYS, 0)
    oldest = max(shape.days - LONGEST_WAIT_DAYS, 0)
    goes_on = _some(shape, 1, recent, shape.days, round(started * _RECENT_SHARE))
    changes_late = _some(shape, 2, oldest, recent, round(started * _LATE_SHARE))
    threads = np.concatenate([changes_late, goes_on])
    lives = storyteller.live(threads, shape.days_of(threads))
    rows = np.arange(len(threads))
    states = storyteller.states(lives, rows, np.full(len(threads), end - 1))
    before = storyteller.ratings_of(lives)[0]

    bits = Stream(shape.seed, 110).bits(threads)
    instants = end + (share(bits, 0) * (DAY_MICROSECONDS // 1000)).astype(np.int64) // 2 * 1000
    instants += DAY_MICROSECONDS // 3
    kind = part(bits, 16, 5)  # of 32
    is_open = states["status"] != CLOSED
    is_deleted = kind == 0
    is_relabeled = (kind >= 1) & (kind < 6)
    is_rated = (kind >= 6) & (kind < 11)
    is_written_in = kind >= 11
    changes_state = (kind >= 9) & (kind < 26)

    closes = changes_state & is_open & ~is_deleted
    reopens = changes_state & ~is_open & is_written_in
    states["updated_at"] = instants
    states["status"][reopens] = 0
    states["closed_at"][reopens] = NOT_YET
    states["reopen_count"][reopens] += 1
    states["status"][closes] = CLOSED
    states["closed_at"][closes] = instants[closes]
    states["first_closed_at"] = np.where(
        closes & (states["first_closed_at"] == NOT_YET), instants, states["first_closed_at"]
    )
    states["closer"][closes] = states["agent"][closes]
    states["label_set"] = np.where(
        is_relabeled, storyteller.new_label_sets(bits), states["label_set"]
    )
    states["deleted_at"][is_deleted] = instants[is_deleted]
    # The export of a rating brings no version of its conversation.
    versions = states[~is_rated | closes]

    messages = np.concatenate(
        [
            _written_in(lives.threads, lives.created_at, instants, bits, is_written_in),
            _edited(storyteller, lives, instants, end),
        ]
    )
    return versions, messages, _rated(lives, states, before, instants, bits, is_rated, end)


def _some(shape: Shape, number: int, first_day: int, end_day: int, count: int) -> Integers:
    """Up to `count` conversations that started on the days from first_day to before end_day."""
    low, high = int(shape.first_threads[first_day]), int(shape.first_threads[end_day])
    if high <= low or count < 1:
        return np.zeros(0, dtype=np.int64)
    drawn = Stream(shape.seed, 110 + number).bits(np.arange(count)) % np.uint64(high - low)
    return np.unique(drawn).astype(np.int64) + low


def _written_in(
    threads: Integers, created_at: Integers, instants: Integers, bits: Bits, chosen: Flags
) -> Rows:
    """One to four new messages in the chosen conversations, the last at the given instants."""
    counts = np.where(chosen, 1 + part(bits, 24, 2), 0)
    rows = np.repeat(np.arange(len(threads)), counts)
    numbers = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    messages = np.zeros(len(rows), dtype=MESSAGE)
    messages["thread"] = threads[rows]
    messages["number"] = _EXTRA_NUMBER + numbers
    messages["thread_created_at"] = created_at[rows]
    minutes_before = (counts[rows] - 1 - numbers) * 11
    messages["sent_at"] = instants[rows] - minutes_before * 60_000_000
    return messages


def _edited(storyteller: Storyteller, lives: Lives, instants: Integers, end: int) -> Rows:
    """Later versions of some messages of the history; one in five is deleted."""
    messages, _ = storyteller.messages_of(lives)
    messages = messages[messages["sent_at"] < end]
    bits = storyteller.authors(messages["thread"], messages["number"])
    is_chosen = chance(bits, 44, 0.02)
    messages, bits = messages[is_chosen], bits[is_chosen]
    instant_of = dict(zip(lives.threads.tolist(), instants.tolist(), strict=True))
    messages["updated_at"] = [instant_of[thread] for thread in messages["thread"].tolist()]
    messages["is_deleted"] = chance(bits, 4, 0.2)
    return messages[_firsts(messages["thread"].astype(np.int64) * 256 + messages["number"])]


def _rated(
    lives: Lives,
    states: Rows,
    before: Rows,
    instants: Integers,
    bits: Bits,
    chosen: Flags,
    end: int,
) -> Rows:
    """First ratings of the chosen conversations; one that there is, is changed or taken back."""
    ratings = np.zeros(len(states), dtype=RATING)
    ratings["thread"] = lives.threads
    ratings["thread_created_at"] = lives.created_at
    ratings["rated_at"] = instants
    ratings["agent"] = np.where(chance(bits, 30, 0.3), -1, lives.first_agent)
    ratings["score"] = 1 + part(bits, 46, 8) % 5
    before = before[before["rated_at"] < end]
    before = before[_firsts(before["thread"])]
    places = np.flatnonzero(np.isin(lives.threads, before["thread"]))
    order = np.argsort(lives.threads[places], kind="stable")
    places = places[order]
    before = before[np.argsort(before["thread"], kind="stable")]
    ratings["rated_at"][places] = before["rated_at"]
    ratings["updated_at"][places] = instants[places]
    ratings["is_deleted"][places] = chance(bits[places], 48, 0.4)
    return ratings[chosen]


def _firsts(keys: Integers) -> Integers:
    """The positions of the first of equal keys, ascending."""
    return np.sort(np.unique(keys, return_index=True)[1])
