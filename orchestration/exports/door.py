"""Who stands at the door when rows land: what exports ask of users' identifiers.

Whoever loads hands a door in, and there is none by default: nothing lands past it. `privacy.record`
has the one that there is; nothing else about users belongs here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa


class Identifiers(Protocol):
    """What becomes of users' identifiers: pseudonyms in their place, none for the erased."""

    def in_rows(self, entity: str, rows: pa.Table) -> pa.Table:
        """Rows of an entity as they land."""
        ...

    def in_rejected(self, record: dict[str, Any]) -> dict[str, Any]:
        """A record of quarantine as it lands."""
        ...

    def in_landed_rejected(self, record: dict[str, Any]) -> dict[str, Any]:
        """A record of quarantine that has landed, without who was erased since."""
        ...


class Door(Protocol):
    """Lets a load in, and says whether what it was told still holds when it commits."""

    def enter(self, raw: Path) -> Identifiers:
        """What holds now for a raw folder. Raises `WrongPseudonymKey`."""
        ...

    def has_changed(self, raw: Path, identifiers: Identifiers) -> bool:
        """Whether something else holds since: a user was erased meanwhile."""
        ...
