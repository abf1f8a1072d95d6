"""Days that are delivered anew, and rows that are bad."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from tests.oracle.choosing import HOUR, Chooser, RandomChooser
from tests.oracle.columns import COLUMNS
from tests.oracle.filing import laid_out_day
from tests.oracle.inbox import LAYOUTS, ONE_DAY, Inbox, Row, instant_in_day
from tests.oracle.plans import AGENTS, USERS


def corrected(inbox: Inbox, day: date, seed: int) -> Inbox:
    """A copy in which one day was rewritten: rows changed, left out or added, in other files.

    Versions stay as they were, as an exporter that mends a day would leave them.
    """
    chooser = RandomChooser(seed)
    rows: dict[str, list[Row]] = defaultdict(list)
    for file in inbox.days[day]:
        for row in file.rows:
            action = chooser.pick(("change", "keep", "keep", "leave out"))
            if action == "change" and has_its_times(file.entity, row):
                rows[file.entity].append(corrected_row(chooser, file.entity, row))
            elif action != "leave out":
                rows[file.entity].append(row)
    if chooser.chance(50):
        created_at = instant_in_day(day, chooser.place_in_day(), inbox.zone)
        rows["threads"].append(
            {
                "thread_id": f"added on {day}",
                "created_at": created_at,
                "updated_at": created_at,
                "status": "open",
                "user_id": chooser.pick(USERS),
            }
        )
    return inbox.with_day(day, laid_out_day(chooser.number(0, LAYOUTS), rows))


def has_its_times(entity: str, row: Row) -> bool:
    """Whether every time that a row needs is one (it is not in some bad rows)."""
    return all(
        isinstance(row.get(column), datetime)
        for column, (kind, required) in COLUMNS[entity].items()
        if kind == "time" and required
    )


def corrected_row(chooser: Chooser, entity: str, row: Row) -> Row:
    """A row with one value told otherwise, its key and version kept."""
    if entity == "threads":
        return {
            **row,
            **chooser.pick(
                (
                    {"labels": ("corrected",)},
                    {"labels": None},
                    {"assigned_agent_id": chooser.pick(AGENTS)},
                    {"user_id": chooser.pick(USERS)},
                    {"status": "closed", "closed_at": row["updated_at"]},
                    {"status": "open"},
                    {"deleted_at": row["updated_at"]},
                    {"created_at": row["created_at"] - ONE_DAY},
                )
            ),
        }
    if entity == "messages":
        version = row.get("updated_at") or row["sent_at"]
        return {
            **row,
            "updated_at": version,
            **chooser.pick(
                (
                    {"is_private": not row.get("is_private")},
                    {"author_type": "user", "author_id": chooser.pick(USERS)},
                    {"author_type": "agent", "author_id": chooser.pick(AGENTS)},
                    {"sent_at": row["sent_at"] - HOUR},
                    {"deleted_at": version},
                )
            ),
        }
    if entity == "ratings":
        return {**row, "score": 6 - row["score"]}
    if entity == "thread_events":
        version = row.get("updated_at") or row["occurred_at"]
        change = chooser.pick(
            (
                {"occurred_at": row["occurred_at"] - HOUR},
                {"actor_type": "agent", "actor_id": chooser.pick(AGENTS)},
                {"type": "status", "value": "closed"},
                {"deleted_at": version},
            )
        )
        return {**row, "updated_at": version, **change}
    return {**row, "name": "Corrected"}


# For each entity: a column and a value that makes a row bad.
# No words: where a time is all that a file's rows could be told by, those are taken for the rest of
# a text that broke out of its cell, and what follows is set aside with them.
NO_TIME = "2024-02-30T12:00:00Z"
BAD_VALUES: dict[str, tuple[tuple[str, Any], ...]] = {
    "threads": (
        ("thread_id", None),
        ("created_at", "yesterday"),
        ("updated_at", None),
        ("status", "solved"),
        ("reopen_count", -1),
        ("user_id", "u" * 513),
        ("closed_at", "2024-13-01T00:00:00Z"),
    ),
    "messages": (
        ("message_id", None),
        ("thread_id", None),
        ("sent_at", "2024-02-30T12:00:00Z"),
        ("author_type", "robot"),
        ("body_length", -5),
        ("author_id", "🙂" * 513),
    ),
    "ratings": (("score", 0), ("score", 7), ("rated_at", None), ("rating_id", None)),
    "agents": (("name", None), ("agent_id", None), ("updated_at", NO_TIME)),
    "thread_events": (
        ("event_id", None),
        ("thread_id", None),
        ("occurred_at", "2024-02-30T12:00:00Z"),
        ("type", "colour"),
        ("actor_type", "robot"),
    ),
    "teams": (("name", None), ("team_id", None), ("updated_at", NO_TIME)),
}
VERSION_COLUMNS = ("updated_at", "sent_at", "rated_at", "occurred_at")


def with_bad_rows(inbox: Inbox, seed: int) -> tuple[Inbox, int]:
    """A copy with a bad row in some of its files, and how many they are.

    A bad row is a later version of a good one with one value spoiled, so it shows if it is let in.
    """
    chooser = RandomChooser(seed)
    count = 0
    for day, files in inbox.days.items():
        spoiled = []
        for file in files:
            if file.rows and chooser.chance(30):
                row = chooser.pick(file.rows)
                version = next(row[name] for name in VERSION_COLUMNS if row.get(name))
                column, value = chooser.pick(BAD_VALUES[file.entity])
                bad = {**row, "updated_at": version + ONE_DAY, column: value}
                if column == "body_length":
                    bad.pop("body", None)  # beside a text the length is not read
                place = chooser.number(0, len(file.rows))
                file = replace(file, rows=(*file.rows[:place], bad, *file.rows[place:]))
                count += 1
            spoiled.append(file)
        inbox = inbox.with_day(day, spoiled)
    return inbox, count
