"""An inbox written as a folder of exports: offsets, fractions, quoting, line ends, types."""

import csv
import gzip
import io
import json
import re
import shutil
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from tests.oracle.columns import COLUMNS
from tests.oracle.inbox import ExportFile, Inbox

WHOLE_NUMBER_ID = re.compile(r"[1-9]\d*")


def write_inbox(inbox: Inbox, folder: Path, *, clutter: bool = False) -> None:
    """Write every day; with clutter, also files that a reader has to pass over."""
    folder.mkdir(parents=True, exist_ok=True)
    if clutter:
        (folder / "README").write_text("Exports by day.\n", encoding="utf-8")
        (folder / "not-a-day").mkdir(exist_ok=True)
    for day in inbox.days:
        write_day(inbox, day, folder, clutter=clutter)


def write_day(inbox: Inbox, day: date, folder: Path, *, clutter: bool = False) -> None:
    """Write one day afresh: what its folder held before is gone."""
    day_folder = folder / day.isoformat()
    shutil.rmtree(day_folder, ignore_errors=True)
    day_folder.mkdir(parents=True)
    for file in inbox.days[day]:
        (day_folder / file.name).write_bytes(file_content(file, inbox.zone))
    if clutter:
        names = ["README", "_SUCCESS", ".threads.csv"]
        if inbox.days[day]:
            names.append("threads.txt")  # without export files beside it the day would fail
        for name in names:
            (day_folder / name).write_text("thread_id\nclutter\n", encoding="utf-8")


def file_content(file: ExportFile, zone: str) -> bytes:
    """The bytes of a file, packed as its name says."""
    if file.is_bare:
        content = b""
    elif file.format == "csv":
        content = csv_content(file, zone).encode("utf-8")
    elif file.format == "jsonl":
        content = jsonl_content(file, zone).encode("utf-8")
    else:
        content = parquet_content(file, zone)
    if file.has_byte_order_mark and file.format != "parquet":
        content = b"\xef\xbb\xbf" + content
    if file.name.endswith(".gz"):
        return gzip.compress(content, mtime=0)
    if file.name.endswith(".zst"):
        packed = pa.BufferOutputStream()
        with pa.CompressedOutputStream(packed, "zstd") as stream:
            stream.write(content)
        return bytes(packed.getvalue())
    return content


def file_columns(file: ExportFile) -> list[str]:
    """The columns of a file: those that are required and those that a row has."""
    columns = [
        column
        for column, (_, required) in COLUMNS[file.entity].items()
        if required or not file.rows or any(column in row for row in file.rows)
    ]
    if file.style % 2 == 1:
        columns.reverse()
    if file.style % 5 == 4:
        columns.insert(1, "custom_field")
    return columns


def csv_content(file: ExportFile, zone: str) -> str:
    """A file as CSV: an empty cell for null, labels parted by `|`."""
    written = io.StringIO()
    writer = csv.writer(
        written,
        lineterminator="\r\n" if file.style % 3 == 1 else "\n",
        quoting=csv.QUOTE_ALL if file.style % 4 == 2 else csv.QUOTE_MINIMAL,
    )
    columns = file_columns(file)
    writer.writerow(columns)
    for number, row in enumerate(file.rows):
        writer.writerow(
            [
                csv_cell(row.get(column), file.style and file.style + number + place, zone)
                for place, column in enumerate(columns)
            ]
        )
    text = written.getvalue()
    return text.rstrip("\r\n") if file.style % 7 == 3 else text


def csv_cell(value: Any, variant: int, zone: str) -> str:
    """One value as the text of a CSV cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        texts = ("true", "True", "TRUE", "1", "t") if value else ("false", "False", "FALSE", "0")
        return texts[variant % len(texts)]
    if isinstance(value, datetime):
        return time_text(value, variant, zone)
    if isinstance(value, tuple):
        if any("|" in label for label in value):
            raise ValueError("a label with a pipe cannot be told in a CSV")
        return "|".join(value)
    return str(value)


def jsonl_content(file: ExportFile, zone: str) -> str:
    """A file as JSONL: a null is null, NaN or left out; a whole-number id may be a number."""
    lines = []
    for number, row in enumerate(file.rows):
        written: dict[str, Any] = {}
        for place, column in enumerate(file_columns(file)):
            value = row.get(column)
            if value is None:
                if file.style % 3 == 1:
                    written[column] = None
                elif file.style % 3 == 2:
                    written[column] = float("nan")
            elif isinstance(value, datetime):
                variant = file.style and file.style + number + place
                written[column] = time_text(value, variant, zone)
            elif is_whole_number_id(file.entity, column, value) and file.style % 4 == 3:
                written[column] = int(value)
            else:
                written[column] = list(value) if isinstance(value, tuple) else value
        lines.append(json.dumps(written, ensure_ascii=file.style % 2 == 1))
    text = "".join(line + "\n" for line in lines)
    return text.rstrip("\n") if file.style % 7 == 3 else text


def parquet_content(file: ExportFile, zone: str) -> bytes:
    """A file as Parquet, its columns typed in one of the ways that other tools type them."""
    arrays = {}
    for column in file_columns(file):
        kind = COLUMNS[file.entity].get(column, ("text", False))[0]
        values = [row.get(column) for row in file.rows]
        arrays[column] = parquet_column(file, column, kind, values, zone)
    written = io.BytesIO()
    pq.write_table(pa.table(arrays), written)
    return written.getvalue()


def parquet_column(
    file: ExportFile, column: str, kind: str, values: list[Any], zone: str
) -> pa.Array:
    """One column: typed by its kind where every value allows it, else as text."""
    told = [value for value in values if value is not None]
    style = file.style % 4
    if file.rows and not told and style == 1:
        return pa.nulls(len(values))
    if kind == "labels":
        lists = [None if value is None else list(value) for value in values]
        return pa.array(lists, pa.list_(pa.string()))
    if kind == "time" and style != 2 and all(isinstance(value, datetime) for value in told):
        if style == 1:
            naive = [None if value is None else value.replace(tzinfo=None) for value in values]
            return pa.array(naive, pa.timestamp("us"))
        return pa.array(values, pa.timestamp("us", tz=zone if style == 3 else "UTC"))
    if kind in ("count", "score") and all(isinstance(value, int) for value in told):
        return pa.array(values, pa.int64())
    if kind == "boolean" and all(isinstance(value, bool) for value in told):
        return pa.array(values, pa.bool_())
    if (
        kind == "identifier"
        and style == 3
        and told
        and all(
            is_whole_number_id(file.entity, column, value) and int(value) < 2**63 for value in told
        )
    ):
        return pa.array([None if value is None else int(value) for value in values], pa.int64())
    texts = [
        None if value is None else csv_cell(value, file.style and file.style + place, zone)
        for place, value in enumerate(values)
    ]
    return pa.array(texts, pa.large_string() if style == 1 else pa.string())


def is_whole_number_id(entity: str, column: str, value: Any) -> bool:
    """Whether a value is an identifier that a number can hold without a change."""
    kind = COLUMNS[entity].get(column, ("text", False))[0]
    return kind == "identifier" and WHOLE_NUMBER_ID.fullmatch(str(value)) is not None


def time_text(instant: datetime, variant: int, zone: str) -> str:
    """An instant as ISO 8601; variant 0 is the shortest form in UTC, with a Z."""
    offsets = (
        UTC,
        None,
        UTC,
        ZoneInfo(zone),
        timezone(-timedelta(hours=3, minutes=30)),
        None,
        timezone(timedelta(hours=5, minutes=45)),
    )
    offset = offsets[variant % len(offsets)]
    local = instant.astimezone(offset or UTC)
    digits = f"{local.microsecond:06d}"
    needed = len(digits.rstrip("0"))
    kept = needed if variant == 0 else needed + variant % (7 - needed)
    fraction = f".{digits[:kept]}" if kept else ""
    suffix = "" if offset is None else local.isoformat()[-6:]
    if offset is UTC and variant % len(offsets) == 0:
        suffix = "Z"
    separator = " " if variant % 5 == 4 else "T"
    return f"{local:%Y-%m-%d}{separator}{local:%H:%M:%S}{fraction}{suffix}"
