"""Tables of a help desk, composed for the tests, and written as a CSV file each."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from tests.unit.sources.desk import at


class Tables:
    """Rows by table, numbered as they come. columns: the names of each table, parted by blanks."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        self.columns = columns
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in columns}
        self._number = count(100)

    def add(self, table: str, **row: Any) -> int:
        """Add a row; its number, which is the next one where none is given."""
        number = int(row.setdefault("id", next(self._number)))
        self.rows[table].append(row)
        return number

    def row(self, table: str, number: int) -> dict[str, Any]:
        """A row by its number."""
        return next(row for row in self.rows[table] if row["id"] == number)

    def write(self, folder: Path) -> None:
        """A CSV file a table."""
        for name, rows in self.rows.items():
            with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, self.columns[name].split(), restval="")
                writer.writeheader()
                writer.writerows(rows)


def written(when: str) -> str:
    """A time as most tables have it: UTC, without an offset."""
    return at(when).strftime("%Y-%m-%d %H:%M:%S")
