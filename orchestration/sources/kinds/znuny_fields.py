"""What Znuny's dynamic fields hold: labels and ratings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..language import literals

# Of the values of a ticket's field those count that the last import brought, if any are left.
_VALUES = """
        select field_values.*
        from field_values
        left join (
            select ticket_id, field, arg_max(is_cleared, created_at) as is_cleared,
                max(created_at) as changed_at
            from history
            where field is not null
            group by ticket_id, field
        ) as change using (ticket_id, field)
        where coalesce(not change.is_cleared, true)
        qualify field_values.import_number
            = max(field_values.import_number) over (partition by ticket_id, field)
"""


def labels(options: Mapping[str, Any]) -> str:
    """SQL for the labels of each ticket, from all that the desk has chosen."""
    chosen = [str(name) for name in options["labels_from"]]
    fields = literals(name for name in chosen if name not in ("queue", "type", "service"))
    parts = [f"select ticket_id, value from ({_VALUES}) where list_contains({fields}, field)"]
    if "queue" in chosen:
        parts.append(
            "select tickets.id, queues.name from tickets"
            " inner join queues on tickets.queue_id = queues.id"
        )
    parts += [f"select id, {n}_name from tickets" for n in ("type", "service") if n in chosen]
    return f"""
        select ticket_id, list(distinct value order by value) as labels
        from ({" union all ".join(parts)})
        where value <> ''
        group by ticket_id
    """


def ratings(options: Mapping[str, Any]) -> str | None:
    """SQL for ratings, from the field that holds them; None where there is none."""
    if not options["rating_field"]:
        return None
    fields = literals(options["rating_field"])
    return f"""
    with change as (
        select
            ticket_id,
            field,
            max(created_at) filter (where not is_cleared) as rated_at,
            max(created_at) filter (where is_cleared) as cleared_at
        from history
        where list_contains({fields}, field)
        group by ticket_id, field
    ),

    held as (
        select
            ticket_id,
            field,
            arg_max(try_cast(value as bigint), (import_number, try_cast(id as bigint))) as score
        from field_values
        where list_contains({fields}, field)
        group by ticket_id, field
    )

    select
        'field:' || held.ticket_id as rating_id,
        held.ticket_id as thread_id,
        coalesce(change.rated_at, tickets.updated_at) as rated_at,
        held.score,
        null as agent_id,
        greatest(change.rated_at, change.cleared_at, tickets.created_at) as updated_at,
        case when change.cleared_at > change.rated_at then change.cleared_at end as deleted_at
    from held
    inner join tickets on held.ticket_id = tickets.id
    left join change on held.ticket_id = change.ticket_id and held.field = change.field
    where held.score between 1 and 5
    """
