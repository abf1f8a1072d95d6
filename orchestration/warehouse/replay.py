"""Batches without dbt: what dbt made of the project for one ordinary batch serves the next ones.

In an ordinary batch every table of changed rows gets the changes of some days. dbt then makes the
same SQL each time but for the lists of landed files, and takes longer to make it than DuckDB to run
it. So the SQL that dbt wrote is kept under a hash of all that it depends on, and run in one
transaction. Whatever is not so ordinary, or does not go well, is left to dbt.

Belongs here: keeping and running that SQL. Does not: what a batch has to do (`batches`), running
dbt (`dbt`).
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import duckdb

from orchestration.engines import engine_of
from orchestration.engines.warehouse_file import opened
from orchestration.machine import files
from orchestration.settings import Settings
from orchestration.warehouse import dbt
from orchestration.warehouse.batches import BatchPlan
from orchestration.warehouse.catalog import Catalog
from orchestration.warehouse.parsing import ParsedFiles
from orchestration.warehouse.raw_views import (
    Lists,
    Part,
    file_lists,
    has_path,
    merged,
    put_together,
    take_apart,
)
from orchestration.warehouse.results import DbtResult, test_outcome

logger = logging.getLogger("inbox.warehouse")

MOST_KEPT = 4
"""Scripts that stay, of models and of tests: those of this version, and of the one before."""

_JSON_BYTES = 2**24  # what `register_raw_records` lets a reader take, unless the catalog is larger


@dataclass
class Script:
    """What dbt ran by one command: the statements before it, then each model or test."""

    hooks: list[Part] = field(default_factory=list)
    nodes: list[DbtResult] = field(default_factory=list)


def run_models(
    settings: Settings, catalog: Catalog, plan: BatchPlan, part: Collection[str] | None = None
) -> list[DbtResult]:
    """Runs the models as `dbt.run_models` does, without dbt where it has run such a batch."""
    lists = file_lists(catalog)
    place = None
    if part is None and _is_ordinary(settings, plan, "apply"):
        size = settings.raw_catalog.stat().st_size
        place = _place(settings, plan, max(_JSON_BYTES, 2 ** size.bit_length()))
    script = _read(place)
    hooks = put_together(script.hooks, lists, settings.home) if script else None
    if script is not None and hooks is not None:
        with _left_to_dbt():
            return _apply(settings, plan, hooks, script.nodes)
    results = dbt.run_models(settings, plan, part)
    if place is not None:
        _keep(place, settings.home, results, lists, script)
    return results


def run_tests(
    settings: Settings, plan: BatchPlan, selection: Collection[str] = ()
) -> list[DbtResult]:
    """Tests the models as `dbt.run_tests` does, without dbt where it has tested such a batch."""
    place = None
    if not selection and _is_ordinary(settings, plan, "applied"):
        place = _place(settings, plan)
    script = _read(place)
    if script is not None:
        with _left_to_dbt():
            return _test(settings, script.nodes)
    results = dbt.run_tests(settings, plan, selection)
    if place is not None:
        _keep(place, settings.home, results)
    return results


def _is_ordinary(settings: Settings, plan: BatchPlan, action: str) -> bool:
    return engine_of(settings).runs_kept_sql and set(plan.actions.values()) == {action}


def _place(settings: Settings, plan: BatchPlan, json_bytes: int = 0) -> Path:
    """The file of what dbt makes of the project, with these settings, for such a batch."""
    told = [
        ParsedFiles(settings, engine_of(settings)).key,
        settings.dbt_vars,
        dict(plan.actions),
        dict(plan.fingerprints),
        json_bytes,
    ]
    key = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    return settings.dbt_folder / "replay" / f"{key}.json"


@contextmanager
def _left_to_dbt() -> Iterator[None]:
    """Goes on after a failure: dbt says what is wrong and where, or it goes well with it."""
    try:
        yield
    except duckdb.Error as error:
        # Not its text, which may quote rows.
        logger.info("Left to dbt, as it did not go without: %s", type(error).__name__)


def _apply(
    settings: Settings, plan: BatchPlan, hooks: str, models: Sequence[DbtResult]
) -> list[DbtResult]:
    """All of a batch, or nothing of it."""
    started = time.perf_counter()
    results = []
    with opened(settings) as connection:
        connection.begin()
        connection.execute(hooks)
        connection.execute(
            "create or replace table load_state.batch as select "
            f"cast({plan.batch_number} as bigint) as batch_number, '{uuid.uuid4().hex}' as version"
        )
        for model in models:
            begun = time.perf_counter()
            connection.execute(model.sql)
            results.append(replace(model, seconds=time.perf_counter() - begun))
        connection.commit()
    seconds = time.perf_counter() - started
    logger.info("The batch has come to all %d models (%.1f s)", len(results), seconds)
    return results


def _test(settings: Settings, tests: Sequence[DbtResult]) -> list[DbtResult]:
    results = []
    with opened(settings) as connection:
        for test in tests:
            begun = time.perf_counter()
            ((failures, should_warn, should_error),) = connection.execute(test.sql).fetchall()
            outcome = test_outcome(test.severity, failures, should_warn, should_error)
            results.append(replace(test, **outcome, seconds=time.perf_counter() - begun))
    return results


def _keep(
    place: Path,
    home: Path,
    results: Sequence[DbtResult],
    lists: Lists = MappingProxyType({}),
    before: Script | None = None,
) -> None:
    """Keeps what dbt ran, if all of it went well, is known, and would do in any home."""
    hooks = ";".join(result.sql for result in results if result.resource_type == "operation")
    nodes = [result for result in results if result.resource_type != "operation"]
    parts = take_apart(hooks, lists, home)
    if parts is None or not all(_can_be_kept(node, home) for node in results):
        return
    script = Script(merged(before.hooks if before else [], parts), nodes)
    files.write_text(place, json.dumps(asdict(script)))
    kept = sorted(place.parent.glob("*.json"), key=lambda path: path.stat().st_mtime)
    for path in kept[:-MOST_KEPT]:
        path.unlink(missing_ok=True)


def _can_be_kept(result: DbtResult, home: Path) -> bool:
    if result.resource_type == "operation":
        return result.is_success
    return result.is_success and bool(result.sql) and not has_path(result.sql, home)


def _read(place: Path | None) -> Script | None:
    if place is None:
        return None
    try:
        told = json.loads(place.read_text(encoding="utf-8"))
        return Script(
            [Part(**part) for part in told["hooks"]], [DbtResult(**node) for node in told["nodes"]]
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None
