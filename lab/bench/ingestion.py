"""DuckDB's own reader on the exports: types given, nothing sniffed, the same Parquet written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from lab.bench.landed import output_folder
from orchestration.exports import find_export_days
from orchestration.exports.reading.schema import CONTRACTS, LABEL_SEPARATOR, Contract, Kind

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
            columns = ", ".join(_columns(CONTRACTS[file.entity], file.format))
            connection.execute(
                f"""
                copy (
                    select {columns}, date '{day.export_date}' as export_date,
                        '{file.name}' as file_name, row_number() over () as row_number
                    from {_reader(CONTRACTS[file.entity], file.format, file.path)}
                ) to '{folder}/{file.entity}-{day.export_date}.parquet'
                (format parquet, compression zstd, row_group_size 122880)
                """
            )
            files += 1
    return {"files": files}


def _columns(contract: Contract, form: str) -> list[str]:
    return [
        f"string_split({column.name}, '{LABEL_SEPARATOR}') as {column.name}"
        if column.kind is Kind.LABELS and form == "csv"
        else column.name
        for column in contract.landed_columns
    ]


def _reader(contract: Contract, form: str, path: Path) -> str:
    if form == "parquet":
        return f"read_parquet('{path}')"
    types = {column.name: _TYPES[column.kind] for column in contract.landed_columns}
    if form == "csv":
        types = {name: kind.removesuffix("[]") for name, kind in types.items()}
    given = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in types.items()) + "}"
    if form == "csv":
        return (
            f"read_csv('{path}', header = true, auto_detect = false, delim = ',', quote = '\"', "
            f"escape = '\"', columns = {given})"
        )
    return f"read_json('{path}', format = 'newline_delimited', columns = {given})"
