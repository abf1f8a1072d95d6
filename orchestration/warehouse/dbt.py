"""Running dbt in this process: one import, one parse, no shell.

A dbt command of its own costs several seconds of start for each call; here they are paid once.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from orchestration.engines.spark.cluster import tolerate_unclosed_sessions
from orchestration.engines.spark.raw_copy import CATALOG, cluster_address
from orchestration.errors import InboxError
from orchestration.exports.manifest import FORMAT_VERSION
from orchestration.machine.lock import hold_lock
from orchestration.machine.stores import ObjectFolder
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.warehouse.batches import BatchPlan

logger = logging.getLogger("inbox.dbt")

DUCKDB = "duckdb"
SUCCEEDED = frozenset({"success", "pass", "warn", "no-op"})


class DbtFailed(InboxError):
    """dbt could not be run at all; the text is its reason."""


@dataclass(frozen=True)
class DbtResult:
    """What became of one model, test or hook.

    status: success, pass, warn, no-op, fail, error or skipped.
    failures: rows that a test found, where it was run. description: of the node, in the project.
    is_told: whether the message says by itself what is the matter.
    """

    unique_id: str
    name: str
    resource_type: str
    status: str
    seconds: float
    failures: int | None
    message: str | None
    description: str = ""
    is_told: bool = False

    @property
    def is_success(self) -> bool:
        """Whether nothing is wrong with it; a warning is not."""
        return self.status in SUCCEEDED


def project_fingerprint() -> str:
    """A hash of every file of the dbt project and of the versions that run it."""
    digest = hashlib.sha256()
    for path in sorted(DBT_PROJECT.rglob("*")):
        relative = path.relative_to(DBT_PROJECT)
        if path.is_file() and relative.parts[0] not in ("target", "logs"):
            digest.update(str(relative).encode() + b"\0" + path.read_bytes() + b"\0")
    for package in ("dbt-core", "dbt-duckdb", "duckdb"):
        digest.update(f"{package}=={version(package)}".encode())
    return digest.hexdigest()


def load_manifest(settings: Settings, target: str = DUCKDB) -> dict[str, Any]:
    """dbt's manifest for a target, parsed anew only where the project or a setting has changed.

    What Dagster shows and readers get has the names of DuckDB's, whichever engine builds it.
    """
    files = _ParsedFiles(settings, target)
    if not files.are_current:
        # dbt's folder is one process's at a time, as the warehouse is.
        with hold_lock(settings.warehouse_lock, "parsing the dbt project"):
            if not files.are_current:
                logger.info("Parsing the dbt project (some 10 seconds, once)")
                files.stamp.unlink(missing_ok=True)
                invoke(settings, ["parse"], target=target)
                made = settings.dbt_folder / "target"
                shutil.copyfile(made / "manifest.json", files.manifest)
                shutil.copyfile(made / "partial_parse.msgpack", files.parsed)
                files.stamp.write_text(files.key)
    loaded: dict[str, Any] = json.loads(files.manifest.read_text(encoding="utf-8"))
    return loaded


class _ParsedFiles:
    """What is kept of a project parsed for a target, and what it was parsed from."""

    def __init__(self, settings: Settings, target: str) -> None:
        self.target = target
        ending = "" if target == DUCKDB else f".{target}"
        self.manifest = settings.dbt_folder / f"manifest{ending}.json"
        self.parsed = settings.dbt_folder / f"parsed{ending}.msgpack"
        self.stamp = settings.dbt_folder / f"manifest{ending}.fingerprint"
        of_target = [] if target == DUCKDB else [version(f"dbt-{target}"), *_of_cluster(settings)]
        self.key = f"{project_fingerprint()} {json.dumps([settings.dbt_vars, *of_target])}"

    @property
    def are_current(self) -> bool:
        """Whether they are all there, and of the project and settings of now."""
        files = (self.manifest, self.parsed, self.stamp)
        return all(file.exists() for file in files) and self.stamp.read_text() == self.key

    def load(self) -> Any:
        """The project as dbt parsed it last, if that is still so: reading it is far less work."""
        from dbt.contracts.graph.manifest import Manifest

        if not self.are_current:
            return None
        manifest = Manifest.from_msgpack(self.parsed.read_bytes())
        if self.target != DUCKDB:
            # What macros know as `graph`, which dbt makes where it parses; those of Spark ask it.
            manifest.build_flat_graph()  # type: ignore[no-untyped-call]
        return manifest


def basis(settings: Settings) -> str:
    """What besides the project decides over the rows of its tables: settings and versions."""
    packages = ("dbt-core", f"dbt-{settings.engine}", "duckdb")
    versions = [version(package) for package in packages]
    of_engine = _of_cluster(settings) if settings.engine == "spark" else []
    return json.dumps(
        [settings.timezone, settings.week_start, FORMAT_VERSION, *versions, *of_engine]
    )


def _of_cluster(settings: Settings) -> list[str]:
    """The settings that decide where a cluster's tables are, and in what form."""
    return [settings.spark_schema, settings.spark_file_format]


def run_models(
    settings: Settings, plan: BatchPlan, selection: Collection[str] | None = None
) -> list[DbtResult]:
    """Runs the models; every model and hook that was to run is in the results.

    selection: names of models; None is all. Raises DbtFailed where dbt could not begin.
    """
    if selection is not None and not selection:
        return []
    arguments = ["--select", *sorted(selection)] if selection else []
    # Nobody reads the manifest and the results that dbt would write to files.
    command = ["run", "--no-write-json", *arguments]
    return invoke(settings, command, plan.environment, settings.engine)


def run_views(settings: Settings, plan: BatchPlan, names: Collection[str] = ()) -> None:
    """Makes views and functions in DuckDB, over tables that another engine has made.

    names: of models; none is all that store nothing. Raises DbtFailed where one cannot be made.
    """
    selection = sorted(names) or [
        f"config.materialized:{kind}" for kind in ("changed_view", "table_function")
    ]
    command = ["run", "--no-write-json", "--select", *selection]
    failed = failures_of(invoke(settings, command, plan.environment))
    if failed:
        raise DbtFailed(f"{failed[0].name}: {failed[0].message or failed[0].status}")


def run_tests(
    settings: Settings, plan: BatchPlan, selection: Collection[str] = ()
) -> list[DbtResult]:
    """Tests the models; every test that was to run is in the results.

    selection: names of tests, and of models that are not to be tested; none is all.
    """
    arguments = (
        ["--indirect-selection", "empty", "--select", *sorted(selection)] if selection else []
    )
    command = ["test", "--no-write-json", "--exclude-resource-type", "unit_test"]
    return invoke(settings, [*command, *arguments], plan.environment, settings.engine)


def invoke(
    settings: Settings,
    command: Sequence[str],
    batch_plan: str | None = None,
    target: str = DUCKDB,
) -> list[DbtResult]:
    """Runs one dbt command in this process, under the settings; its results, if it has any.

    batch_plan: what each table has to do; without one, every table that runs is built anew.
    target: the engine, as profiles.yml names it.
    Raises DbtFailed where it could not begin.
    """
    # Imported here: dbt takes seconds to import, and most commands never need it.
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    if target == "spark":
        tolerate_unclosed_sessions()
    progress = _Progress()
    settings.warehouse_folder.mkdir(parents=True, exist_ok=True)
    with _environment(_dbt_environment(settings, batch_plan, target)):
        runner = dbtRunner(manifest=_ParsedFiles(settings, target).load(), callbacks=[progress])
        try:
            outcome = runner.invoke(
                [
                    "--log-level",
                    "none",
                    "--no-use-colors",
                    *command,
                    "--project-dir",
                    str(DBT_PROJECT),
                    "--profiles-dir",
                    str(DBT_PROJECT),
                    "--target",
                    target,
                    "--vars",
                    json.dumps(settings.dbt_vars),
                ]
            )
        finally:
            # The database is one process's alone as long as it is open.
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    results = [_result(result) for result in getattr(outcome.result, "results", None) or []]
    if outcome.exception is not None or (not outcome.success and not results):
        reason = str(outcome.exception or progress.last_error or "no reason was given")
        raise DbtFailed(f"dbt {command[0]} could not be run: {reason.strip()}")
    return results


def _dbt_environment(settings: Settings, batch_plan: str | None, target: str) -> dict[str, str]:
    catalog = str(settings.raw_catalog)
    if target != DUCKDB and settings.spark_raw is not None:
        catalog = f"{cluster_address(ObjectFolder(settings.spark_raw))}/{CATALOG}"
    return {
        **({} if batch_plan is None else {"INBOX_BATCH_PLAN": batch_plan}),
        "DBT_TARGET_PATH": str(settings.dbt_folder / "target"),
        "DBT_LOG_PATH": str(settings.dbt_folder / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "INBOX_RAW_CATALOG": catalog,
        "INBOX_WAREHOUSE_PATH": str(settings.warehouse_database),
        "INBOX_SPILL_PATH": str(settings.warehouse_folder / "spill"),
        "INBOX_THREADS": str(settings.threads),
        "INBOX_MEMORY_LIMIT": settings.memory_limit,
        "INBOX_SPARK_HOST": settings.spark_host,
        "INBOX_SPARK_PORT": str(settings.spark_port),
        "INBOX_SPARK_USER": settings.spark_user,
        "INBOX_SPARK_SCHEMA": settings.spark_schema,
        "INBOX_SPARK_FILE_FORMAT": settings.spark_file_format,
        **(
            {"DBT_ENV_SECRET_INBOX_SPARK_PASSWORD": settings.spark_password.get_secret_value()}
            if settings.spark_password is not None
            else {}
        ),
    }


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class _Progress:
    """Hears dbt's events: says what is done now and then, and keeps the last error."""

    def __init__(self) -> None:
        self.last_error: str | None = None

    def __call__(self, event: Any) -> None:
        if event.info.level == "error":
            self.last_error = event.info.msg
        data = event.data
        if event.info.name == "LogModelResult":
            what = data.description.replace("sql ", "").removesuffix(" model")
            self._say(data.index, data.total, what, data)
        elif event.info.name == "LogTestResult" and data.status.lower() != "pass":
            self._say(data.index, data.num_models, f"test {data.name}", data)

    def _say(self, index: int, total: int, what: str, data: Any) -> None:
        logger.info(
            "%d of %d: %s: %s (%.1f s)",
            index,
            total,
            what,
            data.status.lower(),
            data.execution_time,
        )


def _result(result: Any) -> DbtResult:
    return DbtResult(
        unique_id=result.node.unique_id,
        name=result.node.name,
        resource_type=str(result.node.resource_type),
        status=str(result.status),
        seconds=float(result.execution_time or 0.0),
        failures=result.failures,
        message=result.message,
        description=getattr(result.node, "description", "") or "",
    )


def failures_of(results: Sequence[DbtResult]) -> list[DbtResult]:
    """The results that stop a publication, the causes before what was skipped for them."""
    failed = [result for result in results if not result.is_success]
    return sorted(failed, key=lambda result: result.status == "skipped")
