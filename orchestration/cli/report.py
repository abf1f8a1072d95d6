"""`inbox report`: the numbers of the published file as text, JSON or CSV."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape
from rich.table import Table

from orchestration.cli.definitions import print_definitions
from orchestration.cli.flags import (
    ISO_DAY,
    check_published,
    check_range,
    day_of,
    output_format,
    read_settings,
    setting_flags,
)
from orchestration.cli.printing import console, errors, table_records
from orchestration.cli.restatements import print_restatements
from orchestration.errors import WrongUse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    import pandas as pd

    from orchestration.settings import Settings


# What people read of each table; machines get every column.
TEXT_COLUMNS = {
    "cards": {"label": "", "current_value": "now", "previous_value": "before", "change": "change"},
    "series": {
        "period_start_date": "from",
        "new_threads": "threads",
        "messages": "messages",
        "unique_users": "users",
        "ratings": "ratings",
        "average_rating": "rating",
        "first_response_seconds_median": "first response",
        "closing_seconds_median": "closing",
        "open_threads": "open",
    },
    "waits": {
        "period_start_date": "from",
        "replies": "replies",
        "reply_seconds_median": "reply",
        "reply_seconds_p90": "of 9 in 10",
        "first_response_business_seconds_median": "first response\nworking time",
        "reply_business_seconds_median": "reply\nworking time",
        "closing_business_seconds_median": "closing\nworking time",
        "waiting_threads": "waiting",
        "longest_wait_seconds": "longest",
    },
    "labels": {"rank": "", "label": "label", "new_threads": "threads"},
    "agents": {
        "agent_name": "agent",
        "agent_id": "id",
        "average_rating": "rating",
        "ratings": "ratings",
        "first_response_seconds_median": "first response",
        "closing_seconds_median": "closing",
        "new_threads": "threads",
        "messages_sent": "sent",
    },
}


@click.command()
@click.option("--from", "first", type=ISO_DAY, help="First day; 30 days before --to unless given.")
@click.option("--to", "last", type=ISO_DAY, help="Last day; the last loaded day unless given.")
@click.option(
    "--agent",
    "agent_id",
    help="Only this agent's numbers, by identifier or by a name that only one has; '' is nobody's.",
)
@click.option(
    "--grain",
    type=click.Choice(["day", "week", "month", "year"]),
    help="Period of the series; by the length of the range unless given.",
)
@click.option("--top", type=click.IntRange(min=1), default=10, show_default=True, help="Labels.")
@output_format("json", "csv")
@click.option(
    "--only",
    type=click.Choice(["cards", "series", "labels", "agents"]),
    help="Just one of the tables.",
)
@click.option(
    "--restatements",
    is_flag=True,
    help="What was complete as published and has another value now, instead of the tables; of all "
    "days unless --from and --to are given. --top is how many are printed as text.",
)
@click.option(
    "--as-known",
    type=ISO_DAY,
    help="As if no later export day had ever come; built aside, which takes as long as a rebuild.",
)
@click.option(
    "--definitions",
    "by_others",
    is_flag=True,
    help="Instead: the numbers that others count otherwise, by each definition.",
)
@setting_flags
def report(
    first: Any,
    last: Any,
    agent_id: str | None,
    grain: str | None,
    top: int,
    output: str,
    only: str | None,
    restatements: bool,
    as_known: Any,
    by_others: bool,
    **flags: Any,
) -> None:
    """Print cards, series, waits, top labels and the agents' table from the published file.

    The cards compare the range with as many days just before it, where all of these have come. In
    CSV the tables are parted by an empty line; --only gives a single one.
    """
    from orchestration.publishing.csv_cells import harmless_csv
    from orchestration.publishing.definitions import read_definitions
    from orchestration.publishing.presentation import describe_as_known
    from orchestration.publishing.report import read_report

    settings = read_settings(**flags)
    if as_known is None:
        check_published(settings, **flags)
    if (restatements or by_others) and (only or grain):
        raise WrongUse(
            "--only and --grain choose among tables that are not printed then: leave them out"
        )
    if restatements:
        if as_known is not None:
            raise WrongUse("The log of restatements is of this warehouse: leave --as-known out")
        if by_others:
            raise WrongUse("--restatements and --definitions are each a report: give one of them")
        check_range(first, last)
        rows = _restatements(settings.published_database, day_of(first), day_of(last), agent_id)
        print_restatements(rows, output, top)
        return
    with _database(settings, day_of(as_known)) as database:
        if by_others:
            if as_known is not None and output != "json":
                errors.print(describe_as_known(as_known.date()), soft_wrap=True)
            definitions = read_definitions(database, day_of(first), day_of(last), agent_id)
            print_definitions(definitions, output, _how_known(day_of(as_known)))
            return
        numbers = read_report(database, day_of(first), day_of(last), grain, agent_id, top)
    tables = {name: table for name, table in numbers.tables().items() if only in (None, name)}
    if output == "json":
        click.echo(
            json.dumps(
                {
                    "as_of_date": numbers.as_of_date.isoformat(),
                    "first_date": numbers.first_date.isoformat(),
                    "last_date": numbers.last_date.isoformat(),
                    "grain": numbers.grain,
                    "agent_id": numbers.agent_id,
                    "missing_days": [day.isoformat() for day in numbers.missing_days],
                    **_how_known(day_of(as_known)),
                    **{name: table_records(table) for name, table in tables.items()},
                },
                ensure_ascii=False,
                indent=2,
            )
        )
    elif output == "csv":
        if as_known is not None:  # CSV has no place for it
            errors.print(describe_as_known(as_known.date()), soft_wrap=True)
        click.echo("\n".join(harmless_csv(table) for table in tables.values()), nl=False)
    else:
        if as_known is not None:
            console.print(describe_as_known(as_known.date()), soft_wrap=True)
        _print_report(settings, numbers, tables)


def _restatements(
    database: Path, first: date | None, last: date | None, agent: str | None
) -> pd.DataFrame:
    """Rows of the log; an agent who is in none is one who is on record, or an error."""
    from orchestration.publishing.published_report import PublishedReport
    from orchestration.publishing.report import named_agent

    published = PublishedReport(database)
    rows = published.restatements(first, last, agent)
    if rows.empty and agent:
        return published.restatements(first, last, named_agent(published, agent))
    return rows


@contextmanager
def _database(settings: Settings, as_known: date | None) -> Iterator[Path]:
    """What is published, or what would have been on a day."""
    if as_known is None:
        yield settings.published_database
        return
    from orchestration.warehouse.as_known import known_on

    with known_on(settings, as_known) as database:
        yield database


def _how_known(as_known: date | None) -> dict[str, str]:
    from orchestration.publishing.presentation import describe_as_known

    if as_known is None:
        return {}
    return {"as_known": as_known.isoformat(), "note": describe_as_known(as_known)}


def _print_report(settings: Settings, numbers: Any, tables: dict[str, pd.DataFrame]) -> None:
    from orchestration.exports.coverage import missing_in_words
    from orchestration.machine import zones
    from orchestration.publishing.presentation import describe_reach

    titles = {
        "cards": "Cards: this range against as many days before it",
        "series": f"By {numbers.grain}",
        "waits": f"Replies and waits by {numbers.grain}",
        "labels": "Top labels",
        "agents": "Agents",
    }
    whose = "" if numbers.agent_id is None else f" for agent {numbers.agent_id or 'Unassigned'}"
    console.print(
        f"Inbox report{escape(whose)}, {numbers.first_date} to {numbers.last_date}; "
        f"the data reach to {describe_reach(numbers.as_of_date, zones.today(settings.timezone))}.",
        soft_wrap=True,
    )
    if numbers.missing_days:
        console.print(f"{missing_in_words(numbers.missing_days)}.", soft_wrap=True)
    for name, table in _sections(tables):
        console.print(f"\n[bold]{titles[name]}[/bold]")
        if table.empty:
            console.print("  nothing in this range")
            continue
        console.print(_text_table(name, table))


def _sections(tables: dict[str, pd.DataFrame]) -> Iterator[tuple[str, pd.DataFrame]]:
    """What is printed one below the other: a series is two, so that its lines stay whole."""
    for name, table in tables.items():
        yield name, table
        if name == "series" and not table.empty:
            yield "waits", table


def _text_table(name: str, table: pd.DataFrame) -> Table:
    # Without working hours there is no working time, by no row.
    columns = {
        column: title
        for column, title in TEXT_COLUMNS[name].items()
        if "business" not in column or table[column].notna().any()
    }
    shown = Table(box=None, pad_edge=True, padding=(0, 2, 0, 0))
    for column, title in columns.items():
        is_text = column in ("label", "agent_name", "agent_id", "period_start_date")
        shown.add_column(title, justify="left" if is_text else "right", no_wrap=True)
    for row in table.to_dict("records"):
        shown.add_row(*(escape(_cell(column, row[column], row)) for column in columns))
    return shown


def _cell(column: str, value: Any, row: dict[Any, Any]) -> str:
    from pandas import isna

    from orchestration.publishing.presentation import (
        CARD_TITLES,
        NOTHING,
        describe_change,
        describe_number,
    )

    if value is None or isna(value):
        return NOTHING
    if column == "period_start_date":
        return f"{value:%Y-%m-%d}" + ("" if row["is_complete"] else " (part)")
    metric = row.get("metric", column)
    if column == "label":
        return CARD_TITLES.get(str(metric), str(value))
    if column == "change":
        return describe_change(metric, value, row["change_ratio"])
    return value if isinstance(value, str) else describe_number(metric, value)
