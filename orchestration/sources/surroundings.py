"""What the settings say of an import: folders, zone, identifiers, the engine."""

from __future__ import annotations

from orchestration.settings import Settings

from .people import PeopleDoor
from .request import Surroundings

MOST_MEMORY = "700MB"
"""Of the engine; what Python holds beside it stays below a gigabyte in all."""


def surroundings_of(settings: Settings, door: PeopleDoor) -> Surroundings:
    """The surroundings of every source. Raises WrongPseudonymKey."""
    return Surroundings(
        settings.sources_folder,
        door.enter(settings.raw_folder),
        settings.timezone,
        settings.source_seconds,
        {"threads": str(settings.threads), "memory_limit": MOST_MEMORY},
    )
