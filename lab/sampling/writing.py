"""Files of an export day, in each of the contract's formats: the same bytes for the same rows."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from orchestration.machine.sql import literal

FORMATS = ("parquet", "csv", "csv.gz", "jsonl", "jsonl.gz", "mixed")

_MIX = ("parquet", "csv.gz", "jsonl", "csv", "jsonl.gz")
_DICTIONARIES = (
    "author_type", "status", "channel", "assigned_agent_id", "closed_by_agent_id", "agent_id",
    "score", "reopen_count", "team", "labels.list.element",
)  # fmt: skip


@dataclass
class Written:
    """What has been written: rows by entity, files and bytes."""

    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    size_bytes: int = 0


class DayWriter:
    """Writes the tables of days into an exports folder."""

    def __init__(self, exports: Path, form: str) -> None:
        if form not in FORMATS:
            raise ValueError(f"{form!r} is no format; there are {', '.join(FORMATS)}")
        self._exports = exports
        self._form = form
        self._files = 0
        self.written = Written()

    def write(self, day: date, tables: dict[str, pa.Table]) -> None:
        """Writes the tables that have rows, each as one file; an empty day has an empty folder."""
        folder = self._exports / day.isoformat()
        folder.mkdir(parents=True, exist_ok=True)
        for place, (entity, table) in enumerate(tables.items()):
            if not table.num_rows:
                continue
            form = self._form
            if form == "mixed":
                form = _MIX[(day.toordinal() + place) % len(_MIX)]
            path = folder / f"{entity}.{form}"
            _write(table, path, form)
            self.written.rows[entity] = self.written.rows.get(entity, 0) + table.num_rows
            self.written.files += 1
            self.written.size_bytes += path.stat().st_size


def _write(table: pa.Table, path: Path, form: str) -> None:
    if form == "parquet":
        pyarrow.parquet.write_table(
            table,
            path,
            compression="snappy",
            use_dictionary=[*_DICTIONARIES],
            store_schema=False,
        )
        return
    data = _csv(table) if form.startswith("csv") else _json_lines(table, path)
    if form.endswith(".gz"):
        data = gzip.compress(data, compresslevel=4, mtime=0)
    path.write_bytes(data)


def _csv(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(_texts(table, with_lists=False), sink)
    written: bytes = sink.getvalue().to_pybytes()
    return written


def _json_lines(table: pa.Table, path: Path) -> bytes:
    """Arrow writes no JSON; DuckDB does, keeps the order and names every column in every line.

    It gets the rows in a file: a scan of Arrow's memory hands them to Arrow's own threads, which
    may let go of the last of them when Python has ended, and that ends the process.
    """
    with TemporaryDirectory() as folder, duckdb.connect(config={"threads": 1}) as connection:
        rows = f"{folder}/rows.parquet"
        pyarrow.parquet.write_table(_texts(table, with_lists=True), rows, compression="none")
        connection.execute(
            f"copy (from read_parquet($rows)) to {literal(path)} (format json, compression none)",
            {"rows": rows},
        )
    return path.read_bytes()


def _texts(table: pa.Table, *, with_lists: bool) -> pa.Table:
    """Instants as ISO 8601, and lists as one text where the format has none."""
    columns = []
    for column in table.columns:
        if pa.types.is_timestamp(column.type):
            text = pc.cast(pc.cast(column, pa.timestamp("ms", tz="UTC")), pa.string())
            column = pc.replace_substring(text, " ", "T", max_replacements=1)
        elif pa.types.is_list(column.type) and not with_lists:
            column = pc.binary_join(column, "|")
        elif pa.types.is_dictionary(column.type):
            column = column.cast(pa.string())
        columns.append(column)
    return pa.table(columns, names=table.column_names)
