"""The `inbox` command, a file a command: it reads its flags, calls a function, prints the outcome.

The libraries that a command needs are imported when it is called, so that the others start fast.
"""

from __future__ import annotations

import atexit
import gc
import logging
import sys
from typing import Any

import click
from rich.markup import escape

from orchestration.cli import (
    days,
    dev,
    docs,
    erase,
    import_,
    prepare,
    quarantine,
    report,
    run,
    sample,
    serve,
    sources,
    threads,
    validate,
    verify,
)
from orchestration.cli.printing import errors
from orchestration.machine.advice import as_inbox_error
from orchestration.machine.core_files import leave_no_core_file
from orchestration.machine.process_list import hide_arguments

COMMANDS = (
    run.run,
    report.report,
    threads.threads,
    verify.verify,
    validate.validate,
    quarantine.quarantine,
    days.days,
    erase.erase,
    import_.import_,
    sources.sources,
    sample.sample,
    dev.dev,
    prepare.prepare,
    serve.serve,
    docs.docs,
)

EXAMPLES = """\b
Examples
  inbox run --exports exports                  load what is new, build, test, publish
  inbox run --from 2024-01-01 --to 2024-01-31  only these export days
  inbox report --from 2024-01-01 --to 2024-03-31 --grain week
  inbox report --agent u00021 --format json    one agent, for a program
  inbox report --as-known 2024-02-29           as if no later export day had ever come
  inbox threads first_response_seconds_median --from 2024-03-01   what lies behind a number
  inbox serve                                  the report as a page on http://127.0.0.1:8501
  inbox validate exports/2024-01-05            what would be rejected, and why
  inbox verify                                 is the warehouse what a rebuild gives?
  inbox quarantine list                        what was rejected, by reason
  inbox quarantine retry                       read those days again after a correction
  inbox quarantine accept 2024-01-05           take a day's bad rows as they are, on record
  inbox days list                              what is missing, failed or set aside, by day
  inbox erase --user u123                      a user out of all that is kept
  inbox import zendesk /lake/zendesk --to exports --dry-run
  inbox sources                                the help desks, and how far each has come
  inbox dev                                    the Dagster UI on http://127.0.0.1:3000

\b
Settings come from flags, INBOX_* variables or a .env file, in this order:
  INBOX_EXPORTS       folder of the exports, one folder a day
  INBOX_SOURCES       file of the help desks that are brought in each day (none)
  INBOX_HOME          what the pipeline writes (data/)
  INBOX_TIMEZONE      zone of the days, an IANA name (UTC)
  INBOX_WEEK_START    monday or sunday (monday)
  INBOX_MAX_REJECTED  share of bad rows that stops a publication (0.01)
  INBOX_ALERT_URL     webhook that is told of failed runs (none)
  INBOX_PSEUDONYM_KEY users land as pseudonyms made with it (none)
  INBOX_RETENTION_DAYS  days before the last loaded one that stay open (all)
  INBOX_GROUP         group that may read what is published (none)
  INBOX_COVERED_FROM  first day of which everything is there (the first loaded day)
  INBOX_THREAD_URL    where the help desk shows a thread, for links (none)
  INBOX_NO_DELIVERY   weekdays without a delivery, such as saturday,sunday (none)

\b
Exit codes: 0 all is well, 1 something failed or was rejected, 2 a wrong flag or setting.
"""


class Commands(click.Group):
    """The one place where an error ends a command: its text, and its exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Calls a command. What no person can act on goes on as it came, with its trace."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            inbox_error = as_inbox_error(error)
            if inbox_error is None:
                raise
            errors.print(f"[red]Error:[/red] {escape(str(inbox_error))}", soft_wrap=True)
            ctx.exit(inbox_error.exit_code)


@click.group(
    cls=Commands,
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


for command in COMMANDS:
    main.add_command(command)


def start() -> None:
    """The command as a process of its own.

    A run makes a million objects of Dagster and dbt that live until its end, and frees the others
    without Python's collector. Going through them for cycles, and once more at the exit, took a
    quarter of a small run's CPU.
    """
    leave_no_core_file()
    if erase.erase.name in sys.argv:
        hide_arguments()  # they may name a user
    gc.disable()
    atexit.register(gc.freeze)
    main()
