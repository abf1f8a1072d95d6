"""Files that nobody would write: no crash, no hang, and every row is loaded or set aside.

`make fuzz` goes on from here, guided by coverage, for as long as it is let.
"""

from __future__ import annotations

import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.exports import ReadLimits, find_export_days, load_day
from orchestration.exports.errors import BadExportFile
from orchestration.exports.reading.schema import CONTRACTS
from orchestration.privacy.record import Door

from .builders import compressed, write_file

FUZZ = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
LIMITS = ReadLimits(
    max_unpacked_bytes=10**6,
    max_line_bytes=10**5,
    max_packed_parquet_bytes=10**6,
    block_bytes=300,
)


def rows_that_came(name: str, data: bytes) -> list[int] | None:
    """The numbers of all rows of a file, loaded and set aside, in order; None for a bad file."""
    with tempfile.TemporaryDirectory() as folder:
        exports, raw = Path(folder) / "exports", Path(folder) / "raw"
        write_file(exports, name, data)
        (day,) = find_export_days(exports)
        try:
            manifest = load_day(day, raw, Door(), limits=LIMITS)
        except BadExportFile:
            return None
        (file,) = manifest.files
        numbers: list[int] = []
        for path in manifest.paths:
            numbers += pq.ParquetFile(raw / path).read()["row_number"].to_pylist()
        assert file.rows_read == file.rows_loaded + file.rows_rejected == len(numbers)
        assert len(set(numbers)) == len(numbers)
        return sorted(numbers)


TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            *("", "2024-03-01T10:00:00Z", "2024-03-01", "user", "closed", "0x10", "1e3", "-0", "|"),
            *("\0", "\ud83d", "9" * 30, "NaN", "true", "=1+1", '"', "\r", "\u2028", "١٢"),
        ]
    ),
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), TEXTS, st.integers(-(2**70), 2**70)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=2)
)


def names_of(entity: str) -> st.SearchStrategy[str]:
    return st.sampled_from([*CONTRACTS[entity].by_name, "unknown", ""])


@pytest.mark.parametrize("entity", CONTRACTS)
@FUZZ
@given(data=st.data())
def test_lines_of_any_json(entity: str, data: Any) -> None:
    line = st.one_of(
        st.dictionaries(names_of(entity), VALUES, max_size=12).map(json.dumps),
        VALUES.map(json.dumps),
        st.text(max_size=20).map(lambda text: text.replace("\n", " ")),
        st.just("{" * 3),
    )
    lines = data.draw(st.lists(line, min_size=1, max_size=12))
    text = "\n".join(lines).encode(
        "utf-8", "surrogatepass" if data.draw(st.booleans()) else "replace"
    )
    numbers = rows_that_came(f"{entity}.jsonl", text)
    if numbers is not None:
        blank = {number for number, line in enumerate(lines, 1) if not line.strip(" \t\r")}
        assert numbers == [number for number in range(1, len(lines) + 1) if number not in blank]


@pytest.mark.parametrize("entity", CONTRACTS)
@FUZZ
@given(data=st.data())
def test_cells_of_any_text(entity: str, data: Any) -> None:
    columns = list(CONTRACTS[entity].by_name)
    cell = st.one_of(TEXTS, st.text(alphabet='",\r\n|x', max_size=6))
    rows = data.draw(st.lists(st.lists(cell, min_size=1, max_size=len(columns) + 2), max_size=12))
    quoted = data.draw(st.booleans())
    lines = [",".join(columns)]
    for row in rows:
        cells = [f'"{text.replace(chr(34), chr(34) * 2)}"' if quoted else text for text in row]
        lines.append(",".join(cells))
    text = "\n".join(lines).encode("utf-8", "replace")
    numbers = rows_that_came(f"{entity}.csv", text)
    if numbers is not None:
        assert numbers == list(range(1, len(numbers) + 1))
        if quoted:
            assert len(numbers) == len(rows)


TYPES = st.sampled_from(
    [
        *(pa.string(), pa.large_string(), pa.binary(), pa.bool_(), pa.int8(), pa.uint64()),
        *(pa.float32(), pa.float64(), pa.decimal128(38, 3), pa.date32(), pa.time64("us")),
        *(pa.timestamp("s"), pa.timestamp("ns", "UTC"), pa.timestamp("us", "Asia/Tokyo")),
        *(pa.list_(pa.string()), pa.list_(pa.int64()), pa.null(), pa.duration("s")),
        *(pa.struct([("a", pa.string())]), pa.map_(pa.string(), pa.string())),
    ]
)


def arrays(kind: pa.DataType, rows: int) -> st.SearchStrategy[pa.Array]:
    """Arrays of a type from random bits, with nulls; texts from random texts."""
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        texts = TEXTS.map(lambda text: text.encode("utf-8", "replace").decode())
        return st.lists(st.none() | texts, min_size=rows, max_size=rows).map(
            lambda values: pa.array(values, kind)
        )
    width = 16 if pa.types.is_decimal(kind) else 8
    fixed = not pa.types.is_nested(kind) and not pa.types.is_binary(kind)
    if fixed and not pa.types.is_null(kind):
        return st.binary(min_size=rows * width, max_size=rows * width).map(
            lambda bits: pa.Array.from_buffers(kind, rows, [None, pa.py_buffer(bits)])
        )
    if pa.types.is_binary(kind):
        return st.lists(st.binary(max_size=5), min_size=rows, max_size=rows).map(
            lambda values: pa.array(values, kind)
        )
    return st.just(pa.nulls(rows, kind))


@pytest.mark.parametrize("entity", CONTRACTS)
@FUZZ
@given(data=st.data())
def test_parquet_of_any_types(entity: str, data: Any) -> None:
    rows = data.draw(st.integers(0, 8))
    texts_only = data.draw(st.booleans())
    columns = {}
    for name in CONTRACTS[entity].by_name:
        kind = pa.string() if texts_only else data.draw(TYPES)
        columns[name] = data.draw(arrays(kind, rows))
    sink = io.BytesIO()
    try:
        pq.write_table(pa.table(columns), sink, row_group_size=3)
    except (pa.ArrowException, OverflowError):
        return  # not even Arrow writes it
    numbers = rows_that_came(f"{entity}.parquet", sink.getvalue())
    assert numbers is None or numbers == list(range(1, rows + 1))


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("compression", [None, "gz", "zst"])
@FUZZ
@given(data=st.binary(max_size=200), is_packed=st.booleans())
def test_any_bytes(ending: str, compression: str | None, data: bytes, is_packed: bool) -> None:
    name = f"threads.{ending}" + (f".{compression}" if compression else "")
    rows_that_came(name, compressed(data, compression) if is_packed else data)
