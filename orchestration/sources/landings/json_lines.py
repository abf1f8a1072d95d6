"""Records in JSON lines, in each wrap, read by DuckDB with the declared columns and no others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orchestration.machine.sql import literal, quoted

from ..language import literal_paths, literals
from ..model import Table
from .columns import from_json
from .layout import Layout
from .sniffing import LONGEST_LINE, Wrap


def json_relation(table: Table, files: Sequence[str], wrap: Wrap, layout: Layout) -> str:
    """SQL for the original records of a table in files of one wrap.

    Lines that are no record at all are rows of nulls; where a file has several tables they are
    counted with the one that the landing cannot do without.
    """
    columns = table.columns
    stamps = dict.fromkeys(layout.stamps, "VARCHAR")
    stamp = f"landed_time(coalesce({', '.join([*layout.stamps, 'null'])}))"
    match wrap:
        case Wrap.PLAIN:
            read = _read(files, {**columns, **stamps})
            return f"select {_names(columns)}, {stamp} as landed_at from {read}"
        case Wrap.AIRBYTE:
            read = _read(files, {"_airbyte_data": _struct(columns), **stamps})
            return f"select {_unpacked('_airbyte_data', columns)}, {stamp} as landed_at from {read}"
        case Wrap.AIRBYTE_TEXT:
            parsed = from_json("_airbyte_data", _struct(columns))
            read = _read(files, {"_airbyte_data": "VARCHAR", **stamps})
            inner = f"select {parsed} as data, {stamp} as landed_at from {read}"
            return f"select {_unpacked('data', columns)}, landed_at from ({inner})"
        case Wrap.PROTOCOL:
            shape = {"stream": "VARCHAR", "data": _struct(columns), "emitted_at": "VARCHAR"}
            read = _read(files, shape)
            return (
                f"select {_unpacked('data', columns)}, landed_time(emitted_at) as landed_at"
                f" from {read} where {_is_of(table, 'stream')}"
            )
        case Wrap.MESSAGE:
            inner = f"STRUCT(stream VARCHAR, data {_struct(columns)}, emitted_at VARCHAR)"
            read = _read(files, {"type": "VARCHAR", "record": inner})
            return (
                f"select {_unpacked('record.data', columns)},"
                f" landed_time(record.emitted_at) as landed_at from {read}"
                f" where coalesce(type, 'RECORD') = 'RECORD' and {_is_of(table, 'record.stream')}"
            )
        case Wrap.SINGER:
            shape = {
                "type": "VARCHAR",
                "stream": "VARCHAR",
                "record": _struct({**columns, **stamps}),
                "time_extracted": "VARCHAR",
            }
            at = f"coalesce(time_extracted, {', '.join(f'record.{name}' for name in stamps)})"
            return (
                f"select {_unpacked('record', columns)}, landed_time({at}) as landed_at"
                f" from {_read(files, shape)}"
                f" where coalesce(type, 'RECORD') = 'RECORD' and {_is_of(table, 'stream')}"
            )


def _is_of(table: Table, stream: str) -> str:
    listed = literals([table.name, *table.other_names])
    condition = f"list_contains({listed}, {stream})"
    return f"coalesce({condition}, true)" if table.is_required and not table.unless else condition


def _read(files: Sequence[str], shape: Mapping[str, str]) -> str:
    columns = ", ".join(f"{quoted(name)}: {literal(kind)}" for name, kind in shape.items())
    return (
        f"read_json({literal_paths(files)}, format = 'newline_delimited', ignore_errors = true,"
        f" maximum_object_size = {LONGEST_LINE}, columns = {{{columns}}})"
    )


def _struct(columns: Mapping[str, str]) -> str:
    return f"STRUCT({', '.join(f'{quoted(name)} {kind}' for name, kind in columns.items())})"


def _names(columns: Mapping[str, str]) -> str:
    return ", ".join(quoted(name) for name in columns)


def _unpacked(struct: str, columns: Mapping[str, str]) -> str:
    return ", ".join(f"{struct}.{quoted(name)} as {quoted(name)}" for name in columns)
