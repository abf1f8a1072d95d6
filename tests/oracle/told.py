"""Small conversations told in words, and what the oracle makes of them."""

from datetime import date
from pathlib import Path
from typing import Any

from tests.oracle.by_hand import DAY, event, message, records_of, row_of, thread
from tests.oracle.clock import Opening, Schedule
from tests.oracle.inbox import Row
from tests.oracle.metrics import Report
from tests.oracle.zones import zone_of

NINE = "2024-03-04T09:00:00"
NINE_TO_SIX = {day: [Opening(9 * 60, 18 * 60)] for day in range(1, 6)}
WORKDAYS = {"default": Schedule(zone_of("UTC"), {date.min: NINE_TO_SIX})}


def time(text: str) -> str:
    """A time of Monday 4 March 2024, or of the day that is told."""
    return text if "T" in text else f"2024-03-04T{text}"


def talk(*told: str) -> list[Row]:
    """Messages of thread t, each told as its author and its time."""
    messages = []
    for number, words in enumerate(told):
        author, text = words.split()
        values: dict[str, Any] = {"is_private": True} if author == "note" else {}
        author_type = "agent" if author == "note" else author
        author_id = {"user": "u", "agent": "a"}.get(author_type)
        messages.append(message(f"t.{number}", time(text), author_type, author_id, **values))
    return messages


def statuses(*told: str, **values: Any) -> list[Row]:
    """Status events of thread t, each told as its status and its time."""
    pairs = [words.split() for words in told]
    return [
        event(f"t.{number}", time(text), status, **values)
        for number, (status, text) in enumerate(pairs)
    ]


class Told:
    """The report of one thread with some messages, events and versions."""

    def __init__(
        self,
        folder: Path,
        *messages: str,
        events: list[Row] | None = None,
        versions: list[Row] | None = None,
        schedules: dict[str, Schedule] | None = None,
    ) -> None:
        rows = versions or [thread("t", NINE, assigned_agent_id="holder")]
        records = records_of(folder, rows, talk(*messages), thread_events=events or [])
        self.report = Report(records, schedules=schedules)

    def durations(self, measure: str = "reply") -> list[dict[str, Any]]:
        return [row for row in self.report.durations if row["measure"] == measure]

    def seconds(self, measure: str = "reply") -> list[float | None]:
        return [row["seconds"] for row in self.durations(measure)]

    def closings(self) -> list[str]:
        closings = self.report.closings["t"]
        return [closing.closed_at.strftime("%H:%M") for closing in closings]

    def number(self, name: str) -> Any:
        """A number of the inbox on the Monday of all that is told."""
        return row_of(self.report.mart_inbox("daily"), period_start_date=DAY)[name]
