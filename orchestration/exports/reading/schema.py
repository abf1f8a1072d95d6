"""The columns of each entity: the one place that lists them, with what each must hold.

Reading asks which columns exist and of what kind they are, checking asks what a value must be,
landing asks for the Arrow schema. How a value is read or checked does not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import pyarrow as pa

MAX_IDENTIFIER_CHARACTERS = 512
MAX_TEXT_CHARACTERS = 512  # a channel, a name, a team, a label
MAX_LABELS = 1000
LABEL_SEPARATOR = "|"


class Kind(StrEnum):
    """What the values of a column are."""

    IDENTIFIER = "identifier"
    TEXT = "text"
    TIMESTAMP = "timestamp"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    LABELS = "labels"
    BODY = "body"  # read for its length alone


class Epoch(StrEnum):
    """What becomes of 1970-01-01T00:00:00Z, by which programs mean no time."""

    KEPT = "kept"
    NULL = "null"
    REJECTED = "rejected"  # in rows that have to hold a value, where not all have to


LANDED_TYPES: dict[Kind, pa.DataType] = {
    Kind.IDENTIFIER: pa.string(),
    Kind.TEXT: pa.string(),
    Kind.TIMESTAMP: pa.timestamp("us", tz="UTC"),
    Kind.INTEGER: pa.int64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.CHOICE: pa.string(),
    Kind.LABELS: pa.list_(pa.string()),
}


@dataclass(frozen=True)
class Column:
    """One column: its kind, whether it must hold a value, and the bounds of its values."""

    name: str
    kind: Kind
    required: bool = False
    required_when: tuple[str, str] | None = None  # (column, value): required in rows that hold it
    choices: tuple[str, ...] = ()
    choices_when: tuple[str, str] | None = None  # (column, value): only there it is one of them
    minimum: int = 0
    maximum: int = 2**63 - 1
    repeats: bool = False  # few distinct values: worth a dictionary in the landed file
    names_user: bool = False  # may name a customer: never shown, see `users`
    epoch: Epoch = Epoch.KEPT
    kind_column: str | None = None  # says whether it names a customer or somebody else
    is_free_text: bool = False  # somebody's own words, which might name a customer


@dataclass(frozen=True)
class Contract:
    """The columns of one entity, in the order in which they are checked and landed."""

    entity: str
    columns: tuple[Column, ...]
    by_name: dict[str, Column] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})

    @cached_property
    def landed_columns(self) -> tuple[Column, ...]:
        """All columns but `body`."""
        return tuple(column for column in self.columns if column.kind is not Kind.BODY)

    @cached_property
    def required_names(self) -> tuple[str, ...]:
        """The columns that a file must have."""
        return tuple(column.name for column in self.columns if column.required)

    @property
    def key(self) -> str:
        """The column that tells one record from another."""
        return self.columns[0].name

    @cached_property
    def version_columns(self) -> tuple[str, ...]:
        """The columns that say how new a record is: of these, the first that holds a value."""
        if self.by_name["updated_at"].required:
            return ("updated_at",)
        own_time = next(c.name for c in self.columns if c.kind is Kind.TIMESTAMP and c.required)
        return ("updated_at", own_time)

    @cached_property
    def user_column(self) -> str | None:
        """The column that names a customer, if there is one."""
        return next((column.name for column in self.columns if column.names_user), None)

    @cached_property
    def user_kind_column(self) -> str | None:
        """The column that says whom the column that names a customer names, if there is one."""
        return None if self.user_column is None else self.by_name[self.user_column].kind_column

    @cached_property
    def has_body(self) -> bool:
        """Whether a file of this entity may carry a column that must never be stored."""
        return any(column.kind is Kind.BODY for column in self.columns)

    @cached_property
    def landed_schema(self) -> pa.Schema:
        """The landed file: the entity's columns, then where each row came from."""
        fields = [
            pa.field(column.name, LANDED_TYPES[column.kind]) for column in self.landed_columns
        ]
        return pa.schema(
            [
                *fields,
                pa.field("export_date", pa.date32()),
                pa.field("file_name", pa.dictionary(pa.int32(), pa.string())),
                pa.field("row_number", pa.int64()),
            ]
        )

    @cached_property
    def dictionary_columns(self) -> list[str]:
        """The landed columns that repeat few values, by their path in a Parquet file."""
        repeating = [
            f"{column.name}.list.element" if column.kind is Kind.LABELS else column.name
            for column in self.landed_columns
            if column.repeats
        ]
        return [*repeating, "export_date", "file_name"]


def _identifier(
    name: str,
    *,
    required: bool = False,
    repeats: bool = False,
    names_user: bool = False,
    kind_column: str | None = None,
) -> Column:
    return Column(
        name,
        Kind.IDENTIFIER,
        required=required,
        repeats=repeats,
        names_user=names_user,
        kind_column=kind_column,
    )


def _timestamp(name: str, *, required: bool = False) -> Column:
    return Column(name, Kind.TIMESTAMP, required=required, epoch=_EPOCHS.get(name, Epoch.KEPT))


_EPOCHS = {"deleted_at": Epoch.REJECTED, "first_closed_at": Epoch.NULL}


STATUSES = ("open", "pending", "snoozed", "closed")
ACTORS = ("user", "agent", "bot", "system")

CONTRACTS: dict[str, Contract] = {
    contract.entity: contract
    for contract in (
        Contract(
            "threads",
            (
                _identifier("thread_id", required=True),
                _timestamp("created_at", required=True),
                _timestamp("updated_at", required=True),
                Column(
                    "status",
                    Kind.CHOICE,
                    required=True,
                    choices=STATUSES,
                    repeats=True,
                ),
                _identifier("user_id", names_user=True),
                Column("channel", Kind.TEXT, repeats=True, is_free_text=True),
                _identifier("assigned_agent_id", repeats=True),
                Column(
                    "closed_at",
                    Kind.TIMESTAMP,
                    required_when=("status", "closed"),
                    epoch=Epoch.REJECTED,
                ),
                _timestamp("first_closed_at"),
                _identifier("closed_by_agent_id", repeats=True),
                Column("reopen_count", Kind.INTEGER, repeats=True),
                Column("labels", Kind.LABELS, repeats=True, is_free_text=True),
                _timestamp("deleted_at"),
                _identifier("team_id", repeats=True),
                Column("priority", Kind.TEXT, repeats=True, is_free_text=True),
                _identifier("merged_into_thread_id"),
            ),
        ),
        Contract(
            "messages",
            (
                _identifier("message_id", required=True),
                _identifier("thread_id", required=True),
                _timestamp("sent_at", required=True),
                Column(
                    "author_type",
                    Kind.CHOICE,
                    required=True,
                    choices=ACTORS,
                    repeats=True,
                ),
                _identifier("author_id", names_user=True, kind_column="author_type"),
                Column("is_private", Kind.BOOLEAN),
                Column("body", Kind.BODY),
                Column("body_length", Kind.INTEGER),
                _timestamp("updated_at"),
                _timestamp("deleted_at"),
            ),
        ),
        Contract(
            "ratings",
            (
                _identifier("rating_id", required=True),
                _identifier("thread_id", required=True),
                _timestamp("rated_at", required=True),
                Column("score", Kind.INTEGER, required=True, minimum=1, maximum=5, repeats=True),
                _identifier("agent_id", repeats=True),
                _timestamp("updated_at"),
                _timestamp("deleted_at"),
            ),
        ),
        Contract(
            "agents",
            (
                _identifier("agent_id", required=True),
                Column("name", Kind.TEXT, required=True),
                Column("team", Kind.TEXT, repeats=True),
                Column("is_active", Kind.BOOLEAN),
                _timestamp("updated_at", required=True),
            ),
        ),
        Contract(
            "thread_events",
            (
                _identifier("event_id", required=True),
                _identifier("thread_id", required=True),
                _timestamp("occurred_at", required=True),
                Column(
                    "type",
                    Kind.CHOICE,
                    required=True,
                    choices=("status", "assignee", "team", "priority"),
                    repeats=True,
                ),
                Column(
                    "value",
                    Kind.IDENTIFIER,
                    required_when=("type", "status"),
                    choices=STATUSES,
                    choices_when=("type", "status"),
                    repeats=True,
                    is_free_text=True,
                ),
                Column("actor_type", Kind.CHOICE, choices=ACTORS, repeats=True),
                _identifier("actor_id", names_user=True, kind_column="actor_type"),
                _timestamp("updated_at"),
                _timestamp("deleted_at"),
            ),
        ),
        Contract(
            "teams",
            (
                _identifier("team_id", required=True),
                Column("name", Kind.TEXT, required=True),
                _timestamp("updated_at", required=True),
            ),
        ),
    )
}

ENTITIES = ("threads", "messages", "ratings", "agents", "thread_events", "teams")

COLUMNS_SINCE = {"threads": {"team_id": 3, "priority": 3, "merged_into_thread_id": 3}}
"""By entity and column: the first form of landed files that has it; all others always had."""
