"""Looking into a table, whatever holds it: which of its columns may name a user, and how.

A table is given by its columns and a function that gives a column's values with their numbers of
rows, so that DuckDB, Parquet and PostgreSQL are looked into alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from orchestration.exports.reading.schema import CONTRACTS, Kind
from orchestration.privacy.search.wanted import Wanted

Values = Iterable[tuple[str | None, int]]
ReadColumn = Callable[[str, str | None], Values]
"""A column's distinct values as text; the second argument, where there is one, is a column: only
rows in which it tells no agent, bot or system are read."""

_USERS = frozenset({"user_id", "author_id", "actor_id"})
_KINDS = {"author_id": "author_type", "actor_id": "actor_type"}
"""By column: the one that says whether it names a user."""
_AGENTS = ("agent_id", "closer_id", "responder_id")
_AGENT_NAMES = frozenset({"name", "agent_name"})
NOT_USERS = ("agent", "bot", "system")


def places_in_table(columns: Sequence[str], read: ReadColumn, wanted: Wanted) -> dict[str, int]:
    """The columns in which a user is found, with the number of rows.

    columns: those that may hold text. Where users stand it must be the identifier; in all other
    text a word of it. Identifiers of agents are theirs, though a user may have the same, also where
    one stands for the name of an agent who has none.
    """
    found = {}
    for name in columns:
        if name.endswith(_AGENTS):
            continue
        is_found = _test(name, wanted)
        values = read(name, _KINDS[name] if _KINDS.get(name) in columns else None)
        agents = _agents_of(columns, read) if name in _AGENT_NAMES else frozenset()
        rows = sum(
            count
            for value, count in values
            if value is not None and value not in agents and is_found(value)
        )
        if rows:
            found[name] = rows
    return found


def _agents_of(columns: Sequence[str], read: ReadColumn) -> frozenset[str]:
    """The agents of a table: where one has no name, the identifier stands for it."""
    if "agent_id" not in columns:
        return frozenset()
    return frozenset(value for value, _ in read("agent_id", None) if value is not None)


def is_in_row(cells: Mapping[str, Any], wanted: Wanted, *, is_aligned: bool) -> bool:
    """Whether a row that was set aside names a user, by its cells.

    is_aligned: whether each cell stands under its own name; else any may be a user's.
    """
    for name, value in cells.items():
        if not is_aligned and wanted.is_user(str(value)):
            return True
        if name.endswith(_AGENTS) or cells.get(_KINDS.get(name, "")) in NOT_USERS:
            continue
        if name in _USERS:
            if wanted.is_user(str(value)):
                return True
        elif name not in _IDENTIFIERS:
            texts = value if isinstance(value, list) else [value]
            if any(wanted.is_in_text(text) for text in texts if isinstance(text, str)):
                return True
    return False


def is_of_users(kind_column: str | None) -> str:
    """The condition, in SQL, that leaves out rows of agents, bots and the system."""
    if kind_column is None:
        return ""
    listed = ", ".join(f"'{kind}'" for kind in NOT_USERS)
    return f"where {kind_column} is null or {kind_column} not in ({listed})"


def _test(name: str, wanted: Wanted) -> Callable[[str], bool]:
    """What tells whether a value of a column names the user."""
    if name in _USERS:
        return wanted.is_user
    if name.endswith("_id"):
        # Records may be numbered like users; that is no user.
        return lambda value: not value.isdigit() and wanted.is_in_text(value)
    return wanted.is_in_text


_IDENTIFIERS = frozenset(
    column.name
    for contract in CONTRACTS.values()
    for column in contract.columns
    if column.kind is Kind.IDENTIFIER and not column.is_free_text
)
