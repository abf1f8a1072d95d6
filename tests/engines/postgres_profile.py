"""The dbt target for tests on PostgreSQL, which is no engine of the project's own."""

from __future__ import annotations

from pathlib import Path

from tests.services.postgres import PASSWORD, PostgresServer

PROFILE = """
inbox_warehouse:
  target: postgres
  outputs:
    postgres:
      type: postgres
      host: 127.0.0.1
      port: {port}
      user: inbox
      password: {password}
      dbname: postgres
      schema: main
      threads: 1
"""


def write_profile(server: PostgresServer, folder: Path) -> None:
    """Writes profiles.yml for the server into a folder."""
    (folder / "profiles.yml").write_text(PROFILE.format(port=server.port, password=PASSWORD))
