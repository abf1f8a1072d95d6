"""DuckDB's own reader on the exports: types given, nothing sniffed, the same Parquet written."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from lab.bench.landed import output_folder
from orchestration.exports import find_export_days
from orchestration.exports.reading.schema import CONTRACTS, LABEL_SEPARATOR, Column, Contract, Kind

_TYPES = {
    Kind.IDENTIFIER: "varchar",
    Kind.TEXT: "varchar",
    Kind.CHOICE: "varchar",
    Kind.TIMESTAMP: "timestamptz",
    Kind.INTEGER: "bigint",
    Kind.BOOLEAN: "boolean",
    Kind.LABELS: "varchar[]",
}


def copy_with_duckdb(exports: str, target: str, threads: int = 2) -> dict[str, Any]:
    """One Parquet file an entity and day, as landing writes them; nothing is checked."""
    folder = output_folder(target)
    connection = duckdb.connect(config={"threads": threads})
    connection.execute("set TimeZone = 'UTC'")
    files = 0
    for day in find_export_days(Path(exports)):
        for file in day.files:
            given = _given(CONTRACTS[file.entity], file.format, file.path)
            columns = ", ".join(_columns(given, file.format))
            connection.execute(
                f"""
                copy (
                    select {columns}, date '{day.export_date}' as export_date,
                        '{file.name}' as file_name, row_number() over () as row_number
                    from {_reader(given, file.format, file.path)}
                ) to '{folder}/{file.entity}-{day.export_date}.parquet'
                (format parquet, compression zstd, row_group_size 122880)
                """
            )
            files += 1
    return {"files": files}


def _given(contract: Contract, form: str, path: Path) -> list[Column]:
    """The contract's columns that a file has, in its order: DuckDB has to be told which."""
    columns = {column.name: column for column in contract.landed_columns}
    if form == "csv":
        with path.open(newline="", encoding="utf-8") as file:
            names = next(csv.reader(file))
    elif form == "parquet":
        names = pq.read_schema(path).names
    else:
        names = list(columns)
    return [columns[name] for name in names]


def _columns(columns: Sequence[Column], form: str) -> list[str]:
    return [
        f"string_split({column.name}, '{LABEL_SEPARATOR}') as {column.name}"
        if column.kind is Kind.LABELS and form == "csv"
        else column.name
        for column in columns
    ]


def _reader(columns: Sequence[Column], form: str, path: Path) -> str:
    if form == "parquet":
        return f"read_parquet('{path}')"
    types = {column.name: _TYPES[column.kind] for column in columns}
    if form == "csv":
        types = {name: kind.removesuffix("[]") for name, kind in types.items()}
    given = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in types.items()) + "}"
    if form == "csv":
        return (
            f"read_csv('{path}', header = true, auto_detect = false, delim = ',', quote = '\"', "
            f"escape = '\"', columns = {given})"
        )
    return f"read_json('{path}', format = 'newline_delimited', columns = {given})"
