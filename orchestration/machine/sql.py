"""Names and texts as SQL has them, for DuckDB and PostgreSQL alike."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path


def quoted(identifier: str) -> str:
    """A name between double quotes."""
    return '"' + identifier.replace('"', '""') + '"'


def quoted_list(identifiers: Iterable[str]) -> str:
    """Names in a list."""
    return ", ".join(quoted(identifier) for identifier in identifiers)


def literal(value: str | Path) -> str:
    """A text between single quotes."""
    return "'" + str(value).replace("'", "''") + "'"


def literal_path(path: str | Path) -> str:
    """The path of one file as DuckDB's readers take it, to whom any path is a pattern."""
    return literal(glob.escape(str(path)))
