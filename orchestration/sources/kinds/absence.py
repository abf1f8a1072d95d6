"""What a desk deletes without a trace: told by its absence, where its tables are brought whole.

Only the desk's owner knows that a table has every ticket that there is, and is no extract.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model import Kept, Option, Table

IS_WHOLE = Option(
    "is_whole",
    False,
    "whether each import has every ticket that there is, so that one that is missing is deleted",
    shapes_records=True,
)

PRESENT = Kept(name="present", columns={"id": "VARCHAR"}, key=("id",), is_state=True)


def present(table: str) -> Table:
    """The identifiers of a table's tickets, kept at each import of a desk that is whole."""
    return Table(
        name=f"present {table}",
        other_names=(table,),
        columns={"id": "VARCHAR"},
        keeps="present",
        select=f"""
            select identifier(id) as id, landed_at
            from landed."present {table}"
            where id is not null
        """,
        needed_if="lower(chosen('is_whole')[1]) = 'true'",
    )


TOUCHED_BY_ABSENCE = """
        select id
        from kept.tickets
        where id not in (select id from new.present) and (select count(*) from new.present) > 0
"""


def is_absent(column: str, options: Mapping[str, Any]) -> str:
    """SQL for whether the last import that had the table had no such ticket any more."""
    if not options["is_whole"]:
        return "false"
    return f"""
        {column} not in (
            select id from present where import_number = (select max(import_number) from present)
        )
        and (select count(*) from present) > 0
    """
