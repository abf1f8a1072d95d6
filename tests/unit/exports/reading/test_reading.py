"""Every format and compression lands the same rows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from .. import builders
from ..builders import Record, load_records


def landed_rows(folder: Path, name: str, records: list[Record]) -> list[Record]:
    rows = load_records(folder / name, name, records).rows[name.split(".")[0]]
    for row in rows:
        assert row.pop("file_name") == name
    return rows


@pytest.mark.parametrize("compression", ["", ".gz", ".zst"])
@pytest.mark.parametrize("file_format", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("entity", ["messages", "threads"])
def test_same_rows_from_every_format_and_compression(
    tmp_path: Path, entity: str, file_format: str, compression: str
) -> None:
    records = builders.MESSAGES if entity == "messages" else builders.THREADS
    rows = landed_rows(tmp_path, f"{entity}.{file_format}{compression}", records)
    assert rows == landed_rows(tmp_path, f"{entity}.part.csv", records)
    assert len(rows) == len(records)


def test_landed_values(tmp_path: Path) -> None:
    (row, _) = load_records(tmp_path, "messages.csv", builders.MESSAGES).rows["messages"]
    assert row == {
        "message_id": "m1",
        "thread_id": "007",
        "sent_at": datetime(2024, 3, 1, 10, tzinfo=UTC),
        "author_type": "user",
        "author_id": "12345678901234567890123",
        "is_private": False,
        "body_length": 30,
        "updated_at": None,
        "deleted_at": None,
        "export_date": builders.DAY,
        "file_name": "messages.csv",
        "row_number": 1,
    }


def test_landed_types(tmp_path: Path) -> None:
    load_records(tmp_path, "threads.csv", builders.THREADS)
    (path,) = (tmp_path / "exports.raw" / "threads").rglob("*.parquet")
    file = pq.ParquetFile(path)
    assert [f"{field.name} {field.type}" for field in file.schema_arrow] == [
        "thread_id string",
        "created_at timestamp[us, tz=UTC]",
        "updated_at timestamp[us, tz=UTC]",
        "status string",
        "user_id string",
        "channel string",
        "assigned_agent_id string",
        "closed_at timestamp[us, tz=UTC]",
        "first_closed_at timestamp[us, tz=UTC]",
        "closed_by_agent_id string",
        "reopen_count int64",
        "labels list<element: string>",
        "deleted_at timestamp[us, tz=UTC]",
        "team_id string",
        "priority string",
        "merged_into_thread_id string",
        "export_date date32[day]",
        "file_name dictionary<values=string, indices=int32, ordered=0>",
        "row_number int64",
    ]
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
