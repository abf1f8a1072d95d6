"""`inbox run`: load, build, test, publish."""

from __future__ import annotations

from typing import Any

import click

from orchestration.cli.flags import ISO_DAY, check_range, day_of, read_settings, setting_flags
from orchestration.cli.printing import console, print_closing_lines, print_outcome
from orchestration.errors import WrongUse
from orchestration.settings import load_settings


@click.command()
@click.option("--exports", type=click.Path(), help="Folder of the exports (INBOX_EXPORTS).")
@click.option("--from", "first", type=ISO_DAY, help="First export day to load.")
@click.option("--to", "last", type=ISO_DAY, help="Last export day to load.")
@click.option(
    "--as-known",
    type=ISO_DAY,
    help="Fill another home, --home, as if no later export day had ever come.",
)
@setting_flags
def run(exports: str | None, first: Any, last: Any, as_known: Any, **flags: Any) -> None:
    """Load every export day that is new or has changed; build, test, publish.

    Run again at any time: with nothing new it changes nothing. A day that cannot be loaded is
    reported, keeps what an earlier load of it brought, and does not hold up the other days.
    """
    from orchestration import pipeline
    from orchestration.publishing.presentation import describe_as_known

    check_range(first, last)
    if as_known is not None:
        _check_as_known(first, last, flags["home"])
        known = load_settings(exports=exports, **{**flags, "home": None})
    settings = read_settings(exports=exports, **flags)
    if as_known is None:
        outcome = pipeline.run(settings, day_of(first), day_of(last))
    else:
        if known.home.resolve() == settings.home.resolve():
            raise WrongUse("--as-known fills another home: give --home a folder that is not there")
        console.print(describe_as_known(as_known.date()), soft_wrap=True)
        outcome = pipeline.run_as_known(settings, as_known.date(), known)
    print_closing_lines(settings, outcome)
    print_outcome(settings, outcome)


def _check_as_known(first: Any, last: Any, home: str | None) -> None:
    if first is not None or last is not None:
        raise WrongUse("--as-known is the last day itself: leave --from and --to out")
    if home is None:
        raise WrongUse("--as-known fills another home: name it with --home")
