"""How large a sample inbox is, and how its conversations spread over days.

Shape: 8 messages a conversation, customers two in five conversations, tens to hundreds of agents
(40 at a million messages, growing with the square root, from 10 to 400). The volume grows by two
thirds over the history and is low at weekends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

import numpy as np

from lab.sampling.randomness import Integers

MESSAGES_PER_THREAD = 8
USERS_PER_THREAD = 0.4
DAY_MICROSECONDS = 86_400_000_000

_WEEKDAY_WEIGHTS = (1.15, 1.2, 1.15, 1.1, 1.05, 0.7, 0.65)  # from Monday
_GROWTH = 2 / 3


@dataclass(frozen=True)
class Shape:
    """messages: about how many the history has. days: export days of the history, from first_day.

    ids: `timed` begin with the time of their record, as many help desks' do; `random` are like
    random UUIDs.
    """

    messages: int = 1_000_000
    days: int = 1096
    seed: int = 1
    first_day: date = date(2022, 1, 1)
    ids: Literal["timed", "random"] = "timed"
    agents: int = field(default=0)

    def __post_init__(self) -> None:
        if self.messages < 1 or self.days < 1:
            raise ValueError("A sample needs at least one message and one day")
        if not self.agents:
            agents = round(40 * (self.messages / 1_000_000) ** 0.5)
            object.__setattr__(self, "agents", min(max(agents, 10), 400))

    @property
    def threads(self) -> int:
        """Conversations that the history starts."""
        return max(self.messages // MESSAGES_PER_THREAD, 1)

    @property
    def messages_a_day(self) -> int:
        """The mean number of messages of a day of the history."""
        return max(self.messages // self.days, 1)

    @cached_property
    def first_threads(self) -> Integers:
        """The number of the first conversation of each day, and after the last day their count."""
        weekday = (np.arange(self.days) + self.first_day.weekday()) % 7
        growth = 1 + _GROWTH * np.arange(self.days) / self.days
        weights = np.array(_WEEKDAY_WEIGHTS)[weekday] * growth
        reached = np.concatenate([[0.0], np.cumsum(weights)]) / weights.sum()
        first_threads: Integers = np.rint(reached * self.threads).astype(np.int64)
        return first_threads

    def day(self, number: int) -> date:
        """The export day of a number; `days` is the one more day."""
        return self.first_day + timedelta(days=number)

    def start_of(self, number: int) -> int:
        """The first instant of a day, in microseconds since 1970 (UTC)."""
        return (self.day(number) - date(1970, 1, 1)).days * DAY_MICROSECONDS

    def days_of(self, threads: Integers) -> Integers:
        """The numbers of the days on which conversations are started."""
        days = np.searchsorted(self.first_threads, threads, side="right") - 1
        days_within: Integers = np.minimum(days, self.days)
        return days_within
