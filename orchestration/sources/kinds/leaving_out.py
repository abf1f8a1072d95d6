"""What a desk names that is never imported: queues, mailboxes, groups. Nothing of it is kept."""

from __future__ import annotations

from ..columns import column_types
from ..model import Option, Table

LEAVE_OUT = Option(
    "leave_out",
    [],
    "names of queues that are never imported; of mail archives, of folders and labels",
    shapes_records=True,
)


LEAVE_OUT_GROUPS = Option(
    "leave_out",
    [],
    "identifiers or names of groups whose conversations are never imported",
    shapes_records=True,
)


def every(table: str, columns: str, needed_if: str = "len(chosen('leave_out')) > 0") -> Table:
    """A table once more, under the name `every <table>`: read whole where something is left out."""
    return Table(
        name=f"every {table}",
        other_names=(table,),
        columns=column_types(columns),
        needed_if=needed_if,
    )


def is_left_out(name: str) -> str:
    """SQL for whether a queue's name is one of those. Where none is told nothing is looked up."""
    return (
        "len(chosen('leave_out')) > 0 and list_contains("
        f"list_transform(chosen('leave_out'), lambda one: lower(one)), lower({name}))"
    )


def stays(column: str, left_out: str) -> str:
    """SQL for whether a record stays. left_out: a select of the identifiers that do not."""
    return f"coalesce(identifier({column}) not in ({left_out}), true)"
