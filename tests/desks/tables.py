"""A desk's tables out of its database, as docs/sources.md tells people to export them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import psycopg2

from tests.services.postgres import PostgresServer


def export_tables(database: PostgresServer, names: Iterable[str], folder: Path) -> Path:
    """A CSV file a table, with a line of names; the folder."""
    folder.mkdir()
    with closing(psycopg2.connect(database.url)) as connection, connection.cursor() as cursor:
        for name in names:
            with (folder / f"{name}.csv").open("wb") as file:
                cursor.copy_expert(f"copy {name} to stdout csv header", file)
    return folder
