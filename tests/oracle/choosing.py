"""Where the choices of an inbox come from: a seed, or Hypothesis."""

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.oracle.inbox import MICROSECOND

Value = TypeVar("Value")

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
# Microseconds into a day; -1 is its last one. Clocks change within the first hours.
PLACES_IN_DAY = tuple(
    int(place / MICROSECOND)
    for place in (
        12 * HOUR,
        0 * HOUR,
        -MICROSECOND,
        0.5 * HOUR,
        1 * HOUR,
        1.5 * HOUR,
        2 * HOUR,
        2.5 * HOUR,
        3 * HOUR,
        9 * HOUR + timedelta(microseconds=123_456),
        17 * HOUR + timedelta(milliseconds=900),
        22.5 * HOUR,
        23.5 * HOUR,
    )
)


class Chooser(ABC):
    """Where the choices of an inbox come from; the first option is the plainest."""

    @abstractmethod
    def number(self, low: int, high: int) -> int:
        """A whole number, both ends included."""

    @abstractmethod
    def pick(self, options: Sequence[Value]) -> Value:
        """One of some options."""

    @abstractmethod
    def chance(self, percent: int) -> bool:
        """True so many times in a hundred."""

    @abstractmethod
    def place_in_day(self) -> int:
        """Microseconds into a day, or -1 for its last one."""

    @abstractmethod
    def several(self, make: Callable[["Chooser"], Value], most: int, least: int = 0) -> list[Value]:
        """A list of things made one after the other."""


class RandomChooser(Chooser):
    """Choices that follow from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def number(self, low: int, high: int) -> int:
        """Pick a whole number, each as likely as the other."""
        return self.random.randint(low, high)

    def pick(self, options: Sequence[Value]) -> Value:
        """Pick an option, each as likely as the other."""
        return self.random.choice(options)

    def chance(self, percent: int) -> bool:
        """Be true so many times in a hundred."""
        return self.random.randrange(100) < percent

    def place_in_day(self) -> int:
        """Pick a telling place half of the time, else any."""
        return self.pick(PLACES_IN_DAY) if self.chance(50) else self.number(0, 86_399_999_999)

    def several(self, make: Callable[[Chooser], Value], most: int, least: int = 0) -> list[Value]:
        """Make a list, short ones likelier than long ones."""
        extra = int(self.random.expovariate(3 / (most - least))) if most > least else 0
        return [make(self) for _ in range(min(most, least + extra))]


class DrawnChooser(Chooser):
    """Choices that Hypothesis draws, and shrinks towards the plainest.

    Strategies are kept: to make and check one anew costs more than to draw from it.
    """

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw = draw

    def number(self, low: int, high: int) -> int:
        """Draw a whole number."""
        return int(self.draw(_numbers(low, high)))

    def pick(self, options: Sequence[Value]) -> Value:
        """Draw an option; the first is the plainest."""
        return options[self.number(0, len(options) - 1)]

    def chance(self, percent: int) -> bool:
        """Draw a boolean; false is the plainest."""
        return self.number(0, 99) >= 100 - percent

    def place_in_day(self) -> int:
        """Draw a telling place; noon is the plainest."""
        return self.pick(PLACES_IN_DAY)

    def several(self, make: Callable[[Chooser], Value], most: int, least: int = 0) -> list[Value]:
        """Draw what fills each of so many places, or that it is empty.

        Any place can be emptied in one step of shrinking, which is not so for the parts of a list
        of large things.
        """
        filled = [make(self) for _ in range(least)]
        places = [self.draw(_place(make)) for _ in range(most - least)]
        return filled + [value for (value,) in filter(None, places)]


@cache
def _numbers(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high)


@cache
def _place(make: Callable[[Chooser], Value]) -> st.SearchStrategy[tuple[Value] | None]:
    @st.composite
    def place(draw: Callable[[st.SearchStrategy[Any]], Any]) -> tuple[Value] | None:
        chooser = DrawnChooser(draw)
        return (make(chooser),) if chooser.chance(45) else None

    return place()
