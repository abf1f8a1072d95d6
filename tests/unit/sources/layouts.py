"""The same original records as each connector lays them down."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

Streams = Mapping[str, Sequence[Mapping[str, Any]]]


def lines(path: Path, records: Sequence[object]) -> None:
    """A file of JSON lines, packed where its name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{json.dumps(record)}\n" for record in records)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")


def airbyte_protocol(folder: Path, streams: Streams) -> None:
    """One file of the protocol's messages, streams mixed."""
    records: list[object] = [
        {"stream": stream, "data": record, "emitted_at": 1710000000000}
        for stream, of_stream in streams.items()
        for record in of_stream
    ]
    lines(folder / "records.jsonl", records)


def airbyte_messages(folder: Path, streams: Streams) -> None:
    """The same with the messages' envelope and messages of other types."""
    records: list[object] = [{"type": "LOG", "log": {"level": "INFO", "message": "secret"}}]
    for stream, of_stream in streams.items():
        for record in of_stream:
            inner = {"stream": stream, "data": record, "emitted_at": 1710000000000}
            records.append({"type": "RECORD", "record": inner})
        records.append({"type": "STATE", "state": {"data": {"cursor": "secret"}}})
    lines(folder / "records.jsonl.gz", records)


def airbyte_data(folder: Path, streams: Streams) -> None:
    """A file a stream, the record under `_airbyte_data`."""
    for stream, of_stream in streams.items():
        records = [{"_airbyte_extracted_at": 1, "_airbyte_data": record} for record in of_stream]
        lines(folder / f"{stream}_2024_03_01_1710000000000_0.jsonl.gz", records)


def airbyte_csv(folder: Path, streams: Streams) -> None:
    """A CSV a stream, the record as text under `_airbyte_data`."""
    folder.mkdir(parents=True, exist_ok=True)
    for stream, of_stream in streams.items():
        with (folder / f"{stream}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["_airbyte_ab_id", "_airbyte_emitted_at", "_airbyte_data"])
            for record in of_stream:
                writer.writerow(["x", 1710000000000, json.dumps(record)])


def airbyte_parquet(folder: Path, streams: Streams) -> None:
    """A Parquet file a stream, typed: identifiers are doubles, nested values structs."""
    folder.mkdir(parents=True, exist_ok=True)
    for stream, of_stream in streams.items():
        if not of_stream:
            table = pa.table({"_airbyte_extracted_at": pa.array([], pa.timestamp("us", tz="UTC"))})
        else:
            names = dict.fromkeys(name for record in of_stream for name in record)
            columns = {name: _column([record.get(name) for record in of_stream]) for name in names}
            table = pa.table(columns)
        pyarrow.parquet.write_table(table, folder / f"{stream}.parquet")


def _column(values: list[Any]) -> pa.Array:
    if any(isinstance(value, dict) for value in values) or any(
        isinstance(value, list) and any(isinstance(entry, dict) for entry in value)
        for value in values
    ):
        try:
            return pa.array(values)
        except (pa.ArrowInvalid, pa.ArrowTypeError):  # values of several types: JSON text
            return pa.array([None if v is None else json.dumps(v) for v in values], pa.string())
    if all(v is None or (isinstance(v, int) and not isinstance(v, bool)) for v in values):
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    return pa.array(values)


def airbyte_database(folder: Path, streams: Streams) -> Path:
    """A schema of a DuckDB file with raw tables, the record as JSON."""
    path = folder / "lake.duckdb"
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema airbyte_internal")
        for stream, of_stream in streams.items():
            table = f"airbyte_internal._airbyte_raw_{stream}"
            connection.execute(
                f"create table {table} (_airbyte_raw_id varchar, _airbyte_data json,"
                " _airbyte_extracted_at timestamptz)"
            )
            for record in of_stream:
                connection.execute(
                    f"insert into {table} values ('x', ?, '2024-03-09 00:00:00+00')",
                    [json.dumps(record)],
                )
    return path


def singer(folder: Path, streams: Streams) -> None:
    """RECORD messages between SCHEMA and STATE ones."""
    records: list[object] = []
    for stream, of_stream in streams.items():
        records.append({"type": "SCHEMA", "stream": stream, "schema": {"properties": {}}})
        records += [
            {
                "type": "RECORD",
                "stream": stream,
                "record": record,
                "time_extracted": "2024-03-09T00:00:00.000000Z",
            }
            for record in of_stream
        ]
        records.append({"type": "STATE", "value": {"bookmarks": {}}})
    lines(folder / "records.jsonl", records)


def singer_files(folder: Path, streams: Streams) -> None:
    """A file of plain records a stream."""
    for stream, of_stream in streams.items():
        records = [{**record, "_sdc_extracted_at": "2024-03-09T00:00:00Z"} for record in of_stream]
        lines(folder / f"{stream}.jsonl", records)


def dlt_files(folder: Path, streams: Streams) -> None:
    """Folders of files, nested values kept as they are; keys without a value vanish."""
    for stream, of_stream in streams.items():
        records = [
            {
                **{name: value for name, value in record.items() if value is not None},
                "_dlt_load_id": "1710000000.1",
                "_dlt_id": f"{stream}{number}",
            }
            for number, record in enumerate(of_stream)
        ]
        lines(folder / "zendesk_data" / stream / "1710000000.1.0.jsonl.gz", records)


def dlt_database(folder: Path, streams: Streams) -> Path:
    """Tables flattened to `a__b`, lists in tables of their own."""
    path = folder / "dlt.duckdb"
    folder.mkdir(parents=True, exist_ok=True)
    tables: dict[str, list[dict[str, Any]]] = {}
    for stream, of_stream in streams.items():
        tables.setdefault(stream, [])
        for number, record in enumerate(of_stream):
            _flatten(tables, stream, dict(record), f"{stream}{number}", {})
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema zendesk_data")
        for name, rows in tables.items():
            frame = pd.DataFrame(rows or {"_dlt_id": pd.Series([], dtype=str)})
            connection.register("frame", frame)
            connection.execute(f"create table zendesk_data.{name} as select * from frame")
    return path


def _flatten(
    tables: dict[str, list[dict[str, Any]]],
    table: str,
    record: Mapping[str, Any],
    identity: str,
    place: Mapping[str, Any],
) -> None:
    row: dict[str, Any] = {"_dlt_id": identity, "_dlt_load_id": "1710000000.1", **place}
    for name, value in _leaves(record):
        if not isinstance(value, list):
            if value is not None:
                row[name] = value
            continue
        for number, entry in enumerate(value):
            below = {"_dlt_parent_id": identity, "_dlt_list_idx": number}
            inner = entry if isinstance(entry, dict) else {"value": entry}
            _flatten(tables, f"{table}__{name}", inner, f"{identity}.{number}", below)
    tables.setdefault(table, []).append(row)


def _leaves(record: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{name}__")
        else:
            yield f"{prefix}{name}", value


def answers(folder: Path, streams: Streams) -> None:
    """Saved answers: pretty documents of a few records each, and lines."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {
        "tickets": ("incremental_tickets", "tickets"),
        "ticket_audits": ("ticket_audits", "audits"),
    }
    for stream, of_stream in streams.items():
        endpoint, field = names.get(stream, (stream, stream))
        half = len(of_stream) // 2
        pages = [
            {field: list(page), "count": len(page), "next_page": None}
            for page in (of_stream[:half], of_stream[half:])
        ]
        (folder / f"{endpoint}.json").write_text(json.dumps(pages[0], indent=1), encoding="utf-8")
        lines(folder / f"{endpoint}_2.jsonl", [pages[1]])


def fivetran(folder: Path, streams: Streams) -> None:
    """Zendesk's records as Fivetran's tables, a CSV each."""
    folder.mkdir(parents=True, exist_ok=True)
    users = {record["id"]: record for record in streams["users"]}
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in (
        "ticket", "ticket_comment", "ticket_field_history", "ticket_tag", "user", "group",
        "satisfaction_rating",
    )}  # fmt: skip
    for record in _newest(streams["tickets"]):
        tables["ticket"].append({**record, "via_channel": record["via"]["channel"]})
        tables["ticket_tag"] += 2 * [
            {"ticket_id": record["id"], "tag": tag} for tag in record["tags"]
        ]
    for record in streams["ticket_comments"]:
        tables["ticket_comment"].append(_fivetran_comment(record))
    for record in streams.get("ticket_audits", ()):
        for event in record["events"]:
            if event["type"] == "Comment":
                comment = {**event, "ticket_id": record["ticket_id"]}
                comment["created_at"] = record["created_at"]
                tables["ticket_comment"].append(_fivetran_comment(comment))
            elif "field_name" in event:
                tables["ticket_field_history"].append(
                    {
                        "ticket_id": record["ticket_id"],
                        "field_name": event["field_name"],
                        "updated": _fivetran_time(record["created_at"]),
                        "value": event["value"],
                        "user_id": record["author_id"],
                    }
                )
    tables["user"] += users.values()
    tables["group"] += streams["groups"]
    tables["satisfaction_rating"] += streams.get("satisfaction_ratings", ())
    for name, rows in tables.items():
        rows = [{**row, "_fivetran_synced": "2024-03-09 00:00:00.001"} for row in rows]
        frame = pd.DataFrame(rows or [{"ticket_id": None}][:0], columns=None if rows else ["id"])
        frame.to_csv(folder / f"{name}.csv", index=False)


def _newest(records: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    newest: dict[Any, Mapping[str, Any]] = {}
    for record in sorted(records, key=lambda record: str(record["updated_at"])):
        newest[record["id"]] = record
    return list(newest.values())


def _fivetran_comment(record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": record["id"],
        "ticket_id": record["ticket_id"],
        "created": _fivetran_time(record["created_at"]),
        "user_id": record["author_id"],
        "public": str(record["public"]).upper(),
        "body": record["plain_body"],
        "voice_comment": "FALSE",
    }


def _fivetran_time(text: str) -> str:
    return text.replace("T", " ").removesuffix("Z")
