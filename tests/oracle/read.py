"""Exports to the records that stand, written for clarity and not for speed.

A folder `<exports>/<YYYY-MM-DD>/<entity>[.<part>].<csv|jsonl|parquet>[.gz|.zst]` is read file by
file and row by row, as `columns` says. For each key the record of the latest version stands; a
tombstone that stands takes its record away. Counting belongs in `metrics`.
"""

import csv
import gzip
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tests.oracle.columns import COLUMNS, ENTITIES, KEYS, BadRowError, parse_row

FILE_NAME = re.compile(
    r"(?P<entity>threads|messages|ratings|agents|thread_events|teams)(?:\.(?P<part>.+))?"
    r"\.(?P<format>csv|jsonl|parquet)(?:\.(?P<compression>gz|zst))?"
)
DAY_NAME = re.compile(r"\d{4}-\d{2}-\d{2}")
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
        "team_id",
        "priority",
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
    "thread_events": [
        "event_id",
        "thread_id",
        "occurred_at",
        "type",
        "value",
        "actor_type",
        "actor_id",
        "updated_at",
    ],
    "teams": ["team_id", "name", "updated_at"],
}
# Of each version of a thread, superseded or not, what its closings are told by.
VERSION_COLUMNS = ["thread_id", "updated_at", "closed_at", "first_closed_at"]


class BadFileError(ValueError):
    """A file that cannot be read as what its name says; its whole day fails."""


@dataclass(frozen=True)
class Records:
    """The records that stand, and what was left out.

    In every frame the columns are of dtype object, a null is None, times are aware datetimes in
    UTC, labels are tuples of texts.

    threads: thread_id, created_at, updated_at, status, user_id, channel ('unknown' if null),
        assigned_agent_id, closed_at (null unless closed), first_closed_at, closed_by_agent_id,
        reopen_count, labels, team_id, priority.
    messages: message_id, thread_id, sent_at, author_type, author_id, is_private, body_length
        (characters), updated_at (`sent_at` if null).
    ratings: rating_id, thread_id, rated_at, score (1 to 5), agent_id, updated_at (`rated_at` if
        null).
    agents: agent_id, name, team, is_active, updated_at.
    thread_events: event_id, thread_id, occurred_at, type, value, actor_type, actor_id, updated_at
        (`occurred_at` if null).
    teams: team_id, name, updated_at.
    thread_versions: one row a record of a thread that was not rejected, whether it stands or not.
    rejected: one row a bad row: entity, export_day, file_name, row_number (from 1), column, reason.
    row_counts: rows read by entity, bad ones included.
    days: the export days that have a folder, in order.
    as_of_date: the last of them; null where there is none.
    """

    threads: pd.DataFrame
    messages: pd.DataFrame
    ratings: pd.DataFrame
    agents: pd.DataFrame
    thread_events: pd.DataFrame
    teams: pd.DataFrame
    thread_versions: pd.DataFrame
    rejected: pd.DataFrame
    row_counts: dict[str, int]
    days: tuple[date, ...]
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


def read_exports(folder: Path, until: date | None = None) -> Records:
    """Read every export under a folder and keep the records that stand.

    until: as it was known on that day, which is as if no later folder existed.
    """
    days = [day for day in export_days(folder) if until is None or day <= until]
    standing: dict[str, dict[str, tuple[tuple[Any, ...], dict[str, Any]]]] = {
        entity: {} for entity in ENTITIES
    }
    thread_versions: list[dict[str, Any]] = []
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
                if entity == "threads":
                    thread_versions.append(record)
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
        thread_versions=pd.DataFrame(thread_versions, columns=VERSION_COLUMNS, dtype=object),
        rejected=pd.DataFrame(rejected, columns=rejected_columns, dtype=object),
        row_counts=row_counts,
        days=tuple(days),
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
