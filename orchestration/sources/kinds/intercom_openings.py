"""Intercom's conversations that count, who opened them, and what an author is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..language import literals

# Openings that a robot sends in an admin's name.
AUTOMATED = "('automated', 'campaigns_initiated', 'operator_initiated')"


def author_type(relation: str, options: Mapping[str, Any]) -> str:
    """SQL for a type of ours, of who wrote in a relation."""
    bots = literals(str(bot) for bot in options["bots"])
    return f"""case
                when {relation}.author_kind in ('user', 'lead', 'contact') then 'user'
                when {relation}.author_kind in ('bot', 'ai_agent', 'operator')
                    or {relation}.is_ai
                    or list_contains({bots}, {relation}.author)
                    or {relation}.author in (select id from admins where is_operator)
                    then 'bot'
                when {relation}.author_kind = 'admin' then 'agent'
                else 'system'
            end"""


def opening_ctes(options: Mapping[str, Any]) -> str:
    """The opening CTEs: conversations with who opened them, and whether they count."""
    held_back = (
        "false"
        if options["keep_outbound"]
        else "opening_type <> 'user' and first_reply_at is null"
        " and answered.conversation_id is null"
    )
    return f"""
    opened as (
        select
            *,
            case
                when delivered_as in {AUTOMATED} then 'bot'
                else {author_type("conversations", options)}
            end as opening_type
        from conversations
    ),

    answered as (
        select distinct conversation_id
        from parts
        where author_kind in ('user', 'lead', 'contact')
            and (body_length is not null or has_attachment)
    ),

    conversation as (
        select
            opened.*,
            -- Nobody has answered what was sent out: it is no conversation yet.
            coalesce({held_back}, false) as is_held_back
        from opened
        left join answered on opened.id = answered.conversation_id
    ),

    ticket as (
        select *
        from tickets
        where category = 'Customer'
            and id not in (select id from conversations)
    )"""
