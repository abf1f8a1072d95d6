"""Small exports for the tests of `orchestration.exports`, written in any format and compression."""

from __future__ import annotations

import csv
import gzip
import io
import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.exports import BadExportFile, DayManifest, ReadLimits, find_export_days, load_day
from orchestration.privacy.record import Door

DAY = date(2024, 3, 1)
Record = dict[str, Any]

MESSAGES: list[Record] = [
    {
        "message_id": "m1",
        "thread_id": "007",
        "sent_at": "2024-03-01T10:00:00Z",
        "author_type": "user",
        "author_id": "12345678901234567890123",
        "is_private": False,
        "body": 'He said "no, never"\nand left 👋',
        "updated_at": None,
    },
    {
        "message_id": "m2",
        "thread_id": "007",
        "sent_at": "2024-03-01T10:05:00.123456Z",
        "author_type": "agent",
        "author_id": "a1",
        "is_private": True,
        "body": None,
        "updated_at": "2024-03-01T11:00:00Z",
    },
]
THREADS: list[Record] = [
    {
        "thread_id": "t1",
        "created_at": "2024-03-01T09:00:00Z",
        "updated_at": "2024-03-01T12:00:00Z",
        "status": "closed",
        "user_id": "u1",
        "channel": "chat",
        "closed_at": "2024-03-01T12:00:00Z",
        "reopen_count": 1,
        "labels": ["billing", "vip"],
    },
    {
        "thread_id": "t2",
        "created_at": "2024-03-01T09:30:00Z",
        "updated_at": "2024-03-01T09:30:00Z",
        "status": "open",
        "user_id": None,
        "channel": None,
        "closed_at": None,
        "reopen_count": None,
        "labels": None,
    },
]


def thread(**changes: Any) -> Record:
    """A good thread with some values changed."""
    return {**THREADS[0], **changes}


def message(**changes: Any) -> Record:
    """A good message with some values changed."""
    return {**MESSAGES[0], **changes}


def rating(**changes: Any) -> Record:
    """A good rating with some values changed."""
    record = {
        "rating_id": "r1",
        "thread_id": "t1",
        "rated_at": "2024-03-01T12:00:00Z",
        "score": 5,
    }
    return {**record, **changes}


def event(**changes: Any) -> Record:
    """A good event of a thread with some values changed."""
    record = {
        "event_id": "e1",
        "thread_id": "t1",
        "occurred_at": "2024-03-01T12:00:00Z",
        "type": "status",
        "value": "closed",
        "actor_type": "agent",
        "actor_id": "a1",
    }
    return {**record, **changes}


def as_csv(records: list[Record]) -> bytes:
    """Records as CSV, quoted where needed."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(records[0])
    for record in records:
        writer.writerow([_cell(value) for value in record.values()])
    return text.getvalue().encode()


def as_jsonl(records: list[Record]) -> bytes:
    """Records as JSON lines."""
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def as_parquet(records: list[Record]) -> bytes:
    """Records as Parquet, times as timestamps."""
    columns = {name: [record[name] for record in records] for name in records[0]}
    for name, values in columns.items():
        if name.endswith("_at"):
            columns[name] = pa.array(
                [value and datetime.fromisoformat(value) for value in values],
                pa.timestamp("us", "UTC"),
            )
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


WRITERS = {"csv": as_csv, "jsonl": as_jsonl, "parquet": as_parquet}


def compressed(data: bytes, compression: str | None) -> bytes:
    """Bytes as they lie in a file of that compression (gz, zst or None)."""
    if compression == "gz":
        return gzip.compress(data, mtime=0)
    if compression == "zst":
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, "zstd") as stream:
            stream.write(data)
        return sink.getvalue().to_pybytes()
    return data


def write_file(exports: Path, name: str, data: bytes, day: date = DAY) -> Path:
    """Put one file into a day's folder."""
    path = exports / str(day) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def write_records(exports: Path, name: str, records: list[Record], day: date = DAY) -> Path:
    """Put records into a file, in the format and compression that its name says."""
    parts = name.split(".")
    compression = parts.pop() if parts[-1] in ("gz", "zst") else None
    return write_file(exports, name, compressed(WRITERS[parts[-1]](records), compression), day)


@dataclass
class Landed:
    """What loading one day left."""

    manifest: DayManifest
    rows: dict[str, list[Record]]
    rejected: list[Record]

    def reasons(self) -> list[tuple[int, str | None, str]]:
        """Row number, column and reason of each rejected row."""
        return [
            (record["row_number"], record["column_name"], record["reason"])
            for record in self.rejected
        ]


def load(exports: Path, *, limits: ReadLimits | None = None) -> Landed:
    """Load the one day of an exports folder, and read back what was landed."""
    raw = exports.with_name(f"{exports.name}.raw")
    (day,) = find_export_days(exports)
    manifest = load_day(day, raw, Door(), limits=limits)
    for file in manifest.files:
        assert file.rows_read == file.rows_loaded + file.rows_rejected
    rows = {entity: pq.ParquetFile(raw / path).read() for entity, path in manifest.landed.items()}
    for entity, table in rows.items():
        assert table.num_rows == manifest.rows_loaded[entity]
    rejected = []
    if manifest.quarantine:
        rejected = pq.ParquetFile(raw / manifest.quarantine).read().to_pylist()
    assert len(rejected) == sum(manifest.rows_rejected.values())
    return Landed(manifest, {entity: table.to_pylist() for entity, table in rows.items()}, rejected)


def load_file(folder: Path, name: str, data: bytes, *, limits: ReadLimits | None = None) -> Landed:
    """Load a day of one file."""
    write_file(folder / "exports", name, data)
    return load(folder / "exports", limits=limits)


def load_records(folder: Path, name: str, records: list[Record]) -> Landed:
    """Load a day of one file that holds these records, in the format that its name says."""
    write_records(folder / "exports", name, records)
    return load(folder / "exports")


def bad_file_reason(
    folder: Path, name: str, data: bytes, *, limits: ReadLimits | None = None
) -> str:
    """Why a file is bad; fails the test when it is not, or when anything was landed."""
    with pytest.raises(BadExportFile) as raised:
        load_file(folder, name, data, limits=limits)
    error = raised.value
    assert error.file_name == name
    assert error.export_date == DAY
    assert name in str(error)
    assert error.__cause__ is None
    assert error.__context__ is None
    raw = folder / "exports.raw"
    assert [path.name for path in raw.rglob("*") if path.is_file()] == [".lock"]
    return error.reason


def land(exports: Path, raw: Path, **options: Any) -> DayManifest:
    """Land the one day that is there."""
    (day,) = find_export_days(exports)
    return load_day(day, raw, Door(), **options)


def many_ratings(count: int, **changes: Any) -> list[Record]:
    """Ratings of other names."""
    return [rating(rating_id=f"r{number}", **changes) for number in range(count)]


def rejection(folder: Path, name: str, record: Record) -> tuple[str | None, str]:
    """Column and reason of the one bad record, after a good one."""
    good = {"threads": thread(), "messages": message(), "ratings": rating()}[name.split(".")[0]]
    landed = load_records(folder, name, [good, record])
    ((row_number, column, reason),) = landed.reasons()
    assert row_number == 2
    return column, reason


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return "|".join(value)
    return str(value).lower() if isinstance(value, bool) else value
