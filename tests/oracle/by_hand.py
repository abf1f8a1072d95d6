"""Rows of exports written by hand, for tests of cases small enough to be worked out by hand."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from tests.oracle.coverage import Coverage
from tests.oracle.inbox import ExportFile, Inbox, Row
from tests.oracle.periods import ONE_DAY
from tests.oracle.read import Records, read_exports
from tests.oracle.writing import write_inbox

DAY = date(2024, 3, 4)


def at(text: str) -> datetime:
    """An instant in UTC from ISO 8601 without an offset."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def thread(thread_id: str, created_at: str, **values: Any) -> Row:
    """A thread, open unless it has a closed_at."""
    row: Row = {"thread_id": thread_id, "created_at": at(created_at), "status": "open", **values}
    if "closed_at" in values:
        row["closed_at"] = at(values["closed_at"])
        row["status"] = values.get("status", "closed")
    return {"updated_at": row["created_at"], **row}


def message(
    message_id: str, sent_at: str, author_type: str, author_id: str | None = None, **values: Any
) -> Row:
    """A message of the thread that its identifier begins with (up to a dot)."""
    return {
        "message_id": message_id,
        "thread_id": message_id.partition(".")[0],
        "sent_at": at(sent_at),
        "author_type": author_type,
        "author_id": author_id,
        **values,
    }


def rating(rating_id: str, rated_at: str, score: int, **values: Any) -> Row:
    """A rating of the thread that its identifier begins with (up to a dot)."""
    thread_id = rating_id.partition(".")[0]
    row = {"rating_id": rating_id, "thread_id": thread_id, "rated_at": at(rated_at)}
    return {**row, "score": score, **values}


def event(event_id: str, occurred_at: str, value: str | None, **values: Any) -> Row:
    """A status event of the thread that its identifier begins with (up to a dot)."""
    return {
        "event_id": event_id,
        "thread_id": event_id.partition(".")[0],
        "occurred_at": at(occurred_at),
        "type": "status",
        "value": value,
        **values,
    }


def records_of(
    folder: Path,
    threads: Sequence[Row] = (),
    messages: Sequence[Row] = (),
    ratings: Sequence[Row] = (),
    agents: Sequence[Row] = (),
    thread_events: Sequence[Row] = (),
    teams: Sequence[Row] = (),
    day: date = DAY,
) -> Records:
    """The records that stand of rows that are all exported on one day."""
    rows = {
        "threads": threads,
        "messages": messages,
        "ratings": ratings,
        "agents": agents,
        "thread_events": thread_events,
        "teams": teams,
    }
    files = [
        ExportFile(f"{entity}.jsonl", entity, "jsonl", tuple(listed))
        for entity, listed in rows.items()
    ]
    write_inbox(Inbox("UTC", {day: tuple(files)}), folder)
    return read_exports(folder)


def delivered(first_day: date, last_day: date) -> Coverage:
    """Every day of a range, all of them loaded."""
    length = (last_day - first_day).days + 1
    return Coverage(tuple(first_day + number * ONE_DAY for number in range(length)))


def row_of(table: pd.DataFrame, **keys: Any) -> dict[str, Any]:
    """The one row of a table with some values."""
    found = [
        row
        for row in table.to_dict("records")
        if all(row[column] == value for column, value in keys.items())
    ]
    assert len(found) == 1, f"{len(found)} rows for {keys}"
    return {str(column): value for column, value in found[0].items()}
