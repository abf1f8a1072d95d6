"""A warehouse on a Spark cluster, brought up to date by the batches that are planned for DuckDB."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from pyhive import hive

from orchestration.engines.spark.connection import tolerate_unclosed_sessions
from orchestration.engines.state import ModelState
from orchestration.exports import find_export_days, load_day, pending_days, read_manifests
from orchestration.machine.zones import offset_changes
from orchestration.privacy.record import Door
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.warehouse import dbt
from orchestration.warehouse.batches import BatchPlan, Models, is_interrupted, plan_batch
from orchestration.warehouse.build import build_warehouse, following_catalog
from orchestration.warehouse.catalog import read_catalog, write_catalog
from orchestration.warehouse.open_hours import load_schedules
from orchestration.warehouse.parsing import basis
from orchestration.warehouse.verify import verify_against
from tests.services.spark import SparkCluster

# Runs dbt; where a pattern of a statement is given, kills its own process so many seconds after
# its start, in the midst of it or at its end: its thread begins no further statement.
DBT = """
import os, re, signal, sys, threading
from dbt.adapters.spark.connections import PyhiveConnectionWrapper
from dbt.cli.main import dbtRunner
from orchestration.engines.spark.connection import tolerate_unclosed_sessions

fatal, seconds, *command = sys.argv[1:]
execute = PyhiveConnectionWrapper.execute

def kill():
    os.kill(os.getpid(), signal.SIGKILL)

def watched(self, sql, bindings=None):
    if fatal and re.search(fatal, sql):
        if not float(seconds):
            kill()
        timer = threading.Timer(float(seconds), kill)
        timer.start()
        try:
            execute(self, sql, bindings)
        finally:
            timer.join()
    return execute(self, sql, bindings)

PyhiveConnectionWrapper.execute = watched
tolerate_unclosed_sessions()
sys.exit(not dbtRunner().invoke(command).success)
"""


class Killed(Exception):
    """dbt was killed where that was asked for."""


@dataclass(frozen=True)
class SparkWarehouse:
    """What the cluster holds of the landed files of a home; its catalog is its own."""

    settings: Settings
    cluster: SparkCluster

    @property
    def catalog(self) -> Path:
        """The catalog of the batch that it is at."""
        return self.settings.home / "spark" / "raw_catalog.json"

    def land(self) -> None:
        """Loads the export days that are due."""
        raw = self.settings.raw_folder
        for day in pending_days(find_export_days(self.settings.exports_folder), raw):
            load_day(day, raw, Door())

    def build_on_duckdb(self) -> None:
        """Brings DuckDB's warehouse of the home to what is landed."""
        built = build_warehouse(self.settings, with_tests=False)
        assert all(result.is_success for result in built.results)

    def start_dbt(
        self, *command: str, plan: BatchPlan | None = None, killed_at: tuple[str, float] = ("", 0)
    ) -> subprocess.Popen[str]:
        """dbt on the cluster. killed_at: a pattern of a statement, and the seconds after it."""
        folder = self.settings.home / "spark"
        pattern, seconds = killed_at
        return subprocess.Popen(
            [
                *(sys.executable, "-c", DBT, pattern, str(seconds)),
                *(*command, "--quiet", "--no-use-colors"),
                *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
                *("--target", "spark", "--vars", json.dumps(self.settings.dbt_vars)),
                *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
            ],
            env={
                **os.environ,
                **self.cluster.environment,
                "INBOX_RAW_CATALOG": str(self.catalog),
                "INBOX_RAW_FOLDER": str(self.settings.raw_folder),
                "INBOX_ZONE_OFFSETS": json.dumps(offset_changes(self.settings.timezone)),
                **({"INBOX_BATCH_PLAN": plan.environment} if plan else {}),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run_dbt(
        self, *command: str, plan: BatchPlan | None = None, killed_at: tuple[str, float] = ("", 0)
    ) -> None:
        """dbt on the cluster, to a good end. Raises Killed where that comes first."""
        process = self.start_dbt(*command, plan=plan, killed_at=killed_at)
        output, _ = process.communicate()
        if process.returncode == -signal.SIGKILL:
            raise Killed(killed_at)
        assert process.returncode == 0, output

    def build(self, *options: str, killed_at: tuple[str, float] = ("", 0)) -> BatchPlan:
        """Brings it to what is landed, after a batch that was interrupted; what the last one did.

        options: of dbt's runs. Raises Killed.
        """
        models = self.models()
        catalog = read_catalog(self.catalog)
        states = self.states(models) if catalog else {}
        if catalog and is_interrupted(catalog.batch_number, models, states):
            plan = plan_batch(catalog.batch_number, models, states)
            self.run_dbt("run", *options, plan=plan, killed_at=killed_at)
        plan = self.next_plan()
        self.run_dbt("run", *options, plan=plan, killed_at=killed_at)
        return plan

    def next_plan(self) -> BatchPlan:
        """Begins the batch that brings it to what is landed."""
        models = self.models()
        catalog = read_catalog(self.catalog)
        states = self.states(models) if catalog else {}
        manifests = read_manifests(self.settings.raw_folder)
        schedules = load_schedules(self.settings)
        following = following_catalog(self.settings, catalog, manifests, schedules)
        write_catalog(following, self.catalog)
        return plan_batch(following.batch_number, models, states)

    def models(self) -> Models:
        """The models as they are planned for."""
        schedules = load_schedules(self.settings).fingerprint
        return Models(dbt.load_manifest(self.settings), basis(self.settings), schedules)

    def states(self, models: Models) -> dict[str, ModelState]:
        """What each table has had, by its properties; nothing of one whose rows may be missing."""
        states = {}
        for schema in ("inbox_intermediate", "inbox_internal", "inbox_main"):
            for _, name, _ in self.read(f"show tables in {schema}"):
                if name not in models.fingerprints:
                    continue
                of = dict(self.read(f"show tblproperties {schema}.{name}"))
                if "inbox.batch_number" in of and of["inbox.action"] != "applying":
                    states[name] = ModelState(
                        of["inbox.fingerprint"],
                        int(of["inbox.batch_number"]),
                        of["inbox.action"],
                        of["inbox.version"],
                        of.get("inbox.previous_version"),
                        int(of["inbox.rows_written"]),
                    )
        return states

    def read(self, query: str) -> list[tuple[str, ...]]:
        """What a statement gives."""
        tolerate_unclosed_sessions()
        with hive.connect("127.0.0.1", self.cluster.port) as connection:
            cursor = connection.cursor()
            cursor.execute(query)
            return [tuple(row) for row in cursor.fetchall()]

    def files(self) -> dict[str, dict[str, set[str]]]:
        """By table that batches change and day: its files, each under a name that it keeps."""
        found: dict[str, dict[str, set[str]]] = {}
        for path in self.cluster.warehouse.glob("inbox_[mi]*.db/*/*=*/*.parquet"):
            found.setdefault(path.parts[-3], {}).setdefault(path.parts[-2], set()).add(path.name)
        return found

    def rows(self) -> dict[str, dict[str, Sequence[tuple[object, ...]]]]:
        """By table that batches change and day: its rows."""
        found: dict[str, dict[str, Sequence[tuple[object, ...]]]] = {}
        for folder in self.cluster.warehouse.glob("inbox_[mi]*.db/*/*=*"):
            rows = duckdb.sql(f"from '{folder}/*.parquet' order by all").fetchall()
            found.setdefault(folder.parts[-2], {})[folder.name] = rows
        return found

    def assert_as_on_duckdb(self) -> dict[str, int]:
        """Every table has the rows that DuckDB's has; how many, by table."""
        folder = self.cluster.warehouse / "inbox_main.db"
        # A view has no files: what it gives is written where those of a table would be.
        for view in self.models().views:
            self.run(
                f"insert overwrite directory '{folder / view}' using parquet "
                f"select * from inbox_main.{view}"
            )
        found = verify_against(self.settings, folder)
        assert not found.differences, found.differences
        assert {"fct_threads", "fct_period_timings", "mart_agents_weekly"} <= found.rows.keys()
        assert sum(found.rows.values()) > 1000
        return found.rows

    def run(self, statement: str) -> None:
        """Runs a statement that gives nothing, with the settings of dbt's target."""
        tolerate_unclosed_sessions()
        settings = {"set:hiveconf:spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS"}
        with hive.connect("127.0.0.1", self.cluster.port, configuration=settings) as connection:
            connection.cursor().execute(statement)
