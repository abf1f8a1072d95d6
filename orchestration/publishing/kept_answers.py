"""Answers of a publication that are kept, so that asking again costs nothing."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

import pandas as pd

# Most answers are a few hundred rows; the threads behind a number may be a million.
MOST_ANSWERS = 256
MOST_ROWS = 200_000


class KeptAnswers:
    """Asks once for each question, and keeps the latest answers as far as their rows allow.

    May be used by several threads at once. What is kept is shared and must not be changed.
    """

    def __init__(
        self,
        ask: Callable[..., pd.DataFrame],
        most_answers: int = MOST_ANSWERS,
        most_rows: int = MOST_ROWS,
    ) -> None:
        """ask: answers a question. most_rows: of all answers that are kept."""
        self._ask = ask
        self._most_answers, self._most_rows = most_answers, most_rows
        self._kept: OrderedDict[tuple[Hashable, ...], pd.DataFrame] = OrderedDict()
        self._rows = 0
        self._lock = threading.Lock()

    def __call__(self, *question: Hashable) -> pd.DataFrame:
        """The answer, as it is kept or anew."""
        with self._lock:
            if question in self._kept:
                self._kept.move_to_end(question)
                return self._kept[question]
        answer = self._ask(*question)
        with self._lock:
            self._keep(question, answer)
        return answer

    def _keep(self, question: tuple[Hashable, ...], answer: pd.DataFrame) -> None:
        if question in self._kept:
            return
        self._kept[question] = answer
        self._rows += len(answer)
        # The newest stays whatever its size: a page asks for it at each change.
        while len(self._kept) > 1 and (
            len(self._kept) > self._most_answers or self._rows > self._most_rows
        ):
            self._rows -= len(self._kept.popitem(last=False)[1])
