"""Building the warehouse from what has landed, and remembering how far that came.

The record of a build says what the warehouse holds, so that only tables whose every test has
passed are published, whoever built them.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from orchestration.engines import engine_of
from orchestration.engines.interface import Ran
from orchestration.engines.state import ModelState, read_states
from orchestration.engines.warehouse_file import let_go
from orchestration.errors import InboxError
from orchestration.exports import DayManifest, collect_garbage, read_manifests
from orchestration.exports.coverage import Coverage, find_coverage
from orchestration.exports.healing import unresolved_rows
from orchestration.machine import files
from orchestration.machine.lock import hold_lock
from orchestration.settings import Settings
from orchestration.warehouse import dbt, replay
from orchestration.warehouse.batches import BatchPlan, Models, is_interrupted, plan_batch
from orchestration.warehouse.catalog import (
    Catalog,
    next_catalog,
    raw_fingerprint,
    read_catalog,
    with_coverage,
    with_schedules,
    write_catalog,
)
from orchestration.warehouse.open_hours import Schedules, load_schedules
from orchestration.warehouse.parsing import basis, project_fingerprint
from orchestration.warehouse.results import DbtResult
from orchestration.warehouse.tables import WarehouseTables, describe_tables
from orchestration.warehouse.words import in_words

logger = logging.getLogger("inbox.warehouse")


class LandedFilesUnreadable(InboxError):
    """A full build would begin with nothing, and cannot read what it is to be made from."""

    advice = "restore it from a backup, or read its day again with: inbox days reopen"

    @property
    def what(self) -> str:
        """Which file."""
        return f"The landed file {self.args[0]} cannot be read; the warehouse stays as it is"


@dataclass(frozen=True)
class WarehouseBuild:
    """What a build did.

    fingerprint: of everything that it was made from. is_complete: whether every model was built
    and every test passed. days: the loaded export days that it read. states: by table, what it has
    had. tables: what the warehouse holds then.
    """

    fingerprint: str
    is_complete: bool
    days: tuple[date, ...]
    results: tuple[DbtResult, ...]
    states: Mapping[str, ModelState]
    tables: WarehouseTables


def build_warehouse(
    settings: Settings, selection: Sequence[str] = (), *, with_tests: bool = True
) -> WarehouseBuild:
    """Brings the models to what is landed now, and tests them.

    What landed since the last build is applied to the tables that stand; what cannot be is built
    anew. A build that was interrupted is gone on with first.

    selection: names of models and tests, for a part of them. Such models are built anew from what
    the others hold, which are left alone unless a build was interrupted or something has landed.
    Such a build can be published only where a whole one of the same inputs passed before it.
    Raises DbtFailed where dbt could not begin, LockBusy where another process does not end.
    """
    models = load_models(settings)
    with hold_lock(settings.warehouse_lock, "a build"):
        manifests = read_manifests(settings.raw_folder)
        fingerprint = input_fingerprint(settings, manifests)
        tested = tested_fingerprint(settings)
        _record(settings, None)
        with engine_of(settings).held():
            results = _bring_up_to_date(settings, models, manifests, selection)
            states = read_states(settings.warehouse_database)
            if with_tests and all(result.is_success for result in results):
                plan = plan_batch(_batch_number(settings), models, states)
                if tested is None:
                    # What a build before this one left untested is tested too: every row is.
                    plan = replace(plan, actions=dict.fromkeys(plan.actions, "built"))
                results += in_words(settings, replay.run_tests(settings, plan, selection))
            tables = describe_tables(settings.warehouse_database)
        is_complete = with_tests and all(result.is_success for result in results)
        if is_complete and (not selection or tested == fingerprint):
            _record(settings, fingerprint)
        return WarehouseBuild(
            fingerprint=fingerprint,
            is_complete=is_complete,
            days=tuple(manifests),
            results=tuple(results),
            states=states,
            tables=tables,
        )


def _bring_up_to_date(
    settings: Settings,
    models: Models,
    manifests: Mapping[date, DayManifest],
    selection: Sequence[str],
) -> list[DbtResult]:
    """Runs the models: those of a batch that was interrupted, then those of what has landed."""
    schedules = load_schedules(settings)
    catalog = read_catalog(settings.raw_catalog)
    collect_garbage(settings.raw_folder, catalog.paths if catalog else ())
    states = engine_of(settings).states()
    if catalog is not None and is_interrupted(catalog.batch_number, models, states):
        if catalog.is_readable:
            logger.info("Going on with the build that was interrupted")
            catalog = with_schedules(catalog, schedules)
            write_catalog(catalog, settings.raw_catalog)
            results = _run_models(
                settings, catalog, plan_batch(catalog.batch_number, models, states)
            )
            if not all(result.is_success for result in results):
                return results
            states = engine_of(settings).states()
        else:
            catalog = None
    following = following_catalog(settings, catalog, manifests, schedules)
    is_same = catalog is not None and following.batch_number == catalog.batch_number
    rebuild = frozenset(selection) & models.fingerprints.keys() if is_same else frozenset()
    plan = plan_batch(following.batch_number, models, states if catalog else {}, rebuild)
    if plan.builds_all:
        # All that stands goes, so what it is rebuilt from is looked at first.
        if (unreadable := following.unreadable) is not None:
            raise LandedFilesUnreadable(unreadable)
        _remove_database(settings)
    write_catalog(following, settings.raw_catalog)
    is_part = bool(selection) and is_same and not plan.needs_work(rebuild)
    part = models.schemas.keys() & set(selection) if is_part else None
    results = _run_models(settings, following, plan, part)
    engine_of(settings).settle(
        Ran(
            schemas=models.schemas,
            views=models.views,
            is_whole=all(result.is_success for result in results),
            nodes=lambda: dbt.load_manifest(settings)["nodes"].values(),
            run_views=lambda actions, names: dbt.run_views(
                settings, BatchPlan(0, actions, models.fingerprints), names
            ),
        )
    )
    return results


def following_catalog(
    settings: Settings,
    catalog: Catalog | None,
    manifests: Mapping[date, DayManifest],
    schedules: Schedules,
) -> Catalog:
    """The catalog of the batch that brings the warehouse to what there is now.

    The same batch as before where nothing has landed since.
    """
    following = with_coverage(
        with_schedules(next_catalog(catalog, manifests, settings.raw_folder), schedules),
        coverage_of(settings),
        unresolved_rows(settings.raw_folder, manifests, settings.max_rejected),
    )
    if catalog is None or following.incoming_files or following.replaced_files:
        return following
    return replace(
        following,
        batch_number=catalog.batch_number,
        incoming_files=catalog.incoming_files,
        replaced_files=catalog.replaced_files,
    )


def _run_models(
    settings: Settings, catalog: Catalog, plan: BatchPlan, part: Collection[str] | None = None
) -> list[DbtResult]:
    """Runs models with the landed files where the engine reads them."""
    engine = engine_of(settings)
    engine.send(catalog)
    results = replay.run_models(settings, catalog, plan, part)
    if all(result.is_success for result in results):
        engine.clear(catalog)
    return results


def load_models(settings: Settings) -> Models:
    """The models as the engine builds them. Raises SettingsError where it is not installed."""
    engine = engine_of(settings)
    engine.check_installed()
    # Readers' too, which views over another engine's tables are made by: parsing takes the lock
    # that a build holds.
    manifest = dbt.load_manifest(settings)
    if not engine.has_readers_names:
        manifest = dbt.load_manifest(settings, engine)
    return Models(manifest, basis(settings), load_schedules(settings).fingerprint)


def _batch_number(settings: Settings) -> int:
    catalog = read_catalog(settings.raw_catalog)
    return catalog.batch_number if catalog else 0


def _remove_database(settings: Settings) -> None:
    """Begins with an empty file: nothing that stands is of use, and no space stays behind."""
    database = settings.warehouse_database
    let_go(database)
    for path in (database, database.with_name(database.name + ".wal")):
        path.unlink(missing_ok=True)


def coverage_of(settings: Settings) -> Coverage:
    """Which export days are loaded or covered otherwise, and which are missing."""
    return find_coverage(
        settings.raw_folder,
        settings.covered_from,
        settings.no_delivery,
        settings.sources_folder,
    )


def input_fingerprint(settings: Settings, manifests: dict[date, DayManifest]) -> str:
    """A hash of loaded rows, missing days, settings, opening hours and the dbt project."""
    coverage = " ".join(coverage_of(settings).identity)
    engine = engine_of(settings)
    told = [
        settings.timezone,
        settings.week_start,
        settings.max_rejected,
        load_schedules(settings).fingerprint,
        engine.name,
        *engine.form,
    ]
    of_settings = hashlib.sha256(json.dumps(told).encode()).hexdigest()
    text = f"{raw_fingerprint(manifests)} {coverage} {of_settings} {project_fingerprint()}"
    return hashlib.sha256(text.encode()).hexdigest()


def _record_path(settings: Settings) -> Path:
    return settings.warehouse_folder / "tested.json"


def _record(settings: Settings, fingerprint: str | None) -> None:
    path = _record_path(settings)
    if fingerprint is None:
        path.unlink(missing_ok=True)
        return
    files.write_text(path, json.dumps({"fingerprint": fingerprint}))


def tested_fingerprint(settings: Settings) -> str | None:
    """What the warehouse was made from, if the last build passed as a whole."""
    try:
        fingerprint: str = json.loads(_record_path(settings).read_text(encoding="utf-8"))[
            "fingerprint"
        ]
    except (OSError, ValueError, KeyError):
        return None
    return fingerprint
