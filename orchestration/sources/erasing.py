"""Erased users out of what is kept of sources and of the export files that sources have written.

Rows stay and become those of an anonymous user, as in what has landed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from orchestration.machine.lock import hold_lock
from orchestration.machine.sql import literal_path, quoted

from . import keeping
from .keeping import SourceState
from .kinds import kind_named
from .language import literals
from .people import People
from .persons import plain_identifiers, spellings, with_prefix

_EXPORTED = {
    "threads": (("user_id", "true"),),
    # An automatic answer is a bot's, in the name of whoever is away.
    "messages": (("author_id", "author_type in ('user', 'bot')"),),
    "thread_events": (("actor_id", "actor_type = 'user'"),),
}
"""The columns of users in the files that sources write, and where they are one's."""

IsErased = Callable[[str], bool]


@dataclass
class ErasedFromSources:
    """rows: made anonymous. landings: where the records of such a user came from.

    files: (day, name) of the export files that were written anew.
    """

    rows: int = 0
    files: set[tuple[date, str]] = field(default_factory=set)
    landings: list[str] = field(default_factory=list)


def landed_spellings(sources: Path, users: People, user_id: str) -> set[str]:
    """All that a user may have landed as from any source, by the identifier that somebody gives."""
    states = keeping.read_states(sources)
    prefixes = {state.prefix for state in states.values()}
    return {
        landed
        for plain in plain_identifiers(user_id, prefixes)
        for prefix in prefixes
        for landed in spellings(users, prefix, plain)
    }


def erase_from_sources(sources: Path, users: People) -> ErasedFromSources:
    """Take every erased user out of every source; files that hold none are left alone."""
    erased = ErasedFromSources()
    if not users.erased:
        return erased
    for name in keeping.read_states(sources):
        # An import that began before the erasure writes to its end first.
        with hold_lock(sources / name / keeping.LOCK, f"an erasure from {name}"):
            state = keeping.read_state(sources / name)
            assert state is not None
            rows = _erase_kept(sources / name, state, users)
            for path, cells in _erase_exported(Path(state.exports), name, users):
                rows += cells
                erased.files.add((date.fromisoformat(path.parent.name), path.name))
        if rows:
            erased.rows += rows
            erased.landings.append(f"{name}: {state.where}")
    return erased


def _erase_kept(folder: Path, state: SourceState, users: People) -> int:
    def is_erased(kept: str) -> bool:
        landed = users.pseudonym(with_prefix(state.prefix, kept))
        return users.is_erased(kept) or users.is_erased(landed)

    return sum(
        _rewrite(path, [(column, "true") for column in kept.persons], is_erased)
        for kept in kind_named(state.kind).kept
        if kept.persons
        for path in keeping.kept_files(folder, kept, state.number)
    )


def _erase_exported(exports: Path, name: str, users: People) -> Iterator[tuple[Path, int]]:
    def is_erased(exported: str) -> bool:
        return users.is_erased(users.pseudonym(exported))

    for entity, columns in _EXPORTED.items():
        for path in sorted(exports.glob(f"????-??-??/{entity}.{name}-*.parquet")):
            if cells := _rewrite(path, columns, is_erased):
                yield path, cells


def _rewrite(path: Path, columns: Iterable[tuple[str, str]], is_erased: IsErased) -> int:
    """Write a file anew without the erased; how many cells were theirs."""
    scan = f"read_parquet({literal_path(path)})"
    with duckdb.connect() as connection:
        replaced, rows = [], 0
        for column, condition in columns:
            found = connection.execute(
                f"select {quoted(column)}, count(*) from {scan}"
                f" where {condition} and {quoted(column)} is not null group by 1"
            ).fetchall()
            gone = [value for value, _ in found if is_erased(value)]
            rows += sum(count for value, count in found if value in set(gone))
            if gone:
                replaced.append(
                    f"case when ({condition}) and list_contains({literals(gone)}, {quoted(column)})"
                    f" then null else {quoted(column)} end as {quoted(column)}"
                )
        if replaced:
            keeping.replace_file(
                connection, path, f"select * replace ({', '.join(replaced)}) from {scan}"
            )
    return rows
