"""What the settings say of an import: folders, zone, identifiers, the engine."""

from __future__ import annotations

from orchestration.privacy.record import claim_key
from orchestration.settings import Settings

from .request import Surroundings

MOST_MEMORY = "700MB"
"""Of the engine; what Python holds beside it stays below a gigabyte in all."""


def surroundings_of(settings: Settings) -> Surroundings:
    """The surroundings of every source. Raises WrongPseudonymKey."""
    record = claim_key(settings.raw_folder, settings.pseudonym_key_bytes)
    return Surroundings(
        settings.sources_folder,
        record.identifiers(settings.pseudonym_key_bytes),
        settings.timezone,
        settings.source_seconds,
        {"threads": str(settings.threads), "memory_limit": MOST_MEMORY},
    )
