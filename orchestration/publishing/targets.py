"""Bringing every further target to the publication that is in place on this machine.

The folder `published` comes first and is `publication`'s; a target that fails leaves it in place.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from orchestration.errors import InboxError
from orchestration.machine.lock import hold_lock
from orchestration.machine.stores import ObjectFolder, StoreUnavailable
from orchestration.publishing.object_store import is_uploaded, remove_earlier, upload_publication
from orchestration.publishing.postgres import is_in_postgres, publish_to_postgres, table_keys
from orchestration.publishing.postgres_connection import PostgresUnavailable
from orchestration.publishing.record import read_publication
from orchestration.publishing.restatement_tables import LOG_KEYS
from orchestration.settings import Settings


class NotDelivered(InboxError):
    """Targets that could not be brought to the publication; one line for each."""


def deliver(settings: Settings) -> None:
    """Brings each target to the publication in place; one that has it costs a request.

    The caller holds the warehouse's lock. Raises NotDelivered after every target was tried.
    """
    failures = []
    for put in _targets(settings):
        try:
            put()
        except StoreUnavailable as error:
            failures.append(f"Not published to {error}. Its readers keep what they have.")
        except PostgresUnavailable as error:
            failures.append(
                f"Not published to the database of INBOX_PUBLISH_POSTGRES: {error}. "
                "Its readers keep what they have."
            )
    if failures:
        raise NotDelivered("\n".join(failures))


def deliver_what_is_left(settings: Settings) -> None:
    """`deliver`, where an earlier publication did not reach every target. Raises NotDelivered."""
    if _targets(settings) and read_publication(settings.published_folder):
        with hold_lock(settings.warehouse_lock, "a publication"):
            deliver(settings)


def remove_earlier_publications(settings: Settings) -> None:
    """Leaves just the publication in place in every target; PostgreSQL keeps no other.

    The caller holds the warehouse's lock. Raises NotDelivered.
    """
    if settings.publish_store is None:
        return
    try:
        remove_earlier(ObjectFolder(settings.publish_store), settings.published_folder)
    except StoreUnavailable as error:
        raise NotDelivered(f"Earlier publications are still in {error}") from None


def is_delivered(settings: Settings) -> bool:
    """Whether every target has the publication in place; one that does not answer has not."""
    publication = read_publication(settings.published_folder)
    if publication is None:
        return True
    try:
        return (
            settings.publish_store is None
            or is_uploaded(ObjectFolder(settings.publish_store), publication)
        ) and (
            settings.publish_postgres is None
            or is_in_postgres(settings.publish_postgres.get_secret_value(), publication)
        )
    except (StoreUnavailable, PostgresUnavailable):
        return False


def _targets(settings: Settings) -> list[Callable[[], bool]]:
    """What brings each configured target to the publication."""
    targets: list[Callable[[], bool]] = []
    if settings.publish_store is not None:
        targets.append(
            partial(
                upload_publication, ObjectFolder(settings.publish_store), settings.published_folder
            )
        )
    if settings.publish_postgres is not None:
        targets.append(
            partial(
                publish_to_postgres,
                settings.publish_postgres.get_secret_value(),
                settings.published_folder,
                _keys(settings),
            )
        )
    return targets


def _keys(settings: Settings) -> dict[str, list[str]]:
    """The tables' keys; none in a home that was restored without what dbt made."""
    try:
        manifest = json.loads((settings.dbt_folder / "manifest.json").read_text(encoding="utf-8"))
    except OSError:
        return {}
    return {**table_keys(manifest), **LOG_KEYS}
