"""The warehouse's file as DuckDB has it open in this process.

To open it takes as long as many statements: its catalog is read, and the functions in it. A build
asks several things one after the other, so it holds the file open for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb

from orchestration.machine.sql import literal
from orchestration.settings import DBT_PROJECT, Settings

_held: dict[Path, duckdb.DuckDBPyConnection] = {}


@contextmanager
def held_open(settings: Settings) -> Iterator[None]:
    """Keeps the file open as dbt opens it, if it is there, to the end or until it is let go."""
    database = settings.warehouse_database
    if database.exists():
        _held[database] = _connect(settings, _profile())
    try:
        yield
    finally:
        let_go(database)


def let_go(database: Path) -> None:
    """Closes a file that is held: one that goes, or that dbt opens, which takes none beside it."""
    connection = _held.pop(database, None)
    if connection is not None:
        connection.close()


@contextmanager
def opened(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse as a model of dbt finds it."""
    profile = _profile()
    held = _held.get(settings.warehouse_database)
    with closing(_connect(settings, profile) if held is None else held.cursor()) as connection:
        for name, value in profile["settings"].items():
            connection.execute(f"set {name} = {literal(str(value))}")
        yield connection


@contextmanager
def looked_at(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse for a question that does not depend on how it is opened."""
    held = _held.get(database)
    with closing(duckdb.connect(str(database)) if held is None else held.cursor()) as connection:
        yield connection


def _connect(settings: Settings, profile: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    # What dbt takes from the environment is in `engine_config`.
    fixed = {name: value for name, value in profile["config_options"].items() if value is False}
    return duckdb.connect(
        str(settings.warehouse_database), config={**fixed, **settings.engine_config}
    )


def _profile() -> dict[str, Any]:
    import yaml

    profiles = yaml.safe_load((DBT_PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    told: dict[str, Any] = profiles["inbox_warehouse"]["outputs"]["duckdb"]
    return told
