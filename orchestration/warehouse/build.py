"""Building the warehouse from what has landed, and remembering how far that came.

The record of a build says what the warehouse holds, so that only tables whose every test has
passed are published, whoever built them.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.exports import DayManifest, collect_garbage, read_manifests
from orchestration.lock import hold_lock
from orchestration.publishing.publication import Publication, publish, read_publication
from orchestration.settings import Settings
from orchestration.warehouse import dbt
from orchestration.warehouse.catalog import raw_fingerprint, write_catalog


class WarehouseNotTested(RuntimeError):
    """The warehouse holds tables that were not built and tested as a whole."""


@dataclass(frozen=True)
class WarehouseBuild:
    """What a build did.

    fingerprint: of everything that it was made from. is_complete: whether every model was built
    and every test passed. days: the loaded export days that it read.
    """

    fingerprint: str
    is_complete: bool
    days: tuple[date, ...]
    results: tuple[dbt.DbtResult, ...]


def build_warehouse(settings: Settings, selection: Sequence[str] = ()) -> WarehouseBuild:
    """Builds and tests the models from every landed day.

    selection: dbt's arguments for a part of the models; such a build can be published only where
    a whole one of the same inputs passed before it.
    Raises DbtFailed where dbt could not begin, LockBusy where another process does not end.
    """
    with hold_lock(settings.warehouse_lock, "a build"):
        collect_garbage(settings.raw_folder)
        manifests = read_manifests(settings.raw_folder)
        fingerprint = input_fingerprint(settings, manifests)
        was_tested = _tested_fingerprint(settings) == fingerprint
        _record(settings, None)
        write_catalog(manifests, settings.raw_folder, settings.raw_catalog)
        results = dbt.build(settings, selection)
        is_complete = all(result.is_success for result in results)
        if is_complete and (not selection or was_tested):
            _record(settings, fingerprint)
        return WarehouseBuild(
            fingerprint=fingerprint,
            is_complete=is_complete,
            days=tuple(manifests),
            results=tuple(results),
        )


def publish_warehouse(settings: Settings) -> Publication:
    """Puts the warehouse's tables in place for readers, all or nothing.

    Raises WarehouseNotTested where the last build did not pass as a whole; readers then keep what
    they have.
    """
    with hold_lock(settings.warehouse_lock, "a publication"):
        fingerprint = _tested_fingerprint(settings)
        if fingerprint is None:
            raise WarehouseNotTested(
                "The last build of the warehouse did not pass as a whole, so readers keep what "
                "they have. Build all models again (job build_and_publish, or inbox run)."
            )
        return publish(settings.warehouse_database, settings.published_folder, fingerprint)


def is_published(settings: Settings) -> bool:
    """Whether readers have what the landed days, the settings and the project give now."""
    publication = read_publication(settings.published_folder)
    return publication is not None and publication.fingerprint == input_fingerprint(
        settings, read_manifests(settings.raw_folder)
    )


def input_fingerprint(settings: Settings, manifests: dict[date, DayManifest]) -> str:
    """A hash of the loaded rows, the settings and the dbt project."""
    text = f"{raw_fingerprint(manifests)} {settings.fingerprint} {dbt.project_fingerprint()}"
    return hashlib.sha256(text.encode()).hexdigest()


def _record_path(settings: Settings) -> Path:
    return settings.warehouse_folder / "tested.json"


def _record(settings: Settings, fingerprint: str | None) -> None:
    path = _record_path(settings)
    if fingerprint is None:
        path.unlink(missing_ok=True)
        return
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps({"fingerprint": fingerprint}), encoding="utf-8")
    os.replace(unfinished, path)


def _tested_fingerprint(settings: Settings) -> str | None:
    try:
        fingerprint: str = json.loads(_record_path(settings).read_text(encoding="utf-8"))[
            "fingerprint"
        ]
    except (OSError, ValueError, KeyError):
        return None
    return fingerprint
