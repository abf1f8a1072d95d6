"""What each column of an export may hold, and a row as it is written made into a record.

Every value is first brought to text (or a list of texts), then checked, so that one rule serves all
three formats. Files and which record stands belong in `read`.
"""

import json
import math
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pandas as pd

ENTITIES = ("threads", "messages", "ratings", "agents", "thread_events", "teams")
IDENTIFIER_LENGTH = 512
STATUSES = ("open", "pending", "snoozed", "closed")
AUTHOR_TYPES = ("user", "agent", "bot", "system")
EVENT_TYPES = ("status", "assignee", "team", "priority")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TRUE_TEXTS = ("true", "t", "yes", "y", "1")
FALSE_TEXTS = ("false", "f", "no", "n", "0")

TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}"
    r"(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?"
)
WHOLE_WITH_FRACTION = re.compile(r"(-?[0-9]+)\.0+")
WHOLE_NUMBER = re.compile(r"([+-]?\d+)(?:\.0+)?")

# What each column holds: its kind, and whether a row without it is bad.
COLUMNS: dict[str, dict[str, tuple[str, bool]]] = {
    "threads": {
        "thread_id": ("identifier", True),
        "created_at": ("time", True),
        "updated_at": ("time", True),
        "status": ("status", True),
        "user_id": ("identifier", False),
        "channel": ("text", False),
        "assigned_agent_id": ("identifier", False),
        "closed_at": ("time", False),
        "first_closed_at": ("time", False),
        "closed_by_agent_id": ("identifier", False),
        "reopen_count": ("count", False),
        "labels": ("labels", False),
        "deleted_at": ("time", False),
        "team_id": ("identifier", False),
        "priority": ("text", False),
        "merged_into_thread_id": ("identifier", False),
    },
    "messages": {
        "message_id": ("identifier", True),
        "thread_id": ("identifier", True),
        "sent_at": ("time", True),
        "author_type": ("author_type", True),
        "author_id": ("identifier", False),
        "is_private": ("boolean", False),
        "body": ("text", False),
        "body_length": ("count", False),
        "updated_at": ("time", False),
        "deleted_at": ("time", False),
    },
    "ratings": {
        "rating_id": ("identifier", True),
        "thread_id": ("identifier", True),
        "rated_at": ("time", True),
        "score": ("score", True),
        "agent_id": ("identifier", False),
        "updated_at": ("time", False),
        "deleted_at": ("time", False),
    },
    "agents": {
        "agent_id": ("identifier", True),
        "name": ("text", True),
        "team": ("text", False),
        "is_active": ("boolean", False),
        "updated_at": ("time", True),
    },
    "thread_events": {
        "event_id": ("identifier", True),
        "thread_id": ("identifier", True),
        "occurred_at": ("time", True),
        "type": ("event_type", True),
        "value": ("identifier", False),
        "actor_type": ("author_type", False),
        "actor_id": ("identifier", False),
        "updated_at": ("time", False),
        "deleted_at": ("time", False),
    },
    "teams": {
        "team_id": ("identifier", True),
        "name": ("text", True),
        "updated_at": ("time", True),
    },
}
KEYS = {
    "threads": "thread_id",
    "messages": "message_id",
    "ratings": "rating_id",
    "agents": "agent_id",
    "thread_events": "event_id",
    "teams": "team_id",
}


class BadRowError(ValueError):
    """A row that goes to quarantine, with the column at fault."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}")
        self.column = column
        self.reason = reason


def parse_row(entity: str, raw: dict[str, Any]) -> dict[str, Any]:
    """A row as written to a record with every column of its entity, or BadRowError."""
    if "" in raw and not any(column in raw for column in COLUMNS[entity]):
        raise BadRowError("", raw[""])
    record = {
        column: parse_value(column, kind, required, raw.get(column))
        for column, (kind, required) in COLUMNS[entity].items()
    }
    if record.get("deleted_at") == EPOCH:
        raise BadRowError("deleted_at", "the time that programs write for none")
    if entity == "threads":
        if record["status"] == "closed" and record["closed_at"] is None:
            raise BadRowError("closed_at", "missing for a closed thread")
        if record["status"] == "closed" and record["closed_at"] == EPOCH:
            raise BadRowError("closed_at", "the time that programs write for none")
        if record["first_closed_at"] == EPOCH:
            record["first_closed_at"] = None
        if record["status"] != "closed":
            record["closed_at"] = None
        record["channel"] = record["channel"] or "unknown"
        record["reopen_count"] = record["reopen_count"] or 0
    if entity == "messages":
        record["is_private"] = bool(record["is_private"])
        body = record.pop("body")
        if record["body_length"] is None and body is not None:
            record["body_length"] = len(body)
        record["updated_at"] = record["updated_at"] or record["sent_at"]
    if entity == "ratings":
        record["updated_at"] = record["updated_at"] or record["rated_at"]
    if entity == "agents":
        record["is_active"] = record["is_active"] is not False
    if entity == "thread_events":
        if record["type"] == "status" and record["value"] not in STATUSES:
            raise BadRowError("value", "no status")
        record["updated_at"] = record["updated_at"] or record["occurred_at"]
    return record


def parse_value(column: str, kind: str, required: bool, raw: Any) -> Any:
    """One value by its kind; empty text is null, and a null that is required is bad."""
    if kind == "labels":
        items = raw if isinstance(raw, list) else [raw]
        texts = [text for text in map(as_text, items) if text is not None]
        return tuple(dict.fromkeys(texts))
    text = as_text(raw)
    if text is None:
        if required:
            raise BadRowError(column, "missing")
        return None
    if kind == "identifier":
        return parse_identifier(column, text)
    if kind == "time":
        return parse_time(column, text)
    if kind in ("count", "score"):
        match = WHOLE_NUMBER.fullmatch(text)
        if match is None:
            raise BadRowError(column, "not a whole number")
        number = int(match[1])
        if number < 0 or (kind == "score" and not 1 <= number <= 5):
            raise BadRowError(column, "out of range")
        return number
    if kind == "boolean":
        if text.lower() not in TRUE_TEXTS + FALSE_TEXTS:
            raise BadRowError(column, "not a boolean")
        return text.lower() in TRUE_TEXTS
    if kind == "status" and text not in STATUSES:
        raise BadRowError(column, "unknown status")
    if kind == "author_type" and text not in AUTHOR_TYPES:
        raise BadRowError(column, "unknown author_type")
    if kind == "event_type" and text not in EVENT_TYPES:
        raise BadRowError(column, "unknown type of event")
    return text


def parse_identifier(column: str, text: str) -> str:
    """An identifier; a whole number that some program gave a fraction is the whole number."""
    match = WHOLE_WITH_FRACTION.fullmatch(text)
    if match is not None:
        is_zero = set(match[1]) <= set("-0")
        text = match[1].removeprefix("-") if is_zero else match[1]
    if len(text) > IDENTIFIER_LENGTH:
        raise BadRowError(column, f"longer than {IDENTIFIER_LENGTH} characters")
    return text


def parse_time(column: str, text: str) -> datetime:
    """An ISO 8601 time as an instant in UTC; without an offset it is UTC already."""
    if TIME.fullmatch(text) is None:
        raise BadRowError(column, "not a time")
    try:
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadRowError(column, "not a time") from error


def as_text(raw: Any) -> str | None:
    """A value of any format as the text a CSV would hold; null and empty text are None."""
    if raw is None or raw == "" or raw is pd.NaT:
        return None
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, float):
        if math.isnan(raw):
            return None
        return str(int(raw)) if raw.is_integer() else repr(raw)
    if isinstance(raw, Decimal):
        return format(raw, "f")
    if isinstance(raw, datetime):
        return raw.isoformat()
    if isinstance(raw, list | dict):
        return json.dumps(raw, ensure_ascii=False)
    return str(raw)
