"""Znuny's articles: what was said, who sent it, and whether a mail answers by itself."""

from __future__ import annotations

from ..columns import column_types
from ..model import Table
from .leaving_out import stays
from .mail_text import own_words_length
from .znuny_queues import LEFT_OUT, SAID_IN_LEFT_OUT

ARTICLES = Table(
    name="article",
    columns=column_types("""
        id, ticket_id, article_sender_type_id, communication_channel_id, is_visible_for_customer,
        create_time, create_by
    """),
    keeps="articles",
    select=f"""
        select
            identifier(article.id) as id,
            identifier(article.ticket_id) as ticket_id,
            lower(sender_type.name) as sender_type,
            lower(channel.name) as channel,
            coalesce(flag(article.is_visible_for_customer), true) as is_visible,
            identifier(article.create_by) as created_by,
            instant(article.create_time) as created_at,
            article.landed_at
        from landed.article as article
        left join landed.article_sender_type as sender_type
            on identifier(article.article_sender_type_id) = identifier(sender_type.id)
        left join landed.communication_channel as channel
            on identifier(article.communication_channel_id) = identifier(channel.id)
        where {stays("article.ticket_id", LEFT_OUT)}
    """,
    needs=("id", "ticket_id", "sender_type", "created_at"),
    is_required=True,
    lacks="messages",
)

MIME = Table(
    name="article_data_mime",
    columns=column_types("id, article_id, a_from, a_body"),
    keeps="mime",
    select=f"""
        select
            identifier(mime.article_id) as article_id,
            person(coalesce(account.login, address(mime.a_from))) as sender,
            person(address(mime.a_from)) as mailbox,
            {own_words_length("mime.a_body")} as body_length,
            mime.landed_at
        from landed.article_data_mime as mime
        left join landed.customer_user as account on address(mime.a_from) = address(account.email)
        where {stays("mime.article_id", SAID_IN_LEFT_OUT)}
    """,
    is_required=True,
    lacks="who wrote by mail, and the lengths of messages",
)

_HEAD = 16_384
_AUTOMATIC = r"(?im)^(auto-submitted[ \t]*:[ \t]*(auto|[a-mo-z])|x-auto-?reply[ \t]*:[ \t]*yes)"

# Raw mails: text, or base64 where the engine keeps no octets.
PLAIN = Table(
    name="article_data_mime_plain",
    columns=column_types("id, article_id, body"),
    keeps="mail_headers",
    select=f"""
        with raw as (
            select
                article_id,
                landed_at,
                case
                    when regexp_full_match(substr(body, 1, 200), '[A-Za-z0-9+/=\\s]*')
                        then try(
                            decode(from_base64(substr(regexp_replace(
                                substr(body, 1, {2 * _HEAD}), '\\s', '', 'g'
                            ), 1, {_HEAD})))
                        )
                    else substr(body, 1, {_HEAD})
                end as head
            from landed.article_data_mime_plain
        )

        select
            identifier(article_id) as article_id,
            coalesce(
                regexp_matches(
                    split_part(replace(head, chr(13), ''), chr(10) || chr(10), 1), '{_AUTOMATIC}'
                ),
                false
            ) as is_automatic,
            landed_at
        from raw
        where {stays("article_id", SAID_IN_LEFT_OUT)}
    """,
    key="article_id",
    lacks="which mails are automatic answers: they count as their sender's",
)
