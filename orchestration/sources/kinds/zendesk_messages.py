"""Zendesk's comments and ratings as ours, of the tickets that count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestration.machine.sql import literal


def counted_tickets(options: Mapping[str, Any]) -> str:
    """The opening CTEs: tickets that count, and who is of staff."""
    is_counted = "true" if options["keep_samples"] else "channel is distinct from 'sample_ticket'"
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

    audited as (
        select id, ticket_id, occurred_at, author, is_system, is_public, channel, body_length
        from audit_events
        where type in ('Comment', 'VoiceComment')
    ),

    -- A comment that an audit tells too is one; private where either of them says so.
    comment as (
        select
            audited.id,
            audited.ticket_id,
            audited.occurred_at as created_at,
            audited.author,
            audited.is_system,
            audited.channel,
            audited.body_length,
            coalesce(audited.is_public, true) and coalesce(comments.is_public, true) as is_public
        from audited
        left join comments on audited.id = comments.id
        union all by name
        select
            id, ticket_id, created_at, author, is_system, channel, body_length,
            coalesce(is_public, true) as is_public
        from comments
        anti join audited on comments.id = audited.id
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
            comment.ticket_id as thread_id,
            comment.created_at as sent_at,
            {_author_type(options)} as author_type,
            staff.agent_id,
            comment.author as author,
            not coalesce(change.is_public, comment.is_public) as is_private,
            comment.body_length as body_length,
            coalesce(change.changed_at, comment.created_at) as updated_at
        from comment
        left join change on comment.id = change.comment_id
        left join ticket on comment.ticket_id = ticket.id
        left join staff on comment.author = staff.id
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
    is_bot = f"comment.author in ({bots}) or" if bots else ""
    return f"""case
                when comment.is_system then 'system'
                when {is_bot} comment.channel = 'rule' then 'bot'
                when comment.author = ticket.requester then 'user'
                when staff.id is not null then 'agent'
                else 'user'
            end"""


def ratings(tickets: str, options: Mapping[str, Any]) -> str:
    """One rating a ticket of the older kind, and the answers of surveys."""
    steps = int(options["survey_steps"])
    score = "rating" if steps == 5 else f"round(1 + 4.0 * (rating - 1) / {steps - 1})::bigint"
    return f"""
    with {tickets},

    reported as (
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
        select *
        from reported
        where ticket_id is not null
        qualify row_number() over (
            partition by ticket_id order by updated_at desc nulls last, number desc nulls last
        ) = 1
    ),

    answered as (
        select ticket_id, score
        from reported
        where ticket_id is not null and score in ('good', 'bad')
        qualify row_number() over (
            partition by ticket_id order by updated_at desc nulls last, number desc nulls last
        ) = 1
    ),

    rating as (
        select
            'csat:' || latest.ticket_id as rating_id,
            latest.ticket_id as thread_id,
            latest.updated_at as rated_at,
            case answered.score when 'good' then 5 when 'bad' then 1 end as score,
            latest.assignee_id as agent_id,
            latest.updated_at as updated_at,
            case when coalesce(latest.score not in ('good', 'bad'), true)
                then latest.updated_at end as deleted_at
        from latest
        inner join answered on latest.ticket_id = answered.ticket_id
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
