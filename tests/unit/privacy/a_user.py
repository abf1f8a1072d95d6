"""One user in every place of an export in which a user may stand, and what landed of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from orchestration.exports import DayManifest, find_export_days, load_day, read_manifests
from orchestration.privacy.record import Door
from tests.unit.exports.builders import DAY, as_csv, message, thread, write_file, write_records

KEY = b"k" * 32
USER = "customer-007"


def load(exports: Path, raw: Path, key: bytes | None = None) -> DayManifest:
    (day,) = find_export_days(exports)
    return load_day(day, raw, Door(key))


def rows(raw: Path, kind: str) -> list[dict[str, Any]]:
    path = read_manifests(raw)[DAY].files_by_kind.get(kind)
    return [] if path is None else pq.ParquetFile(raw / path).read().to_pylist()


def write_a_user_everywhere(exports: Path) -> None:
    """One user in every place in which a user may stand, beside an agent of the same name."""
    write_records(
        exports,
        "threads.jsonl",
        [
            thread(user_id=USER, assigned_agent_id=USER),
            thread(thread_id="t2", user_id="other"),
            thread(thread_id="t3", user_id=None),
            thread(thread_id="t4", user_id=USER, status="lost"),
        ],
    )
    write_records(
        exports,
        "messages.parquet",
        [
            message(message_id="m1", author_id=USER),
            message(message_id="m2", author_id=USER, author_type="agent"),
            message(message_id="m3", author_id="other"),
            message(message_id="m4", author_id=USER, author_type="robot"),
        ],
    )
    ragged = as_csv([message(author_id=USER, body=None)])
    write_file(
        exports,
        "messages.ragged.csv",
        ragged + f"m9,t1,2024-03-01T10:00:00Z,user,{USER}\n".encode(),
    )


def texts_of(raw: Path) -> str:
    """Everything that lies in a raw folder, as text."""
    return " ".join(
        str(pq.ParquetFile(path).read().to_pylist())
        if path.suffix == ".parquet"
        else path.read_text()
        for path in raw.rglob("*")
        if path.is_file()
    )
