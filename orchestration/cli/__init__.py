"""The `inbox` command. Each part reads its flags, calls a function and prints the outcome."""

from __future__ import annotations

import atexit
import gc
import json
import logging
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from orchestration.settings import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    import pandas as pd

    from orchestration.pipeline import RunOutcome

ISO_DAY = click.DateTime(formats=["%Y-%m-%d"])

EXAMPLES = """\b
Examples
  inbox run --exports exports                  load what is new, build, test, publish
  inbox run --from 2024-01-01 --to 2024-01-31  only these export days
  inbox report --from 2024-01-01 --to 2024-03-31 --grain week
  inbox report --agent u00021 --format json    one agent, for a program
  inbox serve                                  the report as a page on http://127.0.0.1:8501
  inbox validate exports/2024-01-05            what would be rejected, and why
  inbox verify                                 is the warehouse what a rebuild gives?
  inbox quarantine list                        what was rejected, by reason
  inbox quarantine retry                       read those days again after a correction
  inbox erase --user u123                      a user out of all that is kept
  inbox dev                                    the Dagster UI on http://127.0.0.1:3000

\b
Settings come from flags, INBOX_* variables or a .env file, in this order:
  INBOX_EXPORTS       folder of the exports, one folder a day
  INBOX_HOME          what the pipeline writes (data/)
  INBOX_TIMEZONE      zone of the days, an IANA name (UTC)
  INBOX_WEEK_START    monday or sunday (monday)
  INBOX_MAX_REJECTED  share of bad rows that stops a publication (0.01)
  INBOX_ALERT_URL     webhook that is told of failed runs (none)
  INBOX_PSEUDONYM_KEY users land as pseudonyms made with it (none)
  INBOX_RETENTION_DAYS  days before the last loaded one that stay open (all)
  INBOX_GROUP         group that may read what is published (none)

\b
Exit codes: 0 all is well, 1 something failed or was rejected, 2 a wrong flag or setting.
"""

# Where the output is no terminal there is no width to keep to.
console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
errors = Console(stderr=True, highlight=False)


class Problem(click.ClickException):
    """Ends a command with one clear text and an exit code."""

    def show(self, file: Any = None) -> None:
        """Prints the text alone, without a trace."""
        errors.print(f"[red]Error:[/red] {escape(self.message)}", soft_wrap=True)


class WrongUse(Problem):
    """A wrong flag or setting."""

    exit_code = 2


def setting_flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """The flags that stand for INBOX_* settings."""
    flags = [
        click.option(
            "--home",
            type=click.Path(file_okay=False),
            help="What the pipeline writes (INBOX_HOME).",
        ),
        click.option("--timezone", help="Zone of the days, an IANA name (INBOX_TIMEZONE)."),
        click.option("--week-start", help="monday or sunday (INBOX_WEEK_START)."),
        click.option("--max-rejected", help="Share of bad rows allowed (INBOX_MAX_REJECTED)."),
    ]
    for flag in reversed(flags):
        command = flag(command)
    return command


def read_settings(**flags: Any) -> Settings:
    """Settings with flags over the environment; also for Dagster, which reads the environment."""
    try:
        settings = load_settings(**flags)
    except SettingsError as error:
        raise WrongUse(str(error)) from None
    for name, value in flags.items():
        if value is not None:
            os.environ[f"INBOX_{name.upper()}"] = str(getattr(settings, name))
    return settings


@click.group(
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="inbox-warehouse")
@click.option("--quiet", is_flag=True, help="Only results and errors, no progress.")
def main(quiet: bool) -> None:
    """Turns daily inbox exports into the warehouse behind the Inbox Report.

    The exports of a day are conversations, messages, ratings and agents as CSV, JSON lines or
    Parquet. They are loaded through Dagster, built and tested by dbt, and published as one DuckDB
    file and as Parquet, which any BI tool can query.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s  %(message)s", datefmt="%H:%M:%S"))
    inbox = logging.getLogger("inbox")
    inbox.handlers = [handler]
    # On the handler: Dagster sets the level of the loggers whose messages it keeps.
    handler.setLevel(logging.ERROR if quiet else logging.INFO)
    inbox.setLevel(logging.INFO)
    inbox.propagate = False


@main.command()
@click.option("--exports", type=click.Path(), help="Folder of the exports (INBOX_EXPORTS).")
@click.option("--from", "first", type=ISO_DAY, help="First export day to load.")
@click.option("--to", "last", type=ISO_DAY, help="Last export day to load.")
@setting_flags
def run(exports: str | None, first: Any, last: Any, **flags: Any) -> None:
    """Load every export day that is new or has changed; build, test, publish.

    Run again at any time: with nothing new it changes nothing. A day that cannot be loaded is
    reported, keeps what an earlier load of it brought, and does not hold up the other days.
    """
    from orchestration import pipeline

    settings = read_settings(exports=exports, **flags)
    with told_problems():
        outcome = pipeline.run(settings, _day(first), _day(last))
    _print_outcome(settings, outcome)


@contextmanager
def told_problems() -> Iterator[None]:
    """What a run may raise, as a text and an exit code."""
    from orchestration.exports import (
        BrokenManifest,
        ExportsNotFound,
        ExportsUnreachable,
        WrongPseudonymKey,
    )
    from orchestration.machine.advice import advice_on
    from orchestration.machine.lock import LockBusy
    from orchestration.pipeline import InstanceUnavailable, Interrupted
    from orchestration.warehouse.dbt import DbtFailed

    try:
        yield
    except ExportsUnreachable as error:
        raise Problem(str(error)) from None
    except (SettingsError, ExportsNotFound, WrongPseudonymKey) as error:
        raise WrongUse(str(error)) from None
    except (LockBusy, BrokenManifest, DbtFailed, InstanceUnavailable, Interrupted) as error:
        raise Problem(str(error)) from None
    except Exception as error:
        advice = advice_on(error)
        if advice is None:
            raise
        raise Problem(f"{advice}. Readers keep what they have.") from None


def _print_outcome(settings: Settings, outcome: RunOutcome) -> None:
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
            f"  DuckDB   {settings.published_database}\n"
            f"  Parquet  {settings.published_folder / 'parquet'}/<table>/",
            soft_wrap=True,
        )
    elif publication is None:
        console.print("Nothing is published yet.")
    elif not outcome.failures:
        console.print(f"Nothing new: readers have the data to {publication.as_of_date}.")
    if outcome.failures:
        kept = f" Readers keep the data to {publication.as_of_date}." if publication else ""
        state = "" if outcome.is_changed else kept
        raise Problem("\n".join(outcome.failures) + (f"\n{state.strip()}" if state else ""))


@main.command()
@click.option("--from", "first", type=ISO_DAY, help="First day; 30 days before --to unless given.")
@click.option("--to", "last", type=ISO_DAY, help="Last day; the last loaded day unless given.")
@click.option("--agent", "agent_id", help="Only this agent's series, labels and numbers.")
@click.option(
    "--grain",
    type=click.Choice(["day", "week", "month", "year"]),
    help="Period of the series; by the length of the range unless given.",
)
@click.option("--top", type=click.IntRange(min=1), default=10, show_default=True, help="Labels.")
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="text for people; json and csv for machines.",
)
@click.option(
    "--only",
    type=click.Choice(["cards", "series", "labels", "agents"]),
    help="Just one of the tables.",
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
    **flags: Any,
) -> None:
    """Print cards, series, top labels and the agents' table from the published file.

    The cards compare the range with as many days just before it; they are the whole inbox's, also
    with --agent. In CSV the tables are parted by an empty line; --only gives a single one.
    """
    from orchestration.publishing.csv_cells import harmless_csv
    from orchestration.publishing.report import (
        NothingPublished,
        UnreadablePublication,
        read_report,
    )

    settings = read_settings(**flags)
    try:
        numbers = read_report(
            settings.published_database, _day(first), _day(last), grain, agent_id, top
        )
    except ValueError as error:
        raise WrongUse(str(error)) from None
    except (NothingPublished, UnreadablePublication) as error:
        raise Problem(str(error)) from None
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
                    **{name: _records(table) for name, table in tables.items()},
                },
                ensure_ascii=False,
                indent=2,
            )
        )
    elif output == "csv":
        click.echo("\n".join(harmless_csv(table) for table in tables.values()), nl=False)
    else:
        _print_report(numbers, tables)


@main.command()
@click.option(
    "--limit", type=click.IntRange(min=1), default=5, show_default=True, help="Rows shown a table."
)
@click.option(
    "--against",
    type=click.Path(exists=True, path_type=Path),
    help="Another warehouse of the same exports: a DuckDB file, or a folder of tables in Parquet.",
)
@setting_flags
def verify(limit: int, against: Path | None, **flags: Any) -> None:
    """Check that the warehouse is what a rebuild from the landed files gives.

    Builds it anew beside the one that stands, compares every value of every published table and
    prints the first differences. Needs the time of a full build and the space of a second
    warehouse; readers are not disturbed. Exits with 1 where anything differs.

    With --against nothing is built: every value is compared with that of another warehouse, such
    as a backup or what another engine made; doubles may differ by 1e-9 of their value.
    """
    from orchestration.machine.lock import LockBusy
    from orchestration.warehouse.comparison import NotAWarehouse
    from orchestration.warehouse.dbt import DbtFailed
    from orchestration.warehouse.verify import NothingToVerify, verify_against, verify_warehouse

    settings = read_settings(**flags)
    try:
        if against is None:
            found = verify_warehouse(settings, limit)
        else:
            found = verify_against(settings, against, limit)
    except (NothingToVerify, NotAWarehouse, LockBusy, DbtFailed) as error:
        raise Problem(str(error)) from None
    other = "in the rebuild" if against is None else "there"
    for difference in found.differences:
        console.print(
            f"{difference.table} differs: {difference.rows_here} rows only here, "
            f"{difference.rows_there} only {other}"
        )
        for line in difference.examples:
            console.print(f"  {escape(line)}", soft_wrap=True)
    if found.differences:
        differ = f"Tables that differ: {len(found.differences)}."
        if against is None:
            differ += (
                f" Remove {settings.warehouse_database} and run again:"
                " the next build is a full one."
            )
        raise Problem(differ)
    console.print(
        f"{len(found.rows)} tables, {sum(found.rows.values())} rows: each value is as "
        + ("in a rebuild." if against is None else "there.")
    )


@main.command()
@click.argument("path")
@click.option(
    "--limit", type=click.IntRange(min=0), default=20, show_default=True, help="Rows shown."
)
def validate(path: str, limit: int) -> None:
    """Say what would be rejected, and why, in a file, a day's folder or an exports folder.

    Each may also lie in an object store (s3://, gs://, az://). Nothing is loaded and nothing is
    written. Exits with 1 where anything would be rejected.
    """
    from orchestration.exports import ExportsNotFound, ExportsUnreachable, validate_files

    try:
        found = validate_files(read_settings(exports=path).exports_folder)
    except ExportsUnreachable as error:
        raise Problem(str(error)) from None
    except ExportsNotFound as error:
        raise WrongUse(f"{path} {error.reason}") from None
    for file in found.bad_files:
        errors.print(
            f"[red]Bad file[/red] {escape(_place(file))}: {escape(str(file.bad_reason))}",
            soft_wrap=True,
        )
    table = Table("file", "row", "line", "column", "reason", box=None)
    for row in found.rejected[:limit]:
        day = row["export_date"]
        table.add_row(
            escape(f"{day}/{row['file_name']}" if day else row["file_name"]),
            str(row["row_number"]),
            str(row["line_number"] or ""),
            escape(row["column_name"] or ""),
            escape(row["reason"]),
        )
    if table.row_count:
        console.print(table)
    if found.rows_rejected > limit:
        console.print(f"... and {found.rows_rejected - limit} more rows (see --limit)")
    for name in found.ignored:
        console.print(f"Ignored: {escape(name)}", soft_wrap=True)
    for file in found.files:
        if file.unknown_columns:
            names = ", ".join(file.unknown_columns)
            console.print(f"Unknown columns in {escape(_place(file))}: {escape(names)}")
    loaded = found.rows_read - found.rows_rejected
    console.print(
        f"{len(found.files)} files, {found.rows_read} rows: {found.rows_rejected} would be "
        f"rejected, {len(found.bad_files)} files cannot be read."
        if not found.is_clean
        else f"{len(found.files)} files, {loaded} rows: all would be loaded."
    )
    if not found.is_clean:
        sys.exit(1)


@main.group()
def quarantine() -> None:
    """What was set aside, why, and what has become of it."""


@quarantine.command("list")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text")
@setting_flags
def list_quarantine(output: str, **flags: Any) -> None:
    """Count the rows set aside by day, entity, column and reason."""
    from orchestration.exports.quarantine import quarantine_groups, resolved_rows

    raw = read_settings(**flags).raw_folder
    with told_problems():
        groups = quarantine_groups(raw)
        resolved = Counter(row["outcome"] for row in resolved_rows(raw))
    if output == "json":
        rows = [{**asdict(group), "export_date": str(group.export_date)} for group in groups]
        click.echo(json.dumps({"set_aside": rows, "resolved": resolved}, indent=2))
        return
    _print_rows(
        ["day", "entity", "column", "reason", "rows"],
        [[g.export_date, g.entity, g.column_name, g.reason, g.rows] for g in groups],
    )
    total = sum(group.rows for group in groups)
    since = ", ".join(f"{count} {outcome}" for outcome, count in sorted(resolved.items()))
    console.print(f"{total} rows are set aside." + (f" Of earlier ones: {since}." if since else ""))


@quarantine.command("show")
@click.option("--day", type=ISO_DAY, help="Only this export day.")
@click.option("--entity", help="Only threads, messages, ratings or agents.")
@click.option("--file", "file_name", help="Only the rows of files of this name.")
@click.option("--resolved", is_flag=True, help="The rows that are set aside no longer.")
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True)
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text")
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
    from orchestration.exports.quarantine import quarantined_rows, resolved_rows

    raw = read_settings(**flags).raw_folder
    read = resolved_rows if resolved else quarantined_rows
    with told_problems():
        found = read(raw, _day(day), entity, file_name)
        rows = list(islice(found, limit))
        more = sum(1 for _ in found)
    if output == "json":
        click.echo(json.dumps(rows, default=str, indent=2))
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
            indented = "    " * (number > 0) + _one_line(text)
            console.print(indented, soft_wrap=True, markup=False)


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

    settings = read_settings(exports=exports, **flags)
    with told_problems():
        retried = pipeline.retry(settings, _day(day))
    _print_rows(
        ["day", "were set aside", "load now", "not delivered again", "still set aside"],
        [
            [r.export_date, r.before, r.outcomes[LOADED], r.not_delivered_again, r.after]
            for r in retried.days
        ],
    )
    for text in retried.not_retried:
        errors.print(_one_line(text), soft_wrap=True, markup=False)
    if retried.outcome is not None:
        _print_outcome(settings, retried.outcome)
    if retried.not_retried or any(day.after for day in retried.days):
        sys.exit(1)
    if not retried.days:
        console.print("Nothing is set aside.")


@main.command()
@click.option(
    "--user",
    "user_id",
    prompt="The user's identifier in the exports",
    help="The user's identifier in the exports; asked for where it is not given, so that it need "
    "not stand in the machine's list of processes.",
)
@click.option(
    "--later", is_flag=True, help="Only note it: the next run, or load in Dagster, does it."
)
@setting_flags
def erase(user_id: str, later: bool, **flags: Any) -> None:
    """Erase a user from raw, quarantine, warehouse and publication, and prove it by a search.

    Their conversations, messages and ratings stay, as those of an anonymous visitor. The exports
    are the inbox's own: the files that still hold the user are listed, and a later delivery lands
    without them.
    """
    from orchestration import pipeline
    from orchestration.privacy import erasure

    settings = read_settings(**flags)
    with told_problems():
        if later:
            erasure.begin(settings, user_id)
            console.print("Noted. The user goes with the next run, or the next load in Dagster.")
            return
        done, outcome, search = pipeline.erase(settings, user_id)
    console.print(f"Made {done.rows} rows anonymous.")
    for day, file_name in done.export_files[:MOST_LISTED]:
        name = _one_line(f"{day}/{file_name}")
        console.print(f"Still in the exports: {name}", soft_wrap=True, markup=False)
    if len(done.export_files) > MOST_LISTED:
        console.print(f"... and in {len(done.export_files) - MOST_LISTED} more export files")
    for place in search.found:
        errors.print(f"Found: {_one_line(place)}", soft_wrap=True, markup=False)
    for place in search.not_searched:
        errors.print(f"Not searched: {_one_line(place)}", soft_wrap=True, markup=False)
    console.print(str(search), soft_wrap=True)
    if outcome.failures:
        raise Problem("\n".join(outcome.failures))
    if not search.is_clean:
        raise Problem(erasure.LEFT)


MOST_LISTED = 50


def _one_line(text: str) -> str:
    """A text as a terminal may have it."""
    from orchestration.exports.layout import printable

    return printable(text)


def _print_rows(titles: list[str], rows: list[list[object]]) -> None:
    if rows:
        table = Table(*titles, box=None)
        for row in rows:
            table.add_row(*(escape(_one_line(str(cell))) for cell in row))
        console.print(table)


def _place(file: Any) -> str:
    return f"{file.export_date}/{file.file_name}" if file.export_date else file.file_name


@main.command()
@click.argument("folder", type=click.Path(file_okay=False))
@click.option(
    "--messages", type=click.IntRange(min=1), default=1_000_000, show_default=True, help="About."
)
@click.option("--days", type=click.IntRange(min=1), default=1096, show_default=True, help="Days.")
@click.option("--first-day", type=ISO_DAY, default="2022-01-01", show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Another gives another inbox.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["parquet", "csv", "csv.gz", "jsonl", "jsonl.gz", "mixed"]),
    default="parquet",
    show_default=True,
    help="Of the files.",
)
@click.option(
    "--ids",
    type=click.Choice(["timed", "random"]),
    default="timed",
    show_default=True,
    help="timed begin with a time, as many help desks' do; random are like random UUIDs.",
)
@click.option(
    "--one-more-day", is_flag=True, help="Write just the day after that history, on its own."
)
@click.option(
    "--day-messages",
    type=click.IntRange(min=1),
    help="Messages of the one more day; as of a mean day unless given.",
)
def sample(
    folder: str,
    messages: int,
    days: int,
    first_day: Any,
    seed: int,
    form: str,
    ids: Any,
    one_more_day: bool,
    day_messages: int | None,
) -> None:
    """Write made-up exports of any size into FOLDER; the same flags give the same bytes.

    Conversations go on, close, reopen, change labels and are rated on later days, some of them
    22 months later. --one-more-day with the same flags adds the next day to them.
    """
    from lab.sampling import Shape, write_history, write_one_more_day

    if day_messages is not None and not one_more_day:
        raise WrongUse("--day-messages is for --one-more-day")
    shape = Shape(messages, days, seed, _day(first_day) or date(2022, 1, 1), ids)
    if one_more_day:
        written = write_one_more_day(Path(folder), shape, form, day_messages)
        what = f"The day {shape.day(shape.days)}"
    else:
        written = write_history(Path(folder), shape, form)
        what = f"{days} days from {shape.day(0)}"
    rows = ", ".join(f"{count} {entity}" for entity, count in written.rows.items())
    size = written.size_bytes / 1_000_000
    console.print(f"{what} in {folder}: {rows} ({written.files} files, {size:.1f} MB)")


@main.command()
@click.option("--exports", type=click.Path(), help="Folder of the exports (INBOX_EXPORTS).")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=int, default=3000, show_default=True, help="Port to listen on.")
@setting_flags
def dev(exports: str | None, host: str, port: int, **flags: Any) -> None:
    """Open the Dagster UI over the same instance: runs, assets, checks and schedules."""
    from orchestration.machine.access import make_private
    from orchestration.pipeline import prepare_dagster_home
    from orchestration.settings import PROJECT_ROOT

    settings = read_settings(exports=exports, **flags)
    make_private(settings)
    for name in ("exports", "home"):
        if getattr(settings, name) is not None:
            os.environ[f"INBOX_{name.upper()}"] = str(getattr(settings, name))
    try:
        prepare_dagster_home(settings)
    except SettingsError as error:
        raise WrongUse(str(error)) from None
    dagster = Path(sys.executable).with_name("dagster")
    workspace = str(PROJECT_ROOT / "workspace.yaml")
    console.print(f"The Dagster UI opens on http://{host}:{port} (Ctrl-C ends it)")
    os.execv(dagster, [str(dagster), "dev", "-w", workspace, "--host", host, "--port", str(port)])


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=int, default=8501, show_default=True, help="Port to listen on.")
@click.option(
    "--home", type=click.Path(file_okay=False), help="What the pipeline writes (INBOX_HOME)."
)
def serve(host: str, port: int, home: str | None) -> None:
    """Serve the Inbox Report as a page in the browser, over the published file.

    It shows each new publication by itself. Without --host only this machine can open it; it asks
    for no password, so give another address only behind something that does.
    """
    from importlib.util import find_spec

    from orchestration.report_page.serve import serve

    settings = read_settings(home=home)
    if find_spec("streamlit") is None:
        raise Problem("The page needs the extra `report`: pip install 'inbox-warehouse[report]'")
    os.environ["INBOX_HOME"] = str(settings.home)
    console.print(f"The report opens on http://{host}:{port} (Ctrl-C ends it)")
    serve(host, port)


@main.command()
@setting_flags
def docs(**flags: Any) -> None:
    """Describe every table, number, test and metric on one page, docs/index.html in the home."""
    from orchestration.machine.lock import LockBusy
    from orchestration.warehouse.dbt import DbtFailed
    from orchestration.warehouse.docs import write_docs

    settings = read_settings(**flags)
    try:
        page = write_docs(settings)
    except (DbtFailed, LockBusy) as error:
        raise Problem(str(error)) from None
    console.print(f"The description: {page}", soft_wrap=True)


@main.command()
@setting_flags
def prepare(**flags: Any) -> None:
    """Make the home ready for Dagster's own processes, which a deployment starts by themselves."""
    from orchestration.machine.access import make_private
    from orchestration.pipeline import prepare_dagster_home

    settings = read_settings(**flags)
    make_private(settings)
    try:
        prepare_dagster_home(settings)
    except SettingsError as error:
        raise WrongUse(str(error)) from None
    console.print(f"DAGSTER_HOME is {settings.dagster_home}", soft_wrap=True)


def _day(value: Any) -> date | None:
    return None if value is None else value.date()


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = json.loads(
        table.assign(
            **{
                name: table[name].dt.strftime("%Y-%m-%d")
                for name in table.select_dtypes("datetime").columns
            }
        ).to_json(orient="records", double_precision=15)
    )
    return records


def _print_report(numbers: Any, tables: dict[str, pd.DataFrame]) -> None:
    titles = {
        "cards": "Cards: this range against as many days before it",
        "series": f"By {numbers.grain}",
        "labels": "Top labels",
        "agents": "Agents",
    }
    whose = "" if numbers.agent_id is None else f" for agent {numbers.agent_id or 'Unassigned'}"
    console.print(
        f"Inbox report{escape(whose)}, {numbers.first_date} to {numbers.last_date}; "
        f"the data reach to {numbers.as_of_date}.",
        soft_wrap=True,
    )
    for name, table in tables.items():
        console.print(f"\n[bold]{titles[name]}[/bold]")
        if table.empty:
            console.print("  nothing in this range")
            continue
        console.print(_text_table(name, table))


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


def _text_table(name: str, table: pd.DataFrame) -> Table:
    columns = TEXT_COLUMNS[name]
    shown = Table(box=None, pad_edge=True, padding=(0, 2, 0, 0))
    for column, title in columns.items():
        is_text = column in ("label", "agent_name", "agent_id", "period_start_date")
        shown.add_column(title, justify="left" if is_text else "right", no_wrap=True)
    for row in table.to_dict("records"):
        shown.add_row(*(escape(_cell(column, row[column], row)) for column in columns))
    return shown


def _cell(column: str, value: Any, row: dict[Any, Any]) -> str:
    from pandas import isna

    from orchestration.publishing.presentation import NOTHING, describe_change, describe_number

    if value is None or isna(value):
        return NOTHING
    if column == "period_start_date":
        return f"{value:%Y-%m-%d}" + ("" if row["is_complete"] else " (part)")
    metric = row.get("metric", column)
    if column == "change":
        return describe_change(metric, value, row["change_ratio"])
    return value if isinstance(value, str) else describe_number(metric, value)


def start() -> None:
    """The command as a process of its own.

    A run makes a million objects of Dagster and dbt that live until its end, and frees the others
    without Python's collector. Going through them for cycles, and once more at the exit, took a
    quarter of a small run's CPU.
    """
    gc.disable()
    atexit.register(gc.freeze)
    main()
