"""What sources ask of people's identifiers: whoever imports hands a door in, as loads do.

`privacy.record` has the door that there is; nothing else about people belongs here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class People(Protocol):
    """What becomes of people's identifiers."""

    @property
    def pseudonym_key(self) -> bytes | None:
        """The key of the pseudonyms; None where identifiers stay as they are."""
        ...

    @property
    def erased(self) -> frozenset[str]:
        """What is known of the erased; empty where nobody was."""
        ...

    @property
    def is_plain(self) -> bool:
        """Whether every identifier stays as it is."""
        ...

    def pseudonym(self, identifier: str) -> str:
        """What stands for a person."""
        ...

    def is_erased(self, landed: str) -> bool:
        """Whether a person, by the identifier that lands, is among the erased."""
        ...


class PeopleDoor(Protocol):
    """Says what holds for a raw folder."""

    def enter(self, raw: Path) -> People:
        """What becomes of identifiers now. Raises `WrongPseudonymKey`."""
        ...

    def erase(self, raw: Path, landed: Sequence[str]) -> None:
        """Note that people, by the identifiers that land, have to go from all that is kept."""
        ...
