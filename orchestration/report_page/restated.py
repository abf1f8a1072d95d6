"""What of the shown numbers has moved since it was first published, in words."""

from __future__ import annotations

from datetime import date

from orchestration.publishing.presentation import describe_move
from orchestration.report_page.answers import Answers


def restated_in_words(answers: Answers) -> dict[tuple[date, str], str]:
    """By period and number: what it was as first published, and how many threads moved it.

    Numbers of filtered threads are never published, and cannot have moved.
    """
    view = answers.view
    if view.filters:
        return {}
    moves = answers.report.moves(view.grain, view.first_date, view.last_date, answers.agent_id)
    return {
        (row["period_start_date"].date(), row["number"]): describe_move(
            row["number"], row["first_value"], row["first_as_of_date"].date(), int(row["threads"])
        )
        for row in moves.to_dict("records")
    }
