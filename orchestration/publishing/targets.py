"""Bringing every further target to the publication that is in place on this machine.

The folder `published` comes first and is `publication`'s; a target that fails leaves it in place.
"""

from __future__ import annotations

from orchestration.lock import hold_lock
from orchestration.publishing.object_store import is_uploaded, upload_publication
from orchestration.publishing.publication import read_publication
from orchestration.settings import Settings
from orchestration.storage.store import StoreUnavailable


class NotDelivered(RuntimeError):
    """Targets that could not be brought to the publication; one line for each."""


def deliver(settings: Settings) -> None:
    """Brings each target to the publication in place; one that has it costs a request.

    The caller holds the warehouse's lock. Raises NotDelivered after every target was tried.
    """
    failures = []
    if settings.publish_store is not None:
        try:
            upload_publication(settings.publish_store, settings.published_folder)
        except StoreUnavailable as error:
            failures.append(f"Not published to {error}. Its readers keep what they have.")
    if failures:
        raise NotDelivered("\n".join(failures))


def deliver_what_is_left(settings: Settings) -> None:
    """`deliver`, where an earlier publication did not reach every target. Raises NotDelivered."""
    if settings.publish_store is not None and read_publication(settings.published_folder):
        with hold_lock(settings.warehouse_lock, "a publication"):
            deliver(settings)


def is_delivered(settings: Settings) -> bool:
    """Whether every target has the publication in place; one that does not answer has not."""
    publication = read_publication(settings.published_folder)
    try:
        return (
            publication is None
            or settings.publish_store is None
            or is_uploaded(settings.publish_store, publication)
        )
    except StoreUnavailable:
        return False
