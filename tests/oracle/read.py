"""Exports to the records that stand, written for clarity and not for speed.

A folder `<exports>/<YYYY-MM-DD>/<entity>[.<part>].<csv|jsonl|parquet>[.gz|.zst]` is read file by
file and row by row. Every value is first brought to text (or a list of texts), then checked, so
that one rule serves all three formats. For each key the record of the latest version stands; a
tombstone that stands takes its record away. Counting belongs in `metrics`.
"""

import csv
import gzip
import io
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

ENTITIES = ("threads", "messages", "ratings", "agents")
IDENTIFIER_LENGTH = 512
STATUSES = ("open", "pending", "snoozed", "closed")
AUTHOR_TYPES = ("user", "agent", "bot", "system")
TRUE_TEXTS = ("true", "t", "yes", "y", "1")
FALSE_TEXTS = ("false", "f", "no", "n", "0")

FILE_NAME = re.compile(
    r"(?P<entity>threads|messages|ratings|agents)(?:\.(?P<part>.+))?"
    r"\.(?P<format>csv|jsonl|parquet)(?:\.(?P<compression>gz|zst))?"
)
DAY_NAME = re.compile(r"\d{4}-\d{2}-\d{2}")
TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}"
    r"(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?"
)
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
}
KEYS = {
    "threads": "thread_id",
    "messages": "message_id",
    "ratings": "rating_id",
    "agents": "agent_id",
}
STANDING_COLUMNS = {
    "threads": [
        "thread_id",
        "created_at",
        "updated_at",
        "status",
        "user_id",
        "channel",
        "assigned_agent_id",
        "closed_at",
        "first_closed_at",
        "closed_by_agent_id",
        "reopen_count",
        "labels",
    ],
    "messages": [
        "message_id",
        "thread_id",
        "sent_at",
        "author_type",
        "author_id",
        "is_private",
        "body_length",
        "updated_at",
    ],
    "ratings": ["rating_id", "thread_id", "rated_at", "score", "agent_id", "updated_at"],
    "agents": ["agent_id", "name", "team", "is_active", "updated_at"],
}


class BadFileError(ValueError):
    """A file that cannot be read as what its name says; its whole day fails."""


class BadRowError(ValueError):
    """A row that goes to quarantine, with the column at fault."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}")
        self.column = column
        self.reason = reason


@dataclass(frozen=True)
class Records:
    """The records that stand, and what was left out.

    In every frame the columns are of dtype object, a null is None, times are aware datetimes in
    UTC, labels are tuples of texts.

    threads: thread_id, created_at, updated_at, status, user_id, channel ('unknown' if null),
        assigned_agent_id, closed_at (null unless closed), first_closed_at, closed_by_agent_id,
        reopen_count, labels.
    messages: message_id, thread_id, sent_at, author_type, author_id, is_private, body_length
        (characters), updated_at (`sent_at` if null).
    ratings: rating_id, thread_id, rated_at, score (1 to 5), agent_id, updated_at (`rated_at` if
        null).
    agents: agent_id, name, team, is_active, updated_at.
    rejected: one row a bad row: entity, export_day, file_name, row_number (from 1), column, reason.
    row_counts: rows read by entity, bad ones included.
    as_of_date: the last export day that has a folder; null where there is none.
    """

    threads: pd.DataFrame
    messages: pd.DataFrame
    ratings: pd.DataFrame
    agents: pd.DataFrame
    rejected: pd.DataFrame
    row_counts: dict[str, int]
    as_of_date: date | None


def export_days(folder: Path) -> list[date]:
    """The export days that have arrived, that is, have a folder; in order."""
    days = []
    for path in folder.iterdir():
        if path.is_dir() and DAY_NAME.fullmatch(path.name):
            try:
                days.append(date.fromisoformat(path.name))
            except ValueError:
                continue
    return sorted(days)


def read_exports(folder: Path) -> Records:
    """Read every export under a folder and keep the records that stand."""
    days = export_days(folder)
    standing: dict[str, dict[str, tuple[tuple[Any, ...], dict[str, Any]]]] = {
        entity: {} for entity in ENTITIES
    }
    rejected: list[dict[str, Any]] = []
    row_counts = dict.fromkeys(ENTITIES, 0)
    for day in days:
        for path in sorted((folder / day.isoformat()).iterdir()):
            match = FILE_NAME.fullmatch(path.name)
            if match is None or not path.is_file():
                continue
            entity = match["entity"]
            rows = read_rows(path, entity, match["format"], match["compression"])
            for row_number, raw in enumerate(rows, start=1):
                row_counts[entity] += 1
                try:
                    record = parse_row(entity, raw)
                except BadRowError as error:
                    rejected.append(
                        {
                            "entity": entity,
                            "export_day": day,
                            "file_name": path.name,
                            "row_number": row_number,
                            "column": error.column,
                            "reason": error.reason,
                        }
                    )
                    continue
                key = record[KEYS[entity]]
                order = (record["updated_at"], day, path.name, row_number)
                if key not in standing[entity] or standing[entity][key][0] < order:
                    standing[entity][key] = (order, record)

    frames = {}
    for entity in ENTITIES:
        records = [record for _, record in standing[entity].values()]
        present = [record for record in records if record.get("deleted_at") is None]
        present.sort(key=lambda record: record[KEYS[entity]])
        frames[entity] = pd.DataFrame(present, columns=STANDING_COLUMNS[entity], dtype=object)
    rejected_columns = ["entity", "export_day", "file_name", "row_number", "column", "reason"]
    return Records(
        **frames,
        rejected=pd.DataFrame(rejected, columns=rejected_columns, dtype=object),
        row_counts=row_counts,
        as_of_date=days[-1] if days else None,
    )


def read_rows(
    path: Path, entity: str, file_format: str, compression: str | None
) -> Iterator[dict[str, Any]]:
    """The rows of one file as they are written, by column; a file of no bytes has none."""
    content = decompressed(path.read_bytes(), compression)
    if not content:
        return
    if file_format == "parquet":
        table = pq.read_table(pa.BufferReader(content))
        require_columns(path, entity, table.column_names)
        yield from table.to_pylist()
        return
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFileError(f"{path.name}: not UTF-8") from error
    yield from csv_rows(path, entity, text) if file_format == "csv" else jsonl_rows(text)


def decompressed(content: bytes, compression: str | None) -> bytes:
    """The bytes of a file before it was packed; no bytes stay no bytes."""
    if not content or compression is None:
        return content
    if compression == "gz":
        return gzip.decompress(content)
    with pa.CompressedInputStream(pa.BufferReader(content), "zstd") as stream:
        return bytes(stream.read())


def require_columns(path: Path, entity: str, columns: list[str]) -> None:
    """A table without a required column is a bad file."""
    for column, (_, required) in COLUMNS[entity].items():
        if required and column not in columns:
            raise BadFileError(f"{path.name}: no column {column}")


def csv_rows(path: Path, entity: str, text: str) -> Iterator[dict[str, Any]]:
    """Rows of a CSV, labels parted by `|`; a row of another width than the header is bad."""
    csv.field_size_limit(2**31 - 1)
    lines = csv.reader(io.StringIO(text, newline=""))
    header = next(lines, None)
    if header is None:
        return
    require_columns(path, entity, header)
    for line in lines:
        if not line:
            continue
        if len(line) != len(header):
            yield {"": "a row of another width than the header"}
            continue
        row: dict[str, Any] = dict(zip(header, line, strict=True))
        if row.get("labels"):
            row["labels"] = row["labels"].split("|")
        yield row


def jsonl_rows(text: str) -> Iterator[dict[str, Any]]:
    """Rows of a JSONL, numbers left as they are written; NaN is null."""
    for line in text.split("\n"):
        if not line.strip():
            continue
        try:
            row = json.loads(line, parse_int=str, parse_float=str, parse_constant=lambda _: None)
        except ValueError:
            row = None
        yield row if isinstance(row, dict) else {"": "not a JSON object"}


def parse_row(entity: str, raw: dict[str, Any]) -> dict[str, Any]:
    """A row as written to a record with every column of its entity, or BadRowError."""
    if "" in raw and not any(column in raw for column in COLUMNS[entity]):
        raise BadRowError("", raw[""])
    record = {
        column: parse_value(column, kind, required, raw.get(column))
        for column, (kind, required) in COLUMNS[entity].items()
    }
    if entity == "threads":
        if record["status"] == "closed" and record["closed_at"] is None:
            raise BadRowError("closed_at", "missing for a closed thread")
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
    if kind == "identifier" and len(text) > IDENTIFIER_LENGTH:
        raise BadRowError(column, f"longer than {IDENTIFIER_LENGTH} characters")
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
