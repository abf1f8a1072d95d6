"""Spark: it builds on a cluster, over its Thrift server; this machine has views of its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from importlib.util import find_spec

from orchestration.engines.interface import LandedFiles, Ran
from orchestration.engines.spark.connection import tolerate_unclosed_sessions
from orchestration.engines.spark.raw_copy import (
    CATALOG,
    cluster_address,
    remove_unnamed,
    upload_catalog,
)
from orchestration.engines.spark.tables import read_cluster
from orchestration.engines.spark.views import write_states, write_views
from orchestration.engines.state import ModelState
from orchestration.machine.stores import ObjectFolder
from orchestration.settings import Settings, SettingsError


@dataclass(frozen=True)
class Spark:
    """The engine of a cluster."""

    settings: Settings
    name = "spark"
    asks_graph = True
    has_readers_names = False
    runs_kept_sql = False

    @property
    def form(self) -> tuple[str, ...]:
        """The databases' names, and the form of the tables' files."""
        return (self.settings.spark_schema, self.settings.spark_file_format)

    @property
    def store(self) -> ObjectFolder | None:
        """Where the cluster reads, if it does not see this disk."""
        return None if self.settings.spark_raw is None else ObjectFolder(self.settings.spark_raw)

    def check_installed(self) -> None:
        """Raises SettingsError where the extra is not there."""
        if find_spec("pyhive") is None:
            raise SettingsError(
                "INBOX_ENGINE: install the extra inbox-warehouse[spark] to use spark"
            )

    def environment(self) -> dict[str, str]:
        """Where the cluster is and where it reads; the password where dbt hides it."""
        settings = self.settings
        raw, catalog = str(settings.raw_folder), str(settings.raw_catalog)
        if self.store is not None:
            raw = cluster_address(self.store)
            catalog = f"{raw}/{CATALOG}"
        password = settings.spark_password
        secret = "" if password is None else password.get_secret_value()
        return {
            "INBOX_RAW_CATALOG": catalog,
            "INBOX_RAW_FOLDER": raw,
            "INBOX_THREADS": str(settings.threads),
            "INBOX_SPARK_HOST": settings.spark_host,
            "INBOX_SPARK_PORT": str(settings.spark_port),
            "INBOX_SPARK_USER": settings.spark_user,
            "INBOX_SPARK_SCHEMA": settings.spark_schema,
            "INBOX_SPARK_FILE_FORMAT": settings.spark_file_format,
            **({"DBT_ENV_SECRET_INBOX_SPARK_PASSWORD": secret} if secret else {}),
        }

    def held(self) -> AbstractContextManager[None]:
        """Nothing: the file of views is replaced by another in between."""
        return nullcontext()

    @contextmanager
    def session(self) -> Iterator[None]:
        """A session that the server cannot close is no error."""
        tolerate_unclosed_sessions()
        yield

    def send(self, catalog: LandedFiles) -> None:
        """Uploads what is not there, and last the catalog."""
        if self.store is not None:
            upload_catalog(self.store, self.settings.raw_folder, catalog)

    def clear(self, catalog: LandedFiles) -> None:
        """Removes the objects that the catalog does not name."""
        if self.store is not None:
            remove_unnamed(self.store, self.settings.raw_folder, catalog)

    def states(self) -> Mapping[str, ModelState]:
        """As noted in the tables' properties. Raises ClusterUnavailable, ClusterRefused."""
        return {
            table.name: table.state
            for table in read_cluster(self.settings)
            if table.state is not None
        }

    def settle(self, ran: Ran) -> None:
        """Makes the file of views over what the cluster has built, and what stores nothing there.

        Where a model is missing, the views and functions over it cannot be.
        """
        tables = read_cluster(self.settings)
        stored = [table for table in tables if table.name not in ran.views]
        write_views(self.settings, stored, {node["name"]: node for node in ran.nodes()})
        if not ran.is_whole:
            return
        ran.run_views(dict.fromkeys(ran.views, "build"), ())
        applied = [
            table.name
            for table in tables
            if table.name in ran.views and table.state and table.state.action == "applied"
        ]
        if applied:
            ran.run_views(dict.fromkeys(applied, "apply"), applied)
        write_states(self.settings, tables)
