"""The SQL that kinds write with: macros over text, made in every connection that reads records.

Every macro takes text as a landing gives it and gives null for null; none can raise.

    identifier(x)      trimmed; 12.0 is 12; '', '0' and '-1' are null
    person(x)          identifier of a person, as it is kept: its pseudonym; null for the erased
    address(x)         a mail address without its display name, in lower case
    is_staff(x)        whether an identifier or address is in the source's list of staff
    chosen(name)       the values of an option, as a list of texts
    instant(x)         ISO 8601; without an offset UTC, or the source's zone; 1970-01-01 is null
    epoch(x)           seconds since 1970, whole or not; 0 is null
    milliseconds(x)    milliseconds since 1970; 0 is null
    moment(x)          seconds since 1970 or ISO 8601
    flag(x)            true, t, yes, 1; anything else that is there is false
    whole(x)           a whole number; 12.0 is 12
    text_length(x)     characters of a plain text
    html_length(x)     characters of what a reader of the HTML sees
    masked(x)          a tag or channel, with mail addresses and telephone numbers masked

The source's list of staff is a table too: `listed_staff` (entry).
"""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from orchestration.machine.sql import literal

_ADDRESS = r"[^\s@<>|,;]+@[^\s@<>|,;]+"
_TELEPHONE = r"(\+|\b00)[0-9][0-9 ()./-]{5,}[0-9]|^[0-9][0-9 ()./-]{8,}[0-9]$"


def literals(texts: Iterable[str]) -> str:
    """A list of texts as SQL."""
    return "[" + ", ".join(literal(text) for text in texts) + "]::varchar[]"


def literal_paths(paths: Iterable[object]) -> str:
    """A list of files as DuckDB's readers take it, to whom any path is a pattern."""
    return literals(glob.escape(str(path)) for path in paths)


def add_language(
    connection: duckdb.DuckDBPyConnection,
    person: Callable[[str], str | None] | None = None,
    staff: Iterable[str] = (),
    zone: str = "UTC",
    options: Mapping[str, Any] | None = None,
) -> None:
    """Make the macros. person: what is kept for an identifier; None for the identifier itself."""
    connection.execute("set timezone = 'UTC'")
    for macro in (_instant(zone), *_MACROS):
        connection.execute(f"create or replace macro {macro}")
    listed = literals(sorted({entry.strip().lower() for entry in staff if entry.strip()}))
    connection.execute(
        "create or replace macro is_staff(x) as coalesce("
        f"list_contains({listed}, identifier(x)) or list_contains({listed}, address(x)), false)"
    )
    connection.execute(
        f"create or replace temp table listed_staff as select unnest({listed}) as entry"
    )
    connection.execute(f"create or replace macro chosen(name) as {_chosen(options or {})}")
    if person is None:
        connection.execute("create or replace macro person(x) as identifier(x)")
    else:
        connection.create_function(
            "kept_person",
            _by_column(person),
            ["VARCHAR"],
            "VARCHAR",
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
        )
        connection.execute("create or replace macro person(x) as kept_person(identifier(x))")


def _chosen(options: Mapping[str, Any]) -> str:
    """The values of an option, by its name."""
    cases = [
        f"when {literal(name)} then {literals(value if isinstance(value, list) else [str(value)])}"
        for name, value in options.items()
    ]
    return f"case name {' '.join(cases)} else []::varchar[] end" if cases else "[]::varchar[]"


def _by_column(person: Callable[[str], str | None]) -> Callable[[pa.Array], pa.Array]:
    """A function of a column that asks once for each value of it."""
    known: dict[str | None, str | None] = {None: None}

    def of_column(values: pa.Array) -> pa.Array:
        if isinstance(values, pa.ChunkedArray):
            values = values.combine_chunks()
        codes = values.dictionary_encode()
        for value in codes.dictionary.to_pylist():
            if value not in known:
                known[value] = person(value)
        kept = pa.array([known[value] for value in codes.dictionary.to_pylist()], pa.string())
        return kept.take(codes.indices)

    return of_column


def _instant(zone: str) -> str:
    if zone == "UTC":
        read = "try_cast(x as timestamptz)"
    else:
        read = (
            r"case when regexp_matches(x, '(Z|[+-]\d\d(:?\d\d)?)$') then try_cast(x as timestamptz)"
            f" else timezone({literal(zone)}, try_cast(x as timestamp)) end"
        )
    return f"instant(x) as nullif({read}, timestamptz '1970-01-01 00:00:00+00')"


_MACROS = (
    # When a connector took a record: ISO 8601, or milliseconds or seconds since 1970.
    "landed_time(x) as case when try_cast(x as double) is null then try_cast(x as timestamptz)"
    " when try_cast(x as double) > 1e11 then to_timestamp(try_cast(x as double) / 1000)"
    " else to_timestamp(try_cast(x as double)) end",
    r"whole_text(x) as case when contains(x, '.')"
    r" then regexp_replace(trim(x), '^(-?[0-9]+)\.0+$', '\1') else trim(x) end",
    "identifier(x) as case when whole_text(x) in ('', '0', '-1') then null else whole_text(x) end",
    rf"address(x) as lower(regexp_extract(x, '{_ADDRESS}'))",
    "epoch(x) as case when try_cast(x as double) <> 0 then to_timestamp(try_cast(x as double)) end",
    "milliseconds(x) as"
    " case when try_cast(x as double) <> 0 then to_timestamp(try_cast(x as double) / 1000) end",
    "moment(x) as coalesce(epoch(x), instant(x))",
    "flag(x) as case when x is not null then lower(x) in ('true', 't', 'yes', '1') end",
    "whole(x) as try_cast(whole_text(x) as bigint)",
    "text_length(x) as length(x)",
    r"html_length(x) as length(trim(regexp_replace(regexp_replace(regexp_replace(x,"
    r" '<(br|/p|/div|/li|/tr)[^>]*>', chr(10), 'gi'), '<[^>]*>', '', 'g'),"
    r" '&(#[0-9]+|#x[0-9a-f]+|[a-z]+);', '_', 'gi'), chr(10) || chr(13) || chr(9) || ' '))",
    f"masked(x) as regexp_replace(regexp_replace(x, '{_ADDRESS}', '[address]', 'g'),"
    f" '{_TELEPHONE}', '[number]', 'g')",
)
