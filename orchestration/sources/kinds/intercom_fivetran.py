"""Intercom as Fivetran has it: histories with columns of its own, to the same kept records."""

from __future__ import annotations

from ..columns import column_types
from ..model import Table
from .intercom_tables import ADMINS, IS_OPERATOR, PARTS, TEAMS

FIVETRAN = (
    Table(
        name="conversation_history",
        other_names=("conversation",),
        columns=column_types("""
            id, created_at, updated_at, state, open, priority, assignee_id, assignee_type,
            team_assignee_id, source_id, source_type, source_delivered_as, source_body,
            source_author_id, source_author_type, first_contact_reply_created_at,
            conversation_rating_value, conversation_rating_created_at,
            conversation_rating_teammate_id, statistics_first_close_at, statistics_last_close_at,
            statistics_last_closed_by_id, statistics_count_reopens,
            statistics_count_conversation_parts
        """),
        keeps="conversations",
        select="""
        with contact as (
            select
                identifier(conversation_id) as conversation_id,
                arg_max(contact_id, instant(conversation_updated_at)) as contact_id
            from landed.conversation_contact_history
            where coalesce(flag(_fivetran_active), true)
            group by 1
        ),

        tagged as (
            select
                identifier(history.conversation_id) as conversation_id,
                list(distinct masked(tag.name)) as tags
            from landed.conversation_tag_history as history
            inner join landed.tag as tag on identifier(history.tag_id) = identifier(tag.id)
            where coalesce(flag(history._fivetran_active), true)
            group by 1
        )

        select
            identifier(id) as id,
            moment(created_at) as created_at,
            moment(updated_at) as updated_at,
            coalesce(lower(state), case when flag(open) then 'open' else 'closed' end) as state,
            person(contact.contact_id) as contact,
            source_type as channel,
            case when coalesce(assignee_type, 'admin') in ('admin', 'nobody_admin')
                then identifier(assignee_id) end as assignee_id,
            coalesce(
                identifier(team_assignee_id),
                case when assignee_type = 'team' then identifier(assignee_id) end
            ) as team_id,
            priority,
            tagged.tags as tags,
            null as ticket_state,
            identifier(source_id) as source_id,
            source_delivered_as as delivered_as,
            source_author_type as author_kind,
            case when source_author_type in ('user', 'lead', 'contact')
                then person(source_author_id) else identifier(source_author_id) end as author,
            false as is_ai,
            html_length(source_body) as source_length,
            moment(first_contact_reply_created_at) as first_reply_at,
            moment(statistics_first_close_at) as first_close_at,
            moment(statistics_last_close_at) as last_close_at,
            identifier(statistics_last_closed_by_id) as last_closed_by_id,
            whole(statistics_count_reopens) as count_reopens,
            whole(statistics_count_conversation_parts) as count_parts,
            whole(conversation_rating_value) as rating,
            moment(conversation_rating_created_at) as rating_asked_at,
            null as rating_updated_at,
            identifier(conversation_rating_teammate_id) as rated_agent_id,
            landed_at
        from landed.conversation_history
        left join contact on identifier(id) = contact.conversation_id
        left join tagged on identifier(id) = tagged.conversation_id
        """,
        needs=("created_at", "updated_at", "state"),
        is_required=True,
        lacks="everything: no conversation is known",
    ),
    Table(
        name="conversation_part_history",
        other_names=("conversation_part",),
        columns=column_types("""
            id, conversation_id, part_type, created_at, updated_at, body, author_id, author_type,
            assigned_to_id, assigned_to_type
        """),
        keeps="parts",
        select="""
        select
            identifier(id) as id,
            identifier(conversation_id) as conversation_id,
            lower(part_type) as part_type,
            moment(created_at) as created_at,
            author_type as author_kind,
            case when author_type in ('user', 'lead', 'contact')
                then person(author_id) else identifier(author_id) end as author,
            false as is_ai,
            assigned_to_type as assigned_type,
            identifier(assigned_to_id) as assigned_id,
            -- The text may be hashed, blocked or not brought at all.
            case
                when length(body) > 0 then html_length(body)
                when part_type in ('comment', 'quick_reply') or part_type like 'note%' then 0
            end as body_length,
            false as has_attachment,
            moment(updated_at) as updated_at,
            landed_at
        from landed.conversation_part_history
        """,
        is_required=True,
        lacks=PARTS.lacks,
    ),
    Table(
        name="conversation_contact_history",
        columns=column_types("""
            conversation_id, contact_id, conversation_updated_at, _fivetran_active
        """),
        is_required=True,
        lacks="whose conversation it is: no user is known",
    ),
    Table(
        name="conversation_tag_history",
        columns=column_types("conversation_id, tag_id, _fivetran_active"),
        lacks="labels",
    ),
    Table(
        name="tag",
        columns=column_types("id, name"),
        lacks="labels",
    ),
    Table(
        name="admin",
        columns=column_types("id, name, email, _fivetran_deleted"),
        keeps="admins",
        select=f"""
        with membership as (
            select identifier(admin_id) as admin_id, min(identifier(team_id)) as team_id
            from landed.team_admin
            where not coalesce(flag(_fivetran_deleted), false)
            group by 1
        )

        select
            identifier(id) as id,
            name,
            {IS_OPERATOR} as is_operator,
            membership.team_id,
            landed_at
        from landed.admin
        left join membership on identifier(id) = membership.admin_id
        """,
        is_required=True,
        lacks=ADMINS.lacks,
    ),
    Table(
        name="team_admin",
        columns=column_types("admin_id, team_id, _fivetran_deleted"),
        lacks="which team an agent is in",
    ),
    TEAMS.as_named("team"),
)
