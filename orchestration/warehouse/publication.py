"""From the warehouse to readers: only what was built and tested as a whole, and only once."""

from __future__ import annotations

from orchestration.engines.state import read_states
from orchestration.errors import InboxError
from orchestration.exports import read_manifests
from orchestration.machine.lock import hold_lock
from orchestration.publishing.database_copy import TableVersion
from orchestration.publishing.publish import publish
from orchestration.publishing.record import Publication, read_publication
from orchestration.publishing.restated_cells import Restating
from orchestration.publishing.targets import deliver
from orchestration.settings import Settings
from orchestration.warehouse.build import input_fingerprint, load_models, tested_fingerprint
from orchestration.warehouse.catalog import landed_days, read_catalog
from orchestration.warehouse.numbers import read_register
from orchestration.warehouse.parsing import basis, project_fingerprint


class WarehouseNotTested(InboxError):
    """The warehouse holds tables that were not built and tested as a whole."""


def publish_warehouse(settings: Settings, *, is_erasure: bool = False) -> Publication:
    """Puts the warehouse's tables in place for readers, all or nothing.

    is_erasure: users were erased from them since.
    Raises WarehouseNotTested where the last build did not pass as a whole; readers then keep what
    they have. Raises NotDelivered where the tables are in place, but not in every further target.
    """
    models = load_models(settings)
    with hold_lock(settings.warehouse_lock, "a publication"):
        fingerprint = tested_fingerprint(settings)
        if fingerprint is None:
            raise WarehouseNotTested(
                "The last build of the warehouse did not pass as a whole, so readers keep what "
                "they have. Build all models again (job build_and_publish, or inbox run)."
            )
        states = read_states(settings.warehouse_database)
        versions = {
            name: TableVersion(state.version, state.previous_version, tuple(models.keys[name]))
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
            _restating(settings, is_erasure),
            settings.parquet,
            project_fingerprint() + basis(settings),
        )
        deliver(settings)
        return publication


def _restating(settings: Settings, is_erasure: bool) -> Restating:
    """What the log of restatements is made by; the days are those that the warehouse has."""
    catalog = read_catalog(settings.raw_catalog)
    return Restating(
        numbers=read_register(),
        kinds=read_register("record_kinds"),
        days=landed_days(catalog) if catalog else {},
        keep_days=settings.restatement_days,
        is_erasure=is_erasure,
    )


def is_published(settings: Settings) -> bool:
    """Whether readers have what the landed days, the settings and the project give now."""
    publication = read_publication(settings.published_folder)
    return (
        publication is not None
        and publication.parquet.rhythm == settings.parquet
        and publication.fingerprint
        == input_fingerprint(settings, read_manifests(settings.raw_folder))
    )
