"""Building the warehouse from what has landed, and remembering how far that came.

The record of a build says what the warehouse holds, so that only tables whose every test has
passed are published, whoever built them.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import duckdb

from orchestration.engines.spark import cluster
from orchestration.engines.spark.raw_copy import remove_unnamed, upload_catalog
from orchestration.errors import InboxError
from orchestration.exports import DayManifest, collect_garbage, read_manifests
from orchestration.exports.coverage import Coverage, find_coverage
from orchestration.exports.healing import unresolved_rows
from orchestration.machine import files
from orchestration.machine.lock import hold_lock
from orchestration.machine.stores import ObjectFolder
from orchestration.publishing.publish import (
    Publication,
    TableVersion,
    publish,
    read_publication,
)
from orchestration.publishing.targets import deliver
from orchestration.settings import Settings, SettingsError
from orchestration.warehouse import dbt
from orchestration.warehouse.batches import (
    BatchPlan,
    Models,
    ModelState,
    is_interrupted,
    plan_batch,
    read_states,
)
from orchestration.warehouse.catalog import (
    Catalog,
    next_catalog,
    raw_fingerprint,
    read_catalog,
    with_coverage,
    write_catalog,
)
from orchestration.warehouse.words import in_words

logger = logging.getLogger("inbox.warehouse")


class WarehouseNotTested(InboxError):
    """The warehouse holds tables that were not built and tested as a whole."""


@dataclass(frozen=True)
class WarehouseBuild:
    """What a build did.

    fingerprint: of everything that it was made from. is_complete: whether every model was built
    and every test passed. days: the loaded export days that it read. states: by table, what it has
    had.
    """

    fingerprint: str
    is_complete: bool
    days: tuple[date, ...]
    results: tuple[dbt.DbtResult, ...]
    states: Mapping[str, ModelState]


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
    models = _load_models(settings)
    with hold_lock(settings.warehouse_lock, "a build"):
        manifests = read_manifests(settings.raw_folder)
        fingerprint = input_fingerprint(settings, manifests)
        tested = _tested_fingerprint(settings)
        _record(settings, None)
        results = _bring_up_to_date(settings, models, manifests, selection)
        states = read_states(settings.warehouse_database)
        if with_tests and all(result.is_success for result in results):
            plan = plan_batch(_batch_number(settings), models, states)
            if tested is None:
                # What a build before this one left untested is tested too: every row is.
                plan = replace(plan, actions=dict.fromkeys(plan.actions, "built"))
            results += in_words(settings, dbt.run_tests(settings, plan, selection))
        is_complete = with_tests and all(result.is_success for result in results)
        if is_complete and (not selection or tested == fingerprint):
            _record(settings, fingerprint)
        return WarehouseBuild(
            fingerprint=fingerprint,
            is_complete=is_complete,
            days=tuple(manifests),
            results=tuple(results),
            states=states,
        )


def _bring_up_to_date(
    settings: Settings,
    models: Models,
    manifests: Mapping[date, DayManifest],
    selection: Sequence[str],
) -> list[dbt.DbtResult]:
    """Runs the models: those of a batch that was interrupted, then those of what has landed."""
    catalog = read_catalog(settings.raw_catalog)
    collect_garbage(settings.raw_folder, catalog.paths if catalog else ())
    states = _standing_states(settings)
    if catalog is not None and is_interrupted(catalog.batch_number, models, states):
        if catalog.is_readable:
            logger.info("Going on with the build that was interrupted")
            results = _run_models(
                settings, catalog, plan_batch(catalog.batch_number, models, states)
            )
            if not all(result.is_success for result in results):
                return results
            states = _standing_states(settings)
        else:
            catalog = None
    following = with_coverage(
        next_catalog(catalog, manifests, settings.raw_folder),
        coverage_of(settings),
        unresolved_rows(settings.raw_folder, manifests, settings.max_rejected),
    )
    if catalog is not None and not (following.incoming_files or following.replaced_files):
        following = replace(
            following,
            batch_number=catalog.batch_number,
            incoming_files=catalog.incoming_files,
            replaced_files=catalog.replaced_files,
        )
    is_same = catalog is not None and following.batch_number == catalog.batch_number
    rebuild = frozenset(selection) & models.fingerprints.keys() if is_same else frozenset()
    plan = plan_batch(following.batch_number, models, states if catalog else {}, rebuild)
    if plan.builds_all:
        _remove_database(settings)
    write_catalog(following, settings.raw_catalog)
    is_part = bool(selection) and is_same and not plan.needs_work(rebuild)
    part = models.names & set(selection) if is_part else None
    results = _run_models(settings, following, plan, part)
    if settings.engine == "spark":
        _see_cluster(settings, models, is_whole=all(result.is_success for result in results))
    else:
        _drop_unknown_relations(settings, models)
    return results


def _run_models(
    settings: Settings, catalog: Catalog, plan: BatchPlan, part: Collection[str] | None = None
) -> list[dbt.DbtResult]:
    """Runs models with the landed files where the engine reads them."""
    url = settings.spark_raw if settings.engine == "spark" else None
    store = None if url is None else ObjectFolder(url)
    if store is not None:
        upload_catalog(store, settings.raw_folder, catalog)
    results = dbt.run_models(settings, plan, part)
    if store is not None and all(result.is_success for result in results):
        remove_unnamed(store, settings.raw_folder, catalog)
    return results


def _load_models(settings: Settings) -> Models:
    if settings.engine == "spark":
        if find_spec("pyhive") is None:
            raise SettingsError(
                "INBOX_ENGINE: install the extra inbox-warehouse[spark] to use spark"
            )
        # What the views over a cluster are made by; parsing takes the lock that a build holds.
        dbt.load_manifest(settings)
    return Models(dbt.load_manifest(settings, settings.engine), dbt.basis(settings))


def _standing_states(settings: Settings) -> Mapping[str, ModelState]:
    """What batches the tables of the engine have had."""
    if settings.engine == "spark":
        return {
            table.name: table.state
            for table in cluster.read_cluster(settings)
            if table.state is not None
        }
    return read_states(settings.warehouse_database)


def _see_cluster(settings: Settings, models: Models, *, is_whole: bool) -> None:
    """Makes the file of views over what a cluster has built.

    is_whole: whether every model is there; else the views and functions over them cannot be.
    """
    nodes = dbt.load_manifest(settings)["nodes"].values()
    tables = cluster.read_cluster(settings)
    stored = [table for table in tables if table.name not in models.views]
    cluster.write_views(settings, stored, {node["name"]: node for node in nodes})
    if is_whole:
        views = dict.fromkeys(models.views, "build")
        dbt.run_views(settings, BatchPlan(0, views, models.fingerprints))
        applied = [
            table.name
            for table in tables
            if table.name in views and table.state and table.state.action == "applied"
        ]
        if applied:
            plan = BatchPlan(0, dict.fromkeys(applied, "apply"), models.fingerprints)
            dbt.run_views(settings, plan, applied)
        cluster.write_states(settings, tables)


def _batch_number(settings: Settings) -> int:
    catalog = read_catalog(settings.raw_catalog)
    return catalog.batch_number if catalog else 0


def _remove_database(settings: Settings) -> None:
    """Begins with an empty file: nothing that stands is of use, and no space stays behind."""
    database = settings.warehouse_database
    for path in (database, database.with_name(database.name + ".wal")):
        path.unlink(missing_ok=True)


def _drop_unknown_relations(settings: Settings, models: Models) -> None:
    """Drops what models of an earlier version left."""
    with closing(duckdb.connect(str(settings.warehouse_database))) as connection:
        for kind, schema, name in connection.execute(
            "select * from ("
            "select 'table', schema_name, table_name as name from duckdb_tables() union all "
            "select 'view', schema_name, view_name from duckdb_views() where not internal "
            "union all select distinct 'macro table', schema_name, function_name "
            "from duckdb_functions() where not internal and function_type = 'table_macro') "
            "where schema_name in ('main', 'staging', 'intermediate', 'changes') "
            "and not list_contains(?, name)",
            [sorted(models.names)],
        ).fetchall():
            connection.execute(f'drop {kind} {schema}."{name}"')
        connection.execute(
            "delete from load_state.models where not list_contains(?, model_name)",
            [sorted(models.names)],
        )


def publish_warehouse(settings: Settings) -> Publication:
    """Puts the warehouse's tables in place for readers, all or nothing.

    Raises WarehouseNotTested where the last build did not pass as a whole; readers then keep what
    they have. Raises NotDelivered where the tables are in place, but not in every further target.
    """
    models = _load_models(settings)
    with hold_lock(settings.warehouse_lock, "a publication"):
        fingerprint = _tested_fingerprint(settings)
        if fingerprint is None:
            raise WarehouseNotTested(
                "The last build of the warehouse did not pass as a whole, so readers keep what "
                "they have. Build all models again (job build_and_publish, or inbox run)."
            )
        states = read_states(settings.warehouse_database)
        versions = {
            name: TableVersion(
                state.version,
                state.previous_version,
                tuple(models.keys[name]),
            )
            for name, state in states.items()
            if name in models.published and name in models.keys
        }
        publication = publish(
            settings.warehouse_database,
            settings.published_folder,
            fingerprint,
            versions,
            models.required,
            settings.engine_config,
        )
        deliver(settings)
        return publication


def is_published(settings: Settings) -> bool:
    """Whether readers have what the landed days, the settings and the project give now."""
    publication = read_publication(settings.published_folder)
    return publication is not None and publication.fingerprint == input_fingerprint(
        settings, read_manifests(settings.raw_folder)
    )


def coverage_of(settings: Settings) -> Coverage:
    """Which export days are loaded or covered otherwise, and which are missing."""
    return find_coverage(
        settings.raw_folder,
        settings.covered_from,
        settings.no_delivery,
        settings.sources_folder,
    )


def input_fingerprint(settings: Settings, manifests: dict[date, DayManifest]) -> str:
    """A hash of the loaded rows, the days that are missing, the settings and the dbt project."""
    coverage = " ".join(coverage_of(settings).identity)
    text = (
        f"{raw_fingerprint(manifests)} {coverage} {settings.fingerprint} "
        f"{dbt.project_fingerprint()}"
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _record_path(settings: Settings) -> Path:
    return settings.warehouse_folder / "tested.json"


def _record(settings: Settings, fingerprint: str | None) -> None:
    path = _record_path(settings)
    if fingerprint is None:
        path.unlink(missing_ok=True)
        return
    files.write_text(path, json.dumps({"fingerprint": fingerprint}))


def _tested_fingerprint(settings: Settings) -> str | None:
    try:
        fingerprint: str = json.loads(_record_path(settings).read_text(encoding="utf-8"))[
            "fingerprint"
        ]
    except (OSError, ValueError, KeyError):
        return None
    return fingerprint
