"""`inbox run`: load, build, test, publish."""

from __future__ import annotations

from typing import Any

import click

from orchestration.cli.flags import ISO_DAY, check_range, day_of, read_settings, setting_flags
from orchestration.cli.printing import print_closing_lines, print_outcome


@click.command()
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

    check_range(first, last)
    settings = read_settings(exports=exports, **flags)
    outcome = pipeline.run(settings, day_of(first), day_of(last))
    print_closing_lines(settings, outcome)
    print_outcome(settings, outcome)
