"""Whether two tables are equal, and where they are not.

A table may come from DuckDB's `.df()`, from Parquet or from the oracle, so every value is first
brought to one plain Python value: None for every kind of null, int, float, bool, str, date, or an
aware datetime in UTC.
"""

import datetime
import decimal
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

RELATIVE_TOLERANCE = 1e-9
ABSOLUTE_TOLERANCE = 1e-9
DIFFERENCES_SHOWN = 10

Row = dict[str, Any]


def assert_tables_equal(
    actual: pd.DataFrame,
    expected: pd.DataFrame,
    keys: list[str],
    name: str,
    *,
    columns: list[str] | None = None,
    ordered: bool = False,
) -> None:
    """Fail unless two tables hold the same rows, told apart by `keys`.

    Counts, texts, days, times and booleans are equal exactly, doubles to 1e-9 of their size; null
    equals null alone. Every column of `expected` is compared unless `columns` names some; further
    columns of `actual` are let be. With `ordered` the rows must come in the same order too.
    """
    compared = list(expected.columns) if columns is None else [*keys, *columns]
    compared = list(dict.fromkeys(compared))
    missing_columns = [column for column in compared if column not in actual.columns]
    if missing_columns:
        raise AssertionError(f"{name}: no column {', '.join(missing_columns)}")

    actual_rows = rows_by_key(actual, keys, compared, f"{name} (actual)")
    expected_rows = rows_by_key(expected, keys, compared, f"{name} (expected)")
    missing = [key for key in expected_rows if key not in actual_rows]
    extra = [key for key in actual_rows if key not in expected_rows]
    differences = []
    for key, expected_row in expected_rows.items():
        actual_row = actual_rows.get(key)
        if actual_row is None:
            continue
        for column in compared:
            if not values_equal(actual_row[column], expected_row[column]):
                differences.append(
                    f"  {shown(keys, key)} {column}:"
                    f" {actual_row[column]!r} instead of {expected_row[column]!r}"
                )
    if missing or extra or differences:
        lines = [
            f"{name}: {len(actual_rows)} rows for {len(expected_rows)} expected,"
            f" {len(missing)} missing, {len(extra)} extra, {len(differences)} values differ"
        ]
        lines += [f"  missing {shown(keys, key)}" for key in missing[:DIFFERENCES_SHOWN]]
        lines += [
            f"  extra {shown(keys, key)}: {actual_rows[key]}" for key in extra[:DIFFERENCES_SHOWN]
        ]
        lines += differences[:DIFFERENCES_SHOWN]
        raise AssertionError("\n".join(lines))
    if ordered and list(actual_rows) != list(expected_rows):
        pairs = zip(actual_rows, expected_rows, strict=True)
        place, (got, wanted) = next(
            (place, pair) for place, pair in enumerate(pairs) if pair[0] != pair[1]
        )
        raise AssertionError(
            f"{name}: row {place} is {shown(keys, got)} instead of {shown(keys, wanted)}"
        )


def rows_by_key(
    table: pd.DataFrame, keys: list[str], columns: list[str], name: str
) -> dict[tuple[Any, ...], Row]:
    """Rows with plain values by their key, which no two may share."""
    plain_columns = {
        column: plain_values(table[column]) for column in dict.fromkeys([*keys, *columns])
    }
    rows: dict[tuple[Any, ...], Row] = {}
    for values in zip(*plain_columns.values(), strict=True):
        row = dict(zip(plain_columns, values, strict=True))
        key = tuple(row[column] for column in keys)
        if key in rows:
            raise AssertionError(f"{name}: two rows for {shown(keys, key)}")
        rows[key] = row
    return rows


def plain_values(column: pd.Series) -> list[Any]:
    """A column's values as plain Python; a column of days without a clock time holds dates."""
    values = [plain_value(value) for value in column.tolist()]
    clockless = [value for value in values if is_clockless(value)]
    if clockless and all(value.time() == datetime.time() for value in clockless):
        values = [value.date() if is_clockless(value) else value for value in values]
    return values


def is_clockless(value: Any) -> bool:
    """Whether a value is a datetime without a zone."""
    return isinstance(value, datetime.datetime) and value.tzinfo is None


def plain_value(value: Any) -> Any:
    """One value as None, bool, int, float, str, date or a datetime (in UTC if it has a zone)."""
    if type(value) in (str, int, bool):  # as most are
        return value
    if type(value) is float:
        return None if math.isnan(value) else value
    if isinstance(value, list | tuple | np.ndarray):
        return tuple(plain_value(item) for item in value)
    if value is None or pd.isna(value):
        return None
    convert: Callable[[Any], Any] | None = next(
        (
            converter
            for kinds, converter in (
                ((bool, np.bool_), bool),
                ((int, np.integer), int),
                ((float, np.floating, decimal.Decimal), float),
                ((np.datetime64,), lambda moment: pd.Timestamp(moment).to_pydatetime()),
                ((pd.Timestamp,), pd.Timestamp.to_pydatetime),
            )
            if isinstance(value, kinds)
        ),
        None,
    )
    plain = value if convert is None else convert(value)
    if isinstance(plain, datetime.datetime) and plain.tzinfo is not None:
        return plain.astimezone(datetime.UTC)
    return plain


def values_equal(actual: Any, expected: Any) -> bool:
    """Equal, and of one kind; only two doubles may be a little apart."""
    if type(actual) is type(expected) and actual == expected:
        return True
    if actual is None or expected is None:
        return actual is expected
    if isinstance(actual, bool) or isinstance(expected, bool):
        return actual is expected
    if isinstance(actual, float) and isinstance(expected, float):
        return math.isclose(
            actual, expected, rel_tol=RELATIVE_TOLERANCE, abs_tol=ABSOLUTE_TOLERANCE
        )
    return bool(actual == expected)


def shown(keys: list[str], key: tuple[Any, ...]) -> str:
    """A key as it is told in an error."""
    return ", ".join(f"{name}={value}" for name, value in zip(keys, key, strict=True))
