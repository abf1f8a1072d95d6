"""Identifiers of people before the first write, and every spelling under which one may have landed.

What is kept of a person is the pseudonym of the desk's own key; the prefix comes after it, and the
loader makes its own pseudonym of both. An erasure has to find all of these.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from .people import People


def person_keeper(users: People, prefix: str) -> Callable[[str], str | None] | None:
    """What is kept for an identifier, None for an erased one; None where all stay as they are."""
    if users.is_plain:
        return None

    def kept(identifier: str) -> str | None:
        erased = any(users.is_erased(landed) for landed in spellings(users, prefix, identifier))
        return None if erased else users.pseudonym(identifier)

    return kept


def spellings(users: People, prefix: str, identifier: str) -> set[str]:
    """What a person may have landed as: from this source, and from exports that others wrote."""
    kept = users.pseudonym(identifier)
    return {
        kept,
        users.pseudonym(with_prefix(prefix, kept)),
        users.pseudonym(with_prefix(prefix, identifier)),
    }


def hash_key(users: People) -> bytes:
    """The key of hashes that stand for what may name a person.

    Where there is no key of pseudonyms people are known by their addresses anyway: the hashes
    then only have to be the same in every home.
    """
    return users.pseudonym_key or b"identifiers that stand in plain sight"


def with_prefix(prefix: str, identifier: str) -> str:
    """An identifier among those of several sources."""
    return f"{prefix}:{identifier}" if prefix else identifier


def plain_identifiers(identifier: str, prefixes: Iterable[str]) -> set[str]:
    """What a person's identifier may be without a prefix, in lower case where it is an address."""
    plain = {identifier}
    for prefix in prefixes:
        if prefix and identifier.startswith(f"{prefix}:"):
            plain.add(identifier.removeprefix(f"{prefix}:"))
    return plain | {one.strip().lower() for one in plain if "@" in one}


def key_check(users: People) -> str | None:
    """What tells one key of pseudonyms from another without telling either; None without a key."""
    if users.pseudonym_key is None:
        return None
    return hashlib.sha256(users.pseudonym("check of a source").encode()).hexdigest()[:32]
