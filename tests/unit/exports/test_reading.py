"""Every format and compression lands the same rows."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.exports import find_export_days, load_day

from . import builders


def landed_rows(tmp_path: Path, name: str, records: list[builders.Record]) -> list[builders.Record]:
    exports = tmp_path / name
    builders.write_records(exports, name, records)
    raw = tmp_path / f"{name}.raw"
    manifest = load_day(find_export_days(exports)[0], raw)
    rows = pq.read_table(raw / manifest.landed[name.split(".")[0]]).to_pylist()
    for row in rows:
        del row["file_name"]
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
    assert pa
