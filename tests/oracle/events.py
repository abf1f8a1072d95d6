"""What the second edition of exports adds to an inbox: events, teams, priorities, merged threads.

`with_events` takes an inbox and gives its threads teams and priorities, tells some of what happened
to them as events (all of it, a part of it, or other things), and leaves the rest as it was.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from tests.oracle.choosing import PLACES_IN_DAY, Chooser, RandomChooser
from tests.oracle.columns import STATUSES
from tests.oracle.corrections import has_its_times
from tests.oracle.filing import laid_out
from tests.oracle.inbox import ONE_DAY, ExportFile, Inbox, Row, instant_in_day, local_day
from tests.oracle.plans import AGENTS, DELAYS, GAPS, USERS

TEAM_IDS = ("sales", "007", "nights", "team with spaces", "zespół 🙂")
TEAM_NAMES = ("Sales", "Night shift", 'The "A" team', "הצוות")
PRIORITIES = ("high", "low", "1", None)
ACTORS: tuple[tuple[str | None, tuple[str | None, ...]], ...] = (
    ("agent", (*AGENTS[:4], None)),
    ("agent", ("agent of events alone",)),
    ("user", USERS[:3]),
    ("system", (None,)),
    ("bot", ("robot",)),
    (None, (None,)),
)
EVENT_MODES = ("none", "all", "all", "late", "other")

Placed = tuple[date, Row]


def with_events(inbox: Inbox, seed: int) -> Inbox:
    """A copy with thread events, teams, priorities and merged threads, which follow from a seed."""
    chooser = RandomChooser(seed)
    versions: dict[str, list[Row]] = defaultdict(list)
    days: dict[date, tuple[ExportFile, ...]] = {}
    for day, files in inbox.days.items():
        days[day] = tuple(
            with_teams(chooser, file, versions) if file.entity == "threads" else file
            for file in files
        )
    placed: list[Placed] = []
    for number, rows in enumerate(versions.values()):
        placed += thread_events(chooser, f"e{number}", rows, inbox.zone)
    added: dict[date, dict[str, list[Row]]] = {day: defaultdict(list) for day in days}
    for due, row in placed:
        day = next((day for day in days if day >= due), max(days))
        added[day]["thread_events"].append(row)
    for day, row in team_rows(chooser, list(days), inbox.zone):
        added[day]["teams"].append(row)
    for day, rows in added.items():
        for entity, listed in rows.items():
            days[day] += tuple(laid_out(chooser, entity, listed))
    return Inbox(inbox.zone, days)


def with_teams(chooser: Chooser, file: ExportFile, versions: dict[str, list[Row]]) -> ExportFile:
    """A file of threads with their teams and priorities, which now and then change."""
    rows = []
    for row in file.rows:
        if has_its_times("threads", row):
            known = versions[row["thread_id"]]
            before = known[-1] if known else {}
            is_new = not known or chooser.chance(15)
            row = {
                **row,
                "team_id": chooser.pick((*TEAM_IDS, None)) if is_new else before["team_id"],
                "priority": chooser.pick(PRIORITIES) if is_new else before["priority"],
            }
            others = sorted(versions.keys() - {row["thread_id"]})
            if row.get("deleted_at") and others and chooser.chance(40):
                row["merged_into_thread_id"] = chooser.pick(others)
            known.append(row)
        rows.append(row)
    return replace(file, rows=tuple(rows))


def thread_events(chooser: Chooser, prefix: str, versions: list[Row], zone: str) -> list[Placed]:
    """The events of a thread, each with the day from which it is exported."""
    mode = chooser.pick(EVENT_MODES)
    versions = sorted(versions, key=lambda row: row["updated_at"])
    changes: list[tuple[datetime, str, str | None]] = []
    status = "open"
    for row in versions:
        if row["status"] != status:
            status = row["status"]
            changes.append((row.get("closed_at") or row["updated_at"], "status", status))
    if mode == "late":
        changes = changes[len(changes) // 2 :]
    elif mode == "other":
        changes = []
        instant = versions[0]["created_at"]
        for _ in range(chooser.number(1, 5)):
            instant += chooser.pick(GAPS)
            changes.append((instant, "status", chooser.pick((*STATUSES, "closed"))))
    elif mode == "none":
        changes = []
    if chooser.chance(30):
        instant = versions[0]["created_at"] + chooser.pick(GAPS)
        kind, values = chooser.pick(
            (("assignee", AGENTS), ("team", TEAM_IDS), ("priority", PRIORITIES), ("team", (None,)))
        )
        changes.append((instant, kind, chooser.pick(values)))
    placed = []
    for number, (occurred_at, kind, value) in enumerate(changes):
        row = event_row(chooser, f"{prefix}.{number}", versions[0]["thread_id"], occurred_at)
        placed += event_versions(chooser, {**row, "type": kind, "value": value}, zone)
    return placed


def event_row(chooser: Chooser, event_id: str, thread_id: str, occurred_at: datetime) -> Row:
    """An event and who caused it, what it was being told by the caller."""
    actor_type, actors = chooser.pick(ACTORS)
    row: dict[str, Any] = {
        "event_id": event_id,
        "thread_id": thread_id,
        "occurred_at": occurred_at,
        "actor_type": actor_type,
        "actor_id": chooser.pick(actors),
    }
    if chooser.chance(5):
        row["thread_id"] = "a thread that never arrives"
    if chooser.chance(20):
        row["updated_at"] = occurred_at
    return row


def event_versions(chooser: Chooser, row: Row, zone: str) -> list[Placed]:
    """An event and its later versions, with the days from which they are exported."""
    versions = [row]
    for _ in range(chooser.pick((0, 0, 0, 0, 1, 2))):
        updated_at = (row.get("updated_at") or row["occurred_at"]) + chooser.pick(GAPS)
        row = {**row, "updated_at": updated_at}
        kind = chooser.pick(("value", "occurred_at", "delete", "restore"))
        if kind == "value" and row["type"] == "status":
            row["value"] = chooser.pick(STATUSES)
        elif kind == "occurred_at":
            row["occurred_at"] += chooser.pick(GAPS)
        else:
            row["deleted_at"] = updated_at if kind == "delete" else None
        versions.append(row)
    return [
        (
            local_day(version.get("updated_at") or version["occurred_at"], zone)
            + chooser.pick(DELAYS) * ONE_DAY,
            version,
        )
        for version in versions
    ]


def team_rows(chooser: Chooser, days: list[date], zone: str) -> list[Placed]:
    """Records of most teams, some renamed, at places of a day at which they may tie."""
    placed = []
    for team_id in (*TEAM_IDS, "of no thread"):
        for _ in range(chooser.pick((0, 1, 1, 2))):
            day = chooser.pick(days)
            row = {
                "team_id": team_id,
                "name": chooser.pick(TEAM_NAMES),
                "updated_at": instant_in_day(day, chooser.pick(PLACES_IN_DAY[:3]), zone),
            }
            placed.append((day, row))
    return placed


def without_days(inbox: Inbox, seed: int) -> Inbox:
    """A copy that lacks some days between its first and its last."""
    chooser = RandomChooser(seed)
    days = list(inbox.days)
    kept = {day for day in days if not chooser.chance(25)} | {days[0], days[-1]}
    return replace(inbox, days={day: inbox.days[day] for day in days if day in kept})
