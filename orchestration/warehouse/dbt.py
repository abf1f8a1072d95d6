"""Running dbt in this process: one import, one parse, no shell.

A dbt command of its own costs several seconds of start for each call; here they are paid once.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from orchestration.engines import Engine, engine_of
from orchestration.engines.duckdb import DuckDB
from orchestration.errors import InboxError
from orchestration.machine import zones
from orchestration.machine.lock import hold_lock
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.warehouse.batches import BatchPlan
from orchestration.warehouse.parsing import ParsedFiles
from orchestration.warehouse.results import DbtResult, Progress, failures_of, result_of

logger = logging.getLogger("inbox.dbt")


class DbtFailed(InboxError):
    """dbt could not be run at all; the text is its reason."""


def load_manifest(settings: Settings, engine: Engine | None = None) -> dict[str, Any]:
    """dbt's manifest for an engine, parsed anew only where the project has changed.

    What Dagster shows and readers get has the names of DuckDB's, whichever engine builds it.
    """
    files = ParsedFiles(settings, engine or DuckDB(settings))
    if not files.are_current:
        # dbt's folder is one process's at a time, as the warehouse is.
        with hold_lock(settings.warehouse_lock, "parsing the dbt project"):
            if not files.are_current:
                logger.info("Parsing the dbt project (some 10 seconds, once)")
                files.stamp.unlink(missing_ok=True)
                made = settings.dbt_folder / "target"
                # Going on from it, dbt forgets descriptions of tests whose macros have changed.
                (made / "partial_parse.msgpack").unlink(missing_ok=True)
                invoke(settings, ["parse"], engine=engine)
                shutil.copyfile(made / "manifest.json", files.manifest)
                shutil.copyfile(made / "partial_parse.msgpack", files.parsed)
                files.stamp.write_text(files.key)
    loaded: dict[str, Any] = json.loads(files.manifest.read_text(encoding="utf-8"))
    return loaded


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
    return invoke(settings, command, plan.environment, engine_of(settings))


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
    return invoke(settings, [*command, *arguments], plan.environment, engine_of(settings))


def invoke(
    settings: Settings,
    command: Sequence[str],
    batch_plan: str | None = None,
    engine: Engine | None = None,
) -> list[DbtResult]:
    """Runs one dbt command in this process, under the settings; its results, if it has any.

    batch_plan: what each table has to do; without one, every table that runs is built anew.
    engine: DuckDB unless given.
    Raises DbtFailed where it could not begin.
    """
    # Imported here: dbt takes seconds to import, and most commands never need it.
    from dbt.cli.main import dbtRunner

    engine = engine or DuckDB(settings)
    progress = Progress()
    settings.warehouse_folder.mkdir(parents=True, exist_ok=True)
    with _environment(_dbt_environment(settings, batch_plan, engine)), engine.session():
        runner = dbtRunner(manifest=ParsedFiles(settings, engine).load(), callbacks=[progress])
        outcome = runner.invoke(
            [
                *("--log-level", "none", "--no-use-colors", *command),
                *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
                *("--target", engine.name, "--vars", json.dumps(settings.dbt_vars)),
            ]
        )
    results = [result_of(result) for result in getattr(outcome.result, "results", None) or []]
    if outcome.exception is not None or (not outcome.success and not results):
        reason = str(outcome.exception or progress.last_error or "no reason was given")
        raise DbtFailed(f"dbt {command[0]} could not be run: {reason.strip()}")
    return results


def _dbt_environment(settings: Settings, batch_plan: str | None, engine: Engine) -> dict[str, str]:
    return {
        **({} if batch_plan is None else {"INBOX_BATCH_PLAN": batch_plan}),
        "INBOX_ZONE_OFFSETS": json.dumps(zones.offset_changes(settings.timezone)),
        "DBT_TARGET_PATH": str(settings.dbt_folder / "target"),
        "DBT_LOG_PATH": str(settings.dbt_folder / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        **engine.environment(),
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
