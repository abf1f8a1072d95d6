"""A made-up Zendesk account as Airbyte's file destination lays it down: a file a stream.

    python -m lab.desks.zendesk FOLDER --tickets 2000 --days 90

Every value follows from the ticket's number alone, so that the same numbers give the same records.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
import duckdb

AGENTS = 12
FIRST_AGENT = 9_000
FIRST_CUSTOMER = 100_000
STREAMS = ("tickets", "ticket_comments", "ticket_audits", "satisfaction_ratings", "users", "groups")

# u(n, salt) is a number from 0 to 1 that follows from both.
_MACROS = (
    "u(n, salt) as hash(n * 1000 + salt) / 18446744073709551615.0",
    "iso(t) as strftime(t, '%Y-%m-%dT%H:%M:%SZ')",
    f"agent_of(n) as {FIRST_AGENT} + (u(n, 1) * u(n, 2) * {AGENTS})::bigint",
)


def write_account(
    folder: Path, tickets: int, days: int, last_day: date, first: int = 1, part: str = ""
) -> None:
    """Write the records of tickets from `first` on, over so many days up to the last one.

    part: behind each file's name, for files that lie beside earlier ones.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"preserve_insertion_order": "false"}) as connection:
        for macro in _MACROS:
            connection.execute(f"create macro {macro}")
        connection.execute(_tickets(tickets, days, last_day, first))
        for stream in STREAMS:
            path = folder / f"{stream}{part}.jsonl"
            connection.execute(f"copy ({_RECORDS[stream]}) to '{path}' (format json)")


def _tickets(tickets: int, days: int, last_day: date, first: int) -> str:
    began = last_day - timedelta(days=days - 1)
    seconds = max(days - 2, 1) * 86400  # so that a ticket's last message is not after the last day
    return f"""
        create temp table ticket as
        with numbered as (
            select
                n,
                timestamp '{began}' + to_seconds((u(n, 3) * {seconds})::bigint) as created_at,
                {FIRST_CUSTOMER} + (u(n, 4) * greatest({tickets} * 0.6, 5))::bigint as customer,
                agent_of(n) as agent,
                1 + (u(n, 5) * 6)::bigint as comments,
                300 + (u(n, 6) * u(n, 6) * 20000)::bigint as gap,
                u(n, 7) < 0.8 as is_solved,
                u(n, 8) < 0.1 as is_reopened
            from range({first}, {first + tickets}) as r (n)
        ),

        timed as (
            select
                *,
                created_at + to_seconds(comments * gap) as solved_at,
                created_at + to_seconds(comments * gap + 7200) as reopened_at,
                created_at + to_seconds(comments * gap + 14400) as solved_again_at
            from numbered
        )

        select
            *,
            case
                when not is_solved then created_at + to_seconds((comments - 1) * gap)
                when is_reopened then solved_again_at
                else solved_at
            end as updated_at
        from timed
    """


_TEXT = "repeat('some words of a message, ', 2 + (u({n}, 20) * 12)::bigint)"
_RECORDS = {
    "tickets": """
        select
            epoch_ms(updated_at) as _airbyte_extracted_at,
            n as id,
            iso(created_at) as created_at,
            iso(updated_at) as updated_at,
            epoch(updated_at)::bigint as generated_timestamp,
            case when is_solved then 'solved' when u(n, 9) < 0.3 then 'pending' else 'open' end
                as status,
            customer as requester_id,
            customer as submitter_id,
            agent as assignee_id,
            51 + (u(n, 10) * 2)::bigint as group_id,
            case when u(n, 11) < 0.1 then 'high' else 'normal' end as priority,
            'a subject' as subject,
            'some words of a question' as description,
            list_distinct(['topic_' || (u(n, 12) * 8)::int, 'product_' || (u(n, 13) * 4)::int])
                as tags,
            {'channel': case when u(n, 14) < 0.7 then 'email' else 'web' end,
             'source': {'rel': null}} as via,
            true as is_public,
            false as from_messaging_channel
        from ticket
    """,
    "ticket_comments": f"""
        select
            epoch_ms(created_at + to_seconds(k * gap)) as _airbyte_extracted_at,
            n * 100 + k as id,
            n as ticket_id,
            iso(created_at + to_seconds(k * gap)) as created_at,
            'Comment' as type,
            case when k % 2 = 0 then customer else agent end as author_id,
            {_TEXT.format(n="n * 100 + k")} as body,
            '<div class="zd-comment"><p>' || {_TEXT.format(n="n * 100 + k")} || '</p></div>'
                as html_body,
            {_TEXT.format(n="n * 100 + k")} as plain_body,
            k % 2 = 0 or u(n * 100 + k, 21) > 0.1 as public,
            {{'channel': 'web', 'source': {{'rel': null}}}} as via,
            n * 1000 + k as audit_id
        from ticket, unnest(range(comments)) as t (k)
    """,
    "ticket_audits": """
        with change as (
            select
                n, created_at as happened_at, customer as author, 'new' as value, 1 as place,
                'Create' as type
            from ticket
            union all
            select n, solved_at, agent, 'solved', 2, 'Change' from ticket where is_solved
            union all
            select n, reopened_at, customer, 'open', 3, 'Change'
            from ticket where is_solved and is_reopened
            union all
            select n, solved_again_at, agent, 'solved', 4, 'Change'
            from ticket where is_solved and is_reopened
        )

        select
            epoch_ms(happened_at) as _airbyte_extracted_at,
            n * 10000 + place as id,
            n as ticket_id,
            iso(happened_at) as created_at,
            author as author_id,
            {'channel': 'web', 'source': {'rel': null}} as via,
            [{'id': n * 100000 + place, 'type': type, 'field_name': 'status', 'value': value}]
                as events
        from change
    """,
    "satisfaction_ratings": """
        select
            epoch_ms(updated_at) as _airbyte_extracted_at,
            n as id,
            n as ticket_id,
            agent as assignee_id,
            case when u(n, 15) < 0.4 then 'offered' when u(n, 16) < 0.85 then 'good' else 'bad' end
                as score,
            iso(updated_at) as created_at,
            iso(updated_at + interval 1 hour) as updated_at
        from ticket
        where is_solved
    """,
    "users": f"""
        select
            0 as _airbyte_extracted_at, id, name, name || '@shop.example' as email, role,
            true as active, false as suspended, default_group_id,
            '2020-01-01T00:00:00Z' as updated_at
        from (
            select
                {FIRST_AGENT} + n as id, 'Agent ' || (n + 1) as name, 'agent' as role,
                51 + n % 2 as default_group_id
            from range({AGENTS + 1}) as r (n)
            union all
            select distinct customer, 'Customer ' || customer, 'end-user', null from ticket
        )
    """,
    "groups": """
        select 0 as _airbyte_extracted_at, 51 + n as id, name, '2020-01-01T00:00:00Z' as updated_at
        from (values (0, 'Support'), (1, 'Billing'), (2, 'Shipping')) as g (n, name)
    """,
}


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--tickets", default=2000, show_default=True)
@click.option("--days", default=90, show_default=True)
@click.option("--last-day", type=click.DateTime(["%Y-%m-%d"]), help="Yesterday unless given.")
def main(folder: Path, tickets: int, days: int, last_day: datetime | None) -> None:
    """Write a made-up account to a folder."""
    last = datetime.now(UTC).date() - timedelta(days=1) if last_day is None else last_day.date()
    write_account(folder, tickets, days, last)
    click.echo(f"Wrote a Zendesk account of {tickets} tickets, as Airbyte lands it, to {folder}")


if __name__ == "__main__":
    main()
