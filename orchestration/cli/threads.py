"""`inbox threads`: what lies behind a number, as text, JSON or CSV."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape

from orchestration.cli.flags import (
    ISO_DAY,
    check_published,
    day_of,
    output_format,
    read_settings,
    setting_flags,
)
from orchestration.cli.printing import console, print_rows, table_records

if TYPE_CHECKING:
    import pandas as pd

    from orchestration.publishing.threads import ThreadsBehind

# What people read of each row; machines get every column.
TEXT_COLUMNS = {
    "thread_id": "thread",
    "record_id": "record",
    "value": "value",
    "reason": "left out",
    "created_date": "created",
    "event_date": "counted on",
    "agent_id": "agent",
    "url": "link",
}


@click.command()
@click.argument("number")
@click.option("--from", "first", type=ISO_DAY, help="First day; 30 days before --to unless given.")
@click.option("--to", "last", type=ISO_DAY, help="Last day; the last loaded day unless given.")
@click.option(
    "--agent",
    "agent_id",
    help="Only this agent's, by identifier or by a name that only one has; '' is nobody's.",
)
@click.option("--channel", "channel", multiple=True, help="Only of this channel; repeatable.")
@click.option("--team", "team", multiple=True, help="Only of this team, by identifier; as above.")
@click.option("--label", "label", multiple=True, help="Only with this label; as above.")
@click.option("--priority", "priorities", multiple=True, help="Only of this priority; as above.")
@click.option(
    "--only",
    type=click.Choice(["counted", "left-out"]),
    help="Just the rows that are counted, or those that are not.",
)
@output_format("json", "csv")
@click.option(
    "--rows",
    "most",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="Rows that text shows; machines get all.",
)
@setting_flags
def threads(
    number: str,
    first: Any,
    last: Any,
    agent_id: str | None,
    channel: tuple[str, ...],
    team: tuple[str, ...],
    label: tuple[str, ...],
    priorities: tuple[str, ...],
    only: str | None,
    output: str,
    most: int,
    **flags: Any,
) -> None:
    """List the threads behind a NUMBER, the column of a mart, and why others are left out.

    The rows that are counted make the number; every other thread created in the range has one
    reason. INBOX_THREAD_URL makes links of them, such as https://desk.example/tickets/{thread_id}.
    """
    from orchestration.publishing.csv_cells import harmless_csv
    from orchestration.publishing.filters import Filters
    from orchestration.publishing.threads import read_threads, with_links

    settings = read_settings(**flags)
    check_published(settings, **flags)
    behind = read_threads(
        settings.published_database,
        number,
        day_of(first),
        day_of(last),
        agent_id,
        Filters(channel, team, label),
        priorities,
    )
    rows = with_links(behind.rows, settings.thread_url)
    if only is not None:
        rows = rows[rows["is_counted"] == (only == "counted")]
    if output == "json":
        click.echo(json.dumps(_as_json(behind, rows), ensure_ascii=False, indent=2))
    elif output == "csv":
        click.echo(harmless_csv(rows), nl=False)
    else:
        _print_threads(behind, rows, most)


def _as_json(behind: ThreadsBehind, rows: pd.DataFrame) -> dict[str, Any]:
    return {
        "number": behind.number,
        "first_date": behind.first_date.isoformat(),
        "last_date": behind.last_date.isoformat(),
        "agent_id": behind.agent_id,
        "value": behind.value,
        "counted": len(behind.counted),
        "left_out": behind.left_out,
        "rows": table_records(rows),
    }


def _print_threads(behind: ThreadsBehind, rows: pd.DataFrame, most: int) -> None:
    from orchestration.publishing.presentation import describe_number

    whose = "" if behind.agent_id is None else f" for agent {behind.agent_id or 'Unassigned'}"
    counted = behind.counted
    console.print(
        f"{escape(behind.number + whose)}, {behind.first_date} to {behind.last_date}: "
        f"{describe_number(behind.number, behind.value)}, of {len(counted):,} rows in "
        f"{counted['thread_id'].nunique():,} threads.",
        soft_wrap=True,
    )
    for reason, threads in behind.left_out.items():
        console.print(f"  left out: {threads:,} {reason}")
    shown = rows.head(most)
    columns = {name: title for name, title in TEXT_COLUMNS.items() if name in shown}
    print_rows(
        list(columns.values()),
        [
            [_cell(behind.number, name, row[name]) for name in columns]
            for row in table_records(shown)
        ],
    )
    if len(rows) > len(shown):
        console.print(f"{len(rows) - len(shown):,} more rows: --rows, or --format csv for all.")


def _cell(number: str, column: str, value: Any) -> str:
    from orchestration.publishing.presentation import describe_number

    if value is None:
        return ""
    return describe_number(number, value) if column == "value" else str(value)
