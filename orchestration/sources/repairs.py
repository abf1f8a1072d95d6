"""What of a landing had to be put right while it was read: keys like 12.0, times that are 0.

A second look at all records is worth its time only where the first of them show any.
"""

from __future__ import annotations

import re
from collections import Counter

import duckdb

from orchestration.machine.sql import quoted

from .model import Table

FIRST_RECORDS = 2000
_KEY = re.compile(r"(^|_)id$", re.I)
_TIME = re.compile(r"(_at|_time|timestamp|created|updated|resolved|changed)$", re.I)
_IS_REPAIRED = r"regexp_matches({column}, '^\s*-?[0-9]+\.0+\s*$')"
_IS_ZERO = r"regexp_matches({column}, '^(0(\.0*)?|1970-01-01[T ]00:00:00.*)$')"


def count_repairs(connection: duckdb.DuckDBPyConnection, table: Table) -> Counter[str]:
    """Keys that were whole numbers with a point, and times that were none, of what is read now."""
    wanted = {
        "identifiers repaired": _sum(table, _KEY, _IS_REPAIRED),
        "times read as 0": "" if table.zero_is_never else _sum(table, _TIME, _IS_ZERO),
    }
    found: Counter[str] = Counter()
    for name, total in wanted.items():
        scan = f"landed.{quoted(table.name)}"
        if total and _number(connection, f"(select * from {scan} limit {FIRST_RECORDS})", total):
            found[name] = _number(connection, scan, total)
    return found


def _sum(table: Table, names: re.Pattern[str], condition: str) -> str:
    """SQL for how many values of columns of such names are so; empty where there is none."""
    columns = [n for n, kind in table.columns.items() if kind == "VARCHAR" and names.search(n)]
    conditions = (condition.format(column=quoted(column)) for column in columns)
    return " + ".join(f"coalesce(sum(({one})::bigint), 0)" for one in conditions)


def _number(connection: duckdb.DuckDBPyConnection, scan: str, total: str) -> int:
    row = connection.execute(f"select {total} from {scan}").fetchone()
    return 0 if row is None else int(row[0])
