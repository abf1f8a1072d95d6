"""SQL for tickets that were merged into others, for desks whose tables say into which."""

from __future__ import annotations


def merge_chain(tickets: str) -> str:
    """CTEs (for `with recursive`) that end in `ticket`: one row a ticket, as it is now.

    tickets: a relation with id and effective_id, the ticket that a ticket now is; a row for each
    that it ever was. `ticket` has its columns, `into_id` (null where it was not merged) and
    `thread_id`. A ticket may be merged into one that was merged before: the chain's end counts.
    """
    return f"""
    chain as (
        select id, effective_id, 1 as merges
        from {tickets}
        where effective_id <> id
        union
        select chain.id, further.effective_id, chain.merges + 1 as merges
        from chain
        inner join {tickets} as further on chain.effective_id = further.id
        where further.effective_id <> further.id and chain.merges < 50
    ),

    survivor as (
        select id, arg_max(effective_id, merges) as into_id
        from chain
        group by id
    ),

    newest as (
        select *
        from {tickets}
        qualify row_number() over (partition by id order by updated_at desc) = 1
    ),

    ticket as (
        select newest.*, survivor.into_id, coalesce(survivor.into_id, newest.id) as thread_id
        from newest
        left join survivor on newest.id = survivor.id
    )"""


def with_merged(touched: str, merges: str) -> str:
    """SQL for the threads that are told anew with some: all that merges lead to, either way.

    touched: a select of `id`. merges: a select of `id` and `effective_id`, a row a merge.
    """
    return f"""
    with recursive merge as ({merges}),

    tie as (
        select id as one, effective_id as other from merge
        union all
        select effective_id as one, id as other from merge
    ),

    reported as (
        select id from ({touched})
        union
        select tie.other as id
        from reported
        inner join tie on reported.id = tie.one
    )

    select id as thread_id from reported
"""
