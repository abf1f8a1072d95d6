"""What kinds and landings are made of: the types that both sides share, and nothing that runs.

A new kind is one `Kind`; a new layout of a connector is one `Landing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import duckdb

from orchestration.machine.sql import quoted

from .api import Api


@dataclass(frozen=True)
class Table:
    """A stream or table as a landing has it, and what is kept of it.

    name: as the connector calls it. columns: what is read of an original record, with DuckDB types
    made of VARCHAR (`VARCHAR`, `VARCHAR[]`, `STRUCT(channel VARCHAR)`); nothing else is ever read.
    keeps: the kept stream; empty for a table that only others' selects join, which is read whole
    each time. select: SQL from `landed."<name>"` (and other tables of the landing) to
    the columns of that stream. key: the original column that names a record, for rows that cannot
    be read. other_names: what else it is called. needs: kept columns that are never all null.
    is_required: nothing is imported without it, unless the table `unless` is there. lacks: what
    the numbers lack without it. zero_is_never: whether the desk writes a time of 0 for none, so
    that such a time tells of no fault. needed_if: SQL for whether the options ask for it at all.
    """

    name: str
    columns: Mapping[str, str]
    keeps: str = ""
    select: str = ""
    key: str = "id"
    other_names: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    is_required: bool = False
    zero_is_never: bool = False
    needed_if: str = ""
    unless: str = ""
    lacks: str = ""

    def as_named(self, name: str) -> Table:
        """The same where a connector calls it so."""
        select = self.select.replace(f"landed.{self.name}", f"landed.{quoted(name)}")
        return replace(self, name=name, other_names=(), select=select)


@dataclass(frozen=True)
class Kept:
    """A kept stream: what of a record stays, as columns and DuckDB types.

    key: the columns that name a record. newest: the columns by which, of two records with one key,
    the later is told; none where a record never changes. thread: the column that holds the thread
    that a record belongs to, or None for what all threads share (users, groups). persons: columns
    that hold identifiers of people, as `person()` gives them: an erasure empties them. is_state:
    whether records change without a version, so that of equal versions the later import counts.
    """

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    newest: tuple[str, ...] = ()
    thread: str | None = None
    persons: tuple[str, ...] = ()
    is_state: bool = False


@dataclass(frozen=True)
class LeavesOut:
    """Which conversations the option `leave_out` names: those of groups, by identifier or name.

    streams: kept ones that are keyed by a thread. column: theirs, with the identifier of a group.
    groups: the kept stream of groups, with `id` and `name`.
    """

    streams: tuple[str, ...]
    column: str
    groups: str


@dataclass(frozen=True)
class Option:
    """What only one kind is told: its default and what it means. Lists come parted by commas.

    shapes_records: whether it decides what is kept, so that another value means reading anew.
    least: of a number. check: gives a text as it is kept, or raises ValueError with why it is none.
    """

    name: str
    default: Any
    meaning: str
    shapes_records: bool = False
    least: int = 0
    check: Callable[[str], str] = str


@dataclass(frozen=True)
class Opening:
    """What a landing is told that is no layout of files.

    key: of the hashes of identifiers that may name a person. latest: an instant after which no
    record can have been made. login: of a database, what of user and password is known. folder:
    for what has to be here while it is read.
    """

    options: Mapping[str, Any]
    key: bytes = field(repr=False)
    latest: datetime
    folder: Path
    login: Mapping[str, str] = field(default_factory=dict, repr=False)


CANONICAL: dict[str, dict[str, str]] = {
    # What a mapping gives: every column, by these names and types. Identifiers come without prefix.
    "threads": {
        "thread_id": "VARCHAR",
        "created_at": "TIMESTAMPTZ",
        "updated_at": "TIMESTAMPTZ",
        "status": "VARCHAR",  # as the record says; the fold corrects it by later status events
        "user_id": "VARCHAR",
        "channel": "VARCHAR",
        "assigned_agent_id": "VARCHAR",
        "team_id": "VARCHAR",
        "priority": "VARCHAR",
        "labels": "VARCHAR[]",
        "deleted_at": "TIMESTAMPTZ",
        "merged_into_thread_id": "VARCHAR",
        # What the vendor says of closings; read only where no status event tells.
        "closed_at": "TIMESTAMPTZ",
        "first_closed_at": "TIMESTAMPTZ",
        "closed_by_agent_id": "VARCHAR",
        "reopen_count": "BIGINT",
        # The opening message, made where no message lies within 2 s of created_at; a null length
        # is no opening.
        "opening_id": "VARCHAR",
        "opening_author_type": "VARCHAR",
        "opening_author_id": "VARCHAR",
        "opening_is_private": "BOOLEAN",
        "opening_length": "BIGINT",
    },
    "messages": {
        "message_id": "VARCHAR",
        "thread_id": "VARCHAR",
        "sent_at": "TIMESTAMPTZ",
        "author_type": "VARCHAR",
        "author_id": "VARCHAR",
        "is_private": "BOOLEAN",
        "body_length": "BIGINT",
        "updated_at": "TIMESTAMPTZ",
        "deleted_at": "TIMESTAMPTZ",
    },
    "ratings": {
        "rating_id": "VARCHAR",
        "thread_id": "VARCHAR",
        "rated_at": "TIMESTAMPTZ",
        "score": "BIGINT",
        "agent_id": "VARCHAR",
        "updated_at": "TIMESTAMPTZ",
        "deleted_at": "TIMESTAMPTZ",
    },
    "events": {
        # Types: status, assignee, team, priority. sequence orders events of one instant.
        "event_id": "VARCHAR",
        "thread_id": "VARCHAR",
        "occurred_at": "TIMESTAMPTZ",
        "sequence": "BIGINT",
        "type": "VARCHAR",
        "value": "VARCHAR",
        "actor_type": "VARCHAR",
        "actor_id": "VARCHAR",
    },
    "agents": {
        "agent_id": "VARCHAR",
        "name": "VARCHAR",
        "team": "VARCHAR",
        "is_active": "BOOLEAN",
        "updated_at": "TIMESTAMPTZ",
    },
    "teams": {
        "team_id": "VARCHAR",
        "name": "VARCHAR",
        "updated_at": "TIMESTAMPTZ",
    },
}


@dataclass(frozen=True)
class Canonical:
    """A kind's SQL: a select a canonical relation, over views named as the kept streams.

    A column that is left out is null; a relation that is left out is empty. counts: what is told
    of an import besides what the fold counts, each a select of one number. prepare: what has to
    be done first that SQL cannot (joining mails); it may make temporary tables.
    """

    threads: str
    messages: str
    ratings: str | None = None
    events: str | None = None
    agents: str | None = None
    teams: str | None = None
    counts: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[duckdb.DuckDBPyConnection], None] | None = None


@dataclass(frozen=True)
class Kind:
    """A help desk.

    tables: by the family of landings that lay records down alike: `vendor` for original records
    (airbyte, dlt, singer, files), and the name of a landing that has columns of its own (fivetran,
    tables). touched: SQL that gives the `thread_id`s, besides those of the new records themselves,
    that an import must fold anew: `touched` holds those of the new records, the views
    `new.<kept stream>` this import's records, `before.<kept stream>` all earlier ones,
    `kept.<kept stream>` both. users_are_addresses: whether people have no other key.
    leaves_out: what the option `leave_out` is about, where no table is read for it. erased: SQL
    that gives the people of `new` records whom the desk itself has erased.
    open_landing: for a folder that no layout of `landings` reads, such as mail archives. api: how
    it is fetched from, where it is.
    """

    name: str
    title: str
    landings: tuple[str, ...]
    tables: Mapping[str, tuple[Table, ...]]
    kept: tuple[Kept, ...]
    canonical: Callable[[Mapping[str, Any]], Canonical]
    options: tuple[Option, ...] = ()
    touched: str | None = None
    users_are_addresses: bool = False
    leaves_out: LeavesOut | None = None
    erased: str | None = None
    open_landing: Callable[[Path, Opening], Landing] | None = None
    api: Api | None = None

    def tables_of(self, landing: str) -> tuple[Table, ...]:
        """The tables that a landing of this kind may have."""
        return self.tables.get(landing) or self.tables.get("vendor", ())


@dataclass(frozen=True)
class Part:
    """A piece of a landing that is read whole or not at all: a file, or a table since a cursor.

    identity: changes where the piece changes, so that what was read is not read again. is_shared:
    whether it may hold other tables too, so that it need not hold this one.
    """

    name: str
    identity: str
    is_shared: bool = False


@runtime_checkable
class SupportsClose(Protocol):
    """A landing that holds something open."""

    def close(self) -> None:
        """Let go of it."""
        ...


class Landing(Protocol):
    """Where a connector has laid a help desk's records down, opened for one import.

    reads_once: whether a relation can be read a single time.
    """

    name: str
    reads_once: bool

    def parts(self, table: Table) -> Sequence[Part]:
        """The pieces of a table that are there; none where the landing lacks it."""
        ...

    def relation(
        self, connection: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[Part]
    ) -> str:
        """SQL whose rows are the original records of these parts.

        The table's columns, in its types, and `landed_at`, when the connector took the record
        (TIMESTAMPTZ or null). A record that cannot be read is a row of nulls.
        """
        ...

    def unknown_columns(
        self, connection: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[Part]
    ) -> Iterable[str]:
        """Names of columns that are there and not declared, for the count of what was dropped."""
        ...
