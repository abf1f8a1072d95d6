"""`inbox quarantine`: list, show and retry what was set aside."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import asdict
from itertools import islice
from typing import Any

import click

from orchestration.cli.flags import ISO_DAY, day_of, output_format, setting_flags, settings_of_home
from orchestration.cli.printing import console, errors, one_line, print_outcome, print_rows
from orchestration.errors import WrongUse


@click.group()
def quarantine() -> None:
    """What was set aside, why, and what has become of it."""


@quarantine.command("list")
@output_format("json")
@setting_flags
def list_quarantine(output: str, **flags: Any) -> None:
    """Count the rows set aside by day, entity, column and reason."""
    from orchestration.exports.quarantine import quarantine_groups, resolved_rows

    raw = settings_of_home(**flags).raw_folder
    groups = quarantine_groups(raw)
    resolved = Counter(row["outcome"] for row in resolved_rows(raw))
    if output == "json":
        rows = [{**asdict(group), "export_date": str(group.export_date)} for group in groups]
        click.echo(json.dumps({"set_aside": rows, "resolved": resolved}, indent=2))
        return
    print_rows(
        ["day", "entity", "column", "reason", "rows"],
        [[g.export_date, g.entity, g.column_name, g.reason, g.rows] for g in groups],
    )
    total = sum(group.rows for group in groups)
    since = ", ".join(f"{count} {outcome}" for outcome, count in sorted(resolved.items()))
    console.print(f"{total} rows are set aside." + (f" Of earlier ones: {since}." if since else ""))


@quarantine.command("show")
@click.option("--day", type=ISO_DAY, help="Only this export day.")
@click.option("--entity", help="Only of this one, such as threads.")
@click.option("--file", "file_name", help="Only the rows of files of this name.")
@click.option("--resolved", is_flag=True, help="The rows that are set aside no longer.")
@click.option(
    "--limit", type=click.IntRange(min=0), default=20, show_default=True, help="Rows shown."
)
@output_format("json")
@setting_flags
def show_quarantine(
    day: Any,
    entity: str | None,
    file_name: str | None,
    resolved: bool,
    limit: int,
    output: str,
    **flags: Any,
) -> None:
    """Show rows set aside: where they stand, why, and their text without its body."""
    from orchestration.exports import ENTITIES
    from orchestration.exports.quarantine import quarantined_rows, resolved_rows

    if entity is not None and entity not in ENTITIES:
        raise WrongUse(f"There is no entity {entity!r}: give one of {', '.join(ENTITIES)}")
    raw = settings_of_home(**flags).raw_folder
    read = resolved_rows if resolved else quarantined_rows
    found = read(raw, day_of(day), entity, file_name)
    rows = list(islice(found, limit))
    more = sum(1 for _ in found)
    if output == "json":
        shown = [
            {name: value for name, value in row.items() if not name.startswith("record_")}
            for row in rows
        ]
        click.echo(json.dumps(shown, default=str, indent=2))
        return
    for row in rows:
        _print_quarantined(row)
    if more:
        console.print(f"... and {more} more rows (see --limit)")
    elif not rows:
        console.print("There is no such row.")


def _print_quarantined(row: dict[str, Any]) -> None:
    line = f", line {row['line_number']}" if row["line_number"] else ""
    column = f"{row['column_name']} " if row["column_name"] else ""
    place = f"{row['export_date']}/{row['file_name']} row {row['row_number']}{line}"
    lines = [f"{place}: {column}{row['reason']}", row["row_text"]]
    if "outcome" in row:
        lines.append(f"{row['outcome']}, {row['loaded_at']}")
    for number, text in enumerate(lines):
        if text:
            indented = "    " * (number > 0) + one_line(text)
            console.print(indented, soft_wrap=True, markup=False)


@quarantine.command("accept")
@click.argument("day", type=ISO_DAY, metavar="DAY")
@click.option("--why", default="", help="The reason, kept with your name and the time.")
@setting_flags
def accept_quarantine(day: Any, why: str, **flags: Any) -> None:
    """Take a day's rejected rows as they are, however many; build, test, publish.

    Who has accepted it, when and why stands in the day's manifest. It holds for the files as they
    are: a day that is delivered again is accepted anew.
    """
    from orchestration import pipeline

    settings = settings_of_home(**flags)
    outcome = pipeline.accept(settings, day.date(), why)
    console.print(f"Accepted {day:%Y-%m-%d}.")
    print_outcome(settings, outcome)


@quarantine.command("retry")
@click.option("--exports", type=click.Path(), help="Folder of the exports (INBOX_EXPORTS).")
@click.option("--day", type=ISO_DAY, help="Only this export day.")
@setting_flags
def retry_quarantine(exports: str | None, day: Any, **flags: Any) -> None:
    """Read the days again that have rows set aside; build, test, publish.

    After a corrected export or a widened rule. Says what of them loads now. Exits with 1 while rows
    stay set aside.
    """
    from orchestration import pipeline
    from orchestration.exports.quarantine import LOADED

    settings = settings_of_home(exports=exports, **flags)
    retried = pipeline.retry(settings, day_of(day))
    print_rows(
        ["day", "were set aside", "load now", "not delivered again", "still set aside"],
        [
            [r.export_date, r.before, r.outcomes[LOADED], r.not_delivered_again, r.after]
            for r in retried.days
        ],
    )
    for text in retried.not_retried:
        errors.print(one_line(text), soft_wrap=True, markup=False)
    if retried.outcome is not None:
        print_outcome(settings, retried.outcome)
    if retried.not_retried or any(day.after for day in retried.days):
        sys.exit(1)
    if not retried.days:
        console.print("Nothing is set aside.")
