"""How the commands print: the consoles, the errors that end a command, what several of them say."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from orchestration.errors import InboxError
from orchestration.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from orchestration.pipeline import RunOutcome
    from orchestration.publishing.record import Publication


# Where the output is no terminal there is no width to keep to.
console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
errors = Console(stderr=True, highlight=False)


def _parquet(settings: Settings, publication: Publication) -> str:
    parquet = publication.parquet
    if parquet.publication is None:
        return ""
    earlier = ""
    if parquet.publication != publication.name:
        earlier = f" (of an earlier publication, of the data to {parquet.as_of_date})"
    return f"\n  Parquet  {settings.published_folder / 'parquet'}/<table>/{earlier}"


def print_outcome(settings: Settings, outcome: RunOutcome) -> None:
    """What a run loaded and published; ends the command where something failed."""
    from orchestration.exports.loading import describe_days

    publication = outcome.publication
    if outcome.days and not outcome.failures:
        console.print(f"Loaded {describe_days(outcome.days)}.")
    if outcome.is_changed and publication is not None:
        console.print(
            f"Published: the data reach to {publication.as_of_date}. "
            f"{publication.rows['fct_threads']} conversations, "
            f"{publication.rows['fct_messages']} messages, "
            f"{publication.rows['fct_ratings']} ratings.\n"
            f"  DuckDB   {settings.published_database}{_parquet(settings, publication)}",
            soft_wrap=True,
        )
    elif publication is None:
        console.print("Nothing is published yet.")
    elif not outcome.failures:
        console.print(f"Nothing new: readers have the data to {publication.as_of_date}.")
    if outcome.failures:
        kept = f" Readers keep the data to {publication.as_of_date}." if publication else ""
        state = "" if outcome.is_changed else kept
        raise InboxError("\n".join(outcome.failures) + (f"\n{state.strip()}" if state else ""))


def print_closing_lines(settings: Settings, outcome: RunOutcome) -> None:
    """What a person should look at, to standard error, also where only errors are wanted."""
    from orchestration.warehouse.summary import closing_lines

    closed = [
        f"Not read again: {day} is closed by INBOX_RETENTION_DAYS, and its files have changed. To "
        f"read it all the same: inbox days reopen {day}"
        for day in outcome.closed
    ]
    for line in [*closing_lines(settings, outcome.days), *closed]:
        errors.print(one_line(line), soft_wrap=True, markup=False)


def warn_beyond_loopback(host: str, what: str) -> None:
    """Say loudly that others can open what asks nobody who they are."""
    from orchestration.machine.exposure import is_here

    if host and is_here(host):
        return
    errors.print(
        f"Warning: {what} asks nobody for a password, and on {host or 'every address'} whoever "
        "reaches this machine can open it. Leave --host out, and let others in through a proxy "
        "with a login (docs/deployment.md).",
        style="bold red",
        soft_wrap=True,
        markup=False,
    )


def one_line(text: str) -> str:
    """A text as a terminal may have it."""
    from orchestration.exports.layout import printable

    return printable(text)


def print_rows(titles: list[str], rows: list[list[object]]) -> None:
    """A table, where there is anything in it."""
    if rows:
        table = Table(*titles, box=None)
        for row in rows:
            table.add_row(*(escape(one_line(str(cell))) for cell in row))
        console.print(table)


def table_records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as JSON has them: days as 2024-03-31, instants in UTC."""
    times = table.select_dtypes(["datetime", "datetimetz"]).columns
    texts = {name: table[name].dt.strftime(_form_of(name)) for name in times}
    records: list[dict[str, Any]] = json.loads(
        table.assign(**texts).to_json(orient="records", double_precision=15)
    )
    return records


def _form_of(name: str) -> str:
    return "%Y-%m-%dT%H:%M:%SZ" if name.endswith("_at") else "%Y-%m-%d"
