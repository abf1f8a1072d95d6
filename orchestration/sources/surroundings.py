"""What the settings say of an import: folders, zone, identifiers, the engine."""

from __future__ import annotations

from functools import partial

from orchestration.settings import Settings

from .people import PeopleDoor
from .request import Surroundings

MOST_MEMORY = "700MB"
"""Of the engine; what Python holds beside it stays below a gigabyte in all."""


def surroundings_of(settings: Settings, door: PeopleDoor) -> Surroundings:
    """The surroundings of every source. Raises WrongPseudonymKey."""
    return Surroundings(
        sources_folder=settings.sources_folder,
        users=door.enter(settings.raw_folder),
        timezone=settings.timezone,
        most_seconds=settings.source_seconds,
        retention_days=settings.retention_days,
        erase=partial(door.erase, settings.raw_folder),
        engine={"threads": str(settings.threads), "memory_limit": MOST_MEMORY},
    )
