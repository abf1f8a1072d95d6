"""Answers are kept as far as their number and their rows allow, the latest longest."""

from __future__ import annotations

import pandas as pd

from orchestration.publishing.kept_answers import KeptAnswers


class Asked:
    """Answers with as many rows as the question says, and counts how often it is asked."""

    def __init__(self) -> None:
        self.questions: list[int] = []

    def __call__(self, rows: int) -> pd.DataFrame:
        self.questions.append(rows)
        return pd.DataFrame({"row": range(rows)})


def test_a_question_that_is_asked_again_is_answered_from_what_is_kept() -> None:
    asked = Asked()
    answers = KeptAnswers(asked)
    assert answers(3) is answers(3)
    assert asked.questions == [3]


def test_the_answers_of_longest_ago_give_way_to_rows() -> None:
    asked = Asked()
    answers = KeptAnswers(asked, most_rows=10)
    for rows in (4, 5, 4, 3, 4, 5):
        answers(rows)
    assert asked.questions == [4, 5, 3, 5]


def test_the_newest_answer_is_kept_whatever_its_size_until_the_next() -> None:
    asked = Asked()
    answers = KeptAnswers(asked, most_rows=10)
    for rows in (4, 11, 11, 4, 11):
        answers(rows)
    assert asked.questions == [4, 11, 4, 11]


def test_no_more_answers_than_a_number_are_kept() -> None:
    asked = Asked()
    answers = KeptAnswers(asked, most_answers=2)
    for rows in (1, 2, 3, 1):
        answers(rows)
    assert asked.questions == [1, 2, 3, 1]
