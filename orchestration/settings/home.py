"""What lies where in a home: every path that follows from INBOX_HOME."""

from __future__ import annotations

from pathlib import Path


class HomePaths:
    """The paths of a home, which whoever derives from this says."""

    home: Path

    @property
    def raw_folder(self) -> Path:
        """The landed exports: Parquet by entity and day, quarantine and manifests."""
        return self.home / "raw"

    @property
    def warehouse_folder(self) -> Path:
        """The database that dbt builds in, its lock, its catalog of landed files, its spill."""
        return self.home / "warehouse"

    @property
    def warehouse_database(self) -> Path:
        """The DuckDB file that dbt builds in, or that holds views of a cluster's tables.

        Readers never open it.
        """
        return self.warehouse_folder / "warehouse.duckdb"

    @property
    def warehouse_lock(self) -> Path:
        """Held by whoever writes the warehouse or what readers open."""
        return self.warehouse_folder / "warehouse.lock"

    @property
    def run_lock(self) -> Path:
        """Held by a run of the command, from looking for new days to publishing them."""
        return self.home / "run.lock"

    @property
    def load_lock(self) -> Path:
        """Held by whoever loads export days."""
        return self.home / "load.lock"

    @property
    def failing_record(self) -> Path:
        """The JSON file that names what failed and has not been well since, for alerts."""
        return self.home / "failing.json"

    @property
    def raw_catalog(self) -> Path:
        """The JSON file that names every landed file of every loaded day, for dbt."""
        return self.warehouse_folder / "raw_catalog.json"

    @property
    def published_folder(self) -> Path:
        """What readers open: `inbox.duckdb` and `parquet/`."""
        return self.home / "published"

    @property
    def published_database(self) -> Path:
        """The DuckDB file that readers open; it is only ever replaced whole."""
        return self.published_folder / "inbox.duckdb"

    @property
    def dbt_folder(self) -> Path:
        """dbt's manifest and compiled SQL."""
        return self.home / "dbt"

    @property
    def sources_folder(self) -> Path:
        """What each source has brought, and how far it has come."""
        return self.home / "sources"

    @property
    def dagster_home(self) -> Path:
        """Dagster's instance: runs, events and schedules."""
        return self.home / "dagster"
