"""Zendesk as Fivetran has it: renamed columns and tables of its own, to the same kept records."""

from __future__ import annotations

from dataclasses import replace

from ..columns import column_types
from ..model import Table
from .zendesk_tables import GROUPS, RATINGS, READ_FIELDS, USERS

FIVETRAN = (
    Table(
        name="ticket",
        columns=column_types("""
            id, created_at, updated_at, status, requester_id, assignee_id, group_id, priority,
            via_channel, is_public, description, merged_ticket_ids VARCHAR[], _fivetran_deleted
        """),
        keeps="tickets",
        select="""
            with tagged as (
                select identifier(ticket_id) as ticket_id, list(distinct masked(tag)) as tags
                from landed.ticket_tag
                where not coalesce(flag(_fivetran_deleted), false)
                group by 1
            )

            select
                identifier(id) as id,
                instant(created_at) as created_at,
                instant(updated_at) as updated_at,
                instant(updated_at) as version_at,
                lower(status) as status,
                person(requester_id) as requester,
                identifier(assignee_id) as assignee_id,
                identifier(group_id) as group_id,
                priority,
                tagged.tags as tags,
                via_channel as channel,
                flag(is_public) as is_public,
                text_length(description) as description_length,
                null as is_messaging,
                list_transform(merged_ticket_ids, lambda merged: identifier(merged)) as merged_ids,
                coalesce(flag(_fivetran_deleted), false) as is_deleted,
                landed_at
            from landed.ticket
            left join tagged on tagged.ticket_id = identifier(id)
        """,
        needs=("created_at", "updated_at", "status", "requester"),
        is_required=True,
        lacks="everything: no conversation is known",
    ),
    Table(
        name="ticket_comment",
        columns=column_types("""
            id, ticket_id, created, user_id, public, body, via_channel, _fivetran_deleted
        """),
        keeps="comments",
        select="""
            select
                identifier(id) as id,
                identifier(ticket_id) as ticket_id,
                instant(created) as created_at,
                person(user_id) as author,
                coalesce(user_id in ('-1', '0'), false) as is_system,
                flag(public) as is_public,
                via_channel as channel,
                text_length(body) as body_length,
                landed_at
            from landed.ticket_comment
            where not coalesce(flag(_fivetran_deleted), false)
        """,
        is_required=True,
        lacks="messages after the opening, and so first responses",
    ),
    Table(
        name="ticket_field_history",
        columns=column_types("ticket_id, field_name, updated, value, user_id"),
        key="ticket_id",
        keeps="audit_events",
        select=f"""
            select
                concat_ws(':', ticket_id, field_name, epoch_us(instant(updated)), value) as id,
                identifier(ticket_id) as ticket_id,
                null as audit_id,
                instant(updated) as occurred_at,
                'Change' as type,
                field_name as field,
                identifier(value) as value,
                person(user_id) as actor,
                coalesce(user_id in ('-1', '0'), false) as actor_is_system,
                null as author,
                false as is_system,
                null as is_public,
                null as comment_id,
                null as channel,
                null as body_length,
                landed_at
            from landed.ticket_field_history
            where ticket_id is null or field_name in {READ_FIELDS}
        """,
        lacks="when a ticket was solved, by whom, and ratings",
    ),
    Table(
        name="ticket_tag",
        columns=column_types("ticket_id, tag, _fivetran_deleted"),
        key="ticket_id",
        lacks="labels, and which tickets were merged away",
    ),
    USERS.as_named("user"),
    GROUPS.as_named("group"),
    replace(RATINGS.as_named("satisfaction_rating"), lacks=""),
)
