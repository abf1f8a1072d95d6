"""Who is looked for: a user by name, or all who were erased by what is remembered of them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Protocol

from orchestration.privacy.users import SHORTEST_IN_TEXT, UserIdentifiers

# An identifier in a text stands as a word of its own; a full stop may end it.
_BEFORE = r"(?<![\w@-])(?<!\w\.)"
_AFTER = r"(?![\w@-]|\.\w)"


class Wanted(Protocol):
    """Who is looked for, in the two kinds of places in which a user may stand."""

    def is_user(self, cell: str) -> bool:
        """Whether a cell that holds a user's identifier holds theirs."""
        ...

    def is_in_text(self, text: str) -> bool:
        """Whether a text names them."""
        ...


class NamedUser:
    """A user by the identifiers that may be kept: the inbox's and the one that lands.

    In texts and bytes only those are looked for that can be told from other text.
    """

    def __init__(self, identifiers: Sequence[str]) -> None:
        self._identifiers = frozenset(identifiers)
        self._texts = sorted(
            {
                spelling
                for identifier in identifiers
                if len(identifier) >= SHORTEST_IN_TEXT
                for spelling in (identifier, json.dumps(identifier)[1:-1])
            }
        )
        self._encoded = [text.encode("utf-8", "surrogateescape") for text in self._texts]
        either = "|".join(map(re.escape, self._texts))
        self._words = re.compile(f"{_BEFORE}(?:{either}){_AFTER}")
        self._byte_words = re.compile(
            _BEFORE.encode()
            + b"(?:"
            + b"|".join(map(re.escape, self._encoded))
            + b")"
            + _AFTER.encode()
        )

    def is_user(self, cell: str) -> bool:
        """Whether a cell is one of the identifiers."""
        return cell in self._identifiers

    def is_in_text(self, text: str) -> bool:
        """Whether an identifier is a word of a text."""
        # Looked for as it is first, which is many times faster.
        return any(part in text for part in self._texts) and bool(self._words.search(text))

    def is_in_bytes(self, data: bytes) -> bool:
        """Whether an identifier is a word of some bytes."""
        return self.is_among_bytes(data) and bool(self._byte_words.search(data))

    def is_among_bytes(self, data: bytes) -> bool:
        """Whether an identifier is in some bytes, whatever stands beside it."""
        return any(part in data for part in self._encoded)


class ErasedUsers:
    """All who were erased, whose identifiers nobody has: by the hashes that are kept of them."""

    def __init__(self, users: UserIdentifiers) -> None:
        self._users = users

    def is_user(self, cell: str) -> bool:
        """Whether a cell is the identifier, as it lands, of an erased user."""
        return self._users.is_erased(cell)

    def is_in_text(self, text: str) -> bool:
        """Whether a text names an erased user."""
        return self._users.in_text(text) != text
