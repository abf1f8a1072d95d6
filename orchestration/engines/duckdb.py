"""DuckDB: it builds in this process, in the file that everything else reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from orchestration.engines.interface import LandedFiles, Ran
from orchestration.engines.state import ModelState, read_states
from orchestration.engines.warehouse_file import held_open, let_go, looked_at
from orchestration.machine.sql import quoted
from orchestration.settings import Settings


@dataclass(frozen=True)
class DuckDB:
    """The engine of this machine."""

    settings: Settings
    name = "duckdb"
    form: tuple[str, ...] = ()
    asks_graph = False
    has_readers_names = True
    runs_kept_sql = True

    def check_installed(self) -> None:
        """It always is."""

    def environment(self) -> dict[str, str]:
        """Where it builds and reads, and how much of the machine it has."""
        return {
            "INBOX_RAW_CATALOG": str(self.settings.raw_catalog),
            "INBOX_RAW_FOLDER": str(self.settings.raw_folder),
            "INBOX_WAREHOUSE_PATH": str(self.settings.warehouse_database),
            "INBOX_SPILL_PATH": str(self.settings.warehouse_folder / "spill"),
            "INBOX_THREADS": str(self.settings.threads),
            "INBOX_MEMORY_LIMIT": self.settings.memory_limit,
        }

    def held(self) -> AbstractContextManager[None]:
        """Its file stays open."""
        return held_open(self.settings)

    @contextmanager
    def session(self) -> Iterator[None]:
        """The database is one process's alone as long as it is open, so dbt's connection ends."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        let_go(self.settings.warehouse_database)
        try:
            yield
        finally:
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]

    def send(self, catalog: LandedFiles) -> None:
        """It reads them where they landed."""

    def clear(self, catalog: LandedFiles) -> None:
        """There is no copy."""

    def states(self) -> Mapping[str, ModelState]:
        """As noted in the database."""
        return read_states(self.settings.warehouse_database)

    def settle(self, ran: Ran) -> None:
        """Drops what models of an earlier version left, also where it had another schema."""
        kept = [
            f"{place}.{name}"
            for name, schema in ran.schemas.items()
            for place in (schema, "changes")
        ]
        with looked_at(self.settings.warehouse_database) as connection:
            for kind, schema, name in connection.execute(
                "select * from ("
                "select 'table', schema_name, table_name as name from duckdb_tables() union all "
                "select 'view', schema_name, view_name from duckdb_views() where not internal "
                "union all select distinct 'macro table', schema_name, function_name "
                "from duckdb_functions() where not internal and function_type = 'table_macro') "
                "where schema_name in ('main', 'internal', 'staging', 'intermediate', 'changes') "
                "and not list_contains(?, schema_name || '.' || name)",
                [kept],
            ).fetchall():
                connection.execute(f"drop {kind} {schema}.{quoted(name)}")
            connection.execute(
                "delete from load_state.models where not list_contains(?, model_name)",
                [list(ran.schemas)],
            )
