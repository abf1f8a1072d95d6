"""Zendesk's comments and ratings as ours, of the tickets that count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestration.machine.sql import literal

from ..language import literals


def counted_tickets(options: Mapping[str, Any]) -> str:
    """The opening CTEs: tickets that count, and who is of staff."""
    is_counted = "true" if options["keep_samples"] else "channel is distinct from 'sample_ticket'"
    if options["leave_out"]:
        is_counted += f" and not list_contains({literals(options['leave_out'])}, group_id)"
    return f"""
    ticket as (
        select *, coalesce({is_counted}, true) as is_counted
        from tickets
    ),

    staff as (
        select id, agent_id
        from users
        where is_of_staff
    )"""


def messages(tickets: str, options: Mapping[str, Any]) -> str:
    """Comments, of audits too; a reply that was made private later is private."""
    return f"""
    with {tickets},

    said as (
        select
            id, ticket_id, created_at, author, is_system, is_public, channel, body_length,
            1 as preference
        from comments
        union all by name
        select
            id, ticket_id, occurred_at as created_at, author, is_system, is_public, channel,
            body_length, 0 as preference
        from audit_events
        where type in ('Comment', 'VoiceComment')
    ),

    comment as (
        select
            id,
            arg_min(
                {{
                    'ticket_id': ticket_id, 'created_at': created_at, 'author': author,
                    'is_system': is_system, 'channel': channel, 'body_length': body_length
                }},
                preference
            ) as told,
            bool_and(coalesce(is_public, true)) as is_public
        from said
        group by id
    ),

    change as (
        select
            comment_id,
            arg_max(is_public, (occurred_at, try_cast(id as hugeint))) as is_public,
            max(occurred_at) as changed_at
        from audit_events
        where type = 'CommentPrivacyChange'
        group by comment_id
    ),

    authored as (
        select
            comment.id as message_id,
            comment.told.ticket_id as thread_id,
            comment.told.created_at as sent_at,
            {_author_type(options)} as author_type,
            staff.agent_id,
            comment.told.author as author,
            not coalesce(change.is_public, comment.is_public) as is_private,
            comment.told.body_length as body_length,
            coalesce(change.changed_at, comment.told.created_at) as updated_at
        from comment
        left join change on comment.id = change.comment_id
        left join ticket on comment.told.ticket_id = ticket.id
        left join staff on comment.told.author = staff.id
        where coalesce(ticket.is_counted, true)
    )

    select
        message_id,
        thread_id,
        sent_at,
        author_type,
        case
            when author_type = 'system' then null
            when author_type = 'user' then author
            else coalesce(agent_id, author)
        end as author_id,
        is_private,
        body_length,
        updated_at
    from authored
    """


def _author_type(options: Mapping[str, Any]) -> str:
    bots = ", ".join(f"person({literal(str(bot))})" for bot in options["bots"])
    is_bot = f"comment.told.author in ({bots}) or" if bots else ""
    return f"""case
                when comment.told.is_system then 'system'
                when {is_bot} comment.told.channel = 'rule' then 'bot'
                when comment.told.author = ticket.requester then 'user'
                when staff.id is not null then 'agent'
                else 'user'
            end"""


def ratings(tickets: str, options: Mapping[str, Any]) -> str:
    """One rating a ticket of the older kind, and the answers of surveys."""
    steps = int(options["survey_steps"])
    score = "rating" if steps == 5 else f"round(1 + 4.0 * (rating - 1) / {steps - 1})::bigint"
    return f"""
    with {tickets},

    told as (
        select ticket_id, score, assignee_id, updated_at, try_cast(id as hugeint) as number
        from satisfaction_ratings
        union all by name
        -- What a ticket's history says counts where no rating of its own was brought.
        select
            ticket_id, value as score, null as assignee_id, occurred_at as updated_at,
            try_cast(id as hugeint) as number
        from audit_events
        where field = 'satisfaction_score'
            and ticket_id not in (
                select ticket_id from satisfaction_ratings where ticket_id is not null
            )
    ),

    latest as (
        select
            ticket_id,
            arg_max(
                {{'score': score, 'assignee_id': assignee_id, 'updated_at': updated_at}},
                (updated_at, number)
            ) as told,
            arg_max(score, (updated_at, number))
                filter (where score in ('good', 'bad')) as answered_score,
            min(updated_at) filter (where score in ('good', 'bad')) as answered_at
        from told
        where ticket_id is not null
        group by ticket_id
    ),

    rating as (
        select
            'csat:' || ticket_id as rating_id,
            ticket_id as thread_id,
            told.updated_at as rated_at,
            case answered_score when 'good' then 5 when 'bad' then 1 end as score,
            told.assignee_id as agent_id,
            told.updated_at as updated_at,
            case when told.score not in ('good', 'bad') then told.updated_at end as deleted_at
        from latest
        where answered_score is not null
        union all by name
        select
            'survey:' || id as rating_id,
            ticket_id as thread_id,
            updated_at as rated_at,
            {score} as score,
            null as agent_id,
            updated_at,
            null as deleted_at
        from survey_responses
        where rating is not null
    )

    select rating.*
    from rating
    left join ticket on rating.thread_id = ticket.id
    where coalesce(ticket.is_counted, true)
    """
