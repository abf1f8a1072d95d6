"""`inbox erase`: a user out of all that is kept."""

from __future__ import annotations

from typing import Any

import click

from orchestration.cli.flags import setting_flags, settings_of_home
from orchestration.cli.printing import console, errors, one_line
from orchestration.errors import InboxError

MOST_LISTED = 50


@click.command()
@click.option(
    "--user",
    "user_id",
    help="The user's identifier in the exports. Leave it out to be asked for it, or give it on "
    "standard input: here it stands in the shell's history and, for a moment, in the machine's "
    "list of processes.",
)
@click.option(
    "--later", is_flag=True, help="Only note it: the next run, or load in Dagster, does it."
)
@setting_flags
def erase(user_id: str | None, later: bool, **flags: Any) -> None:
    """Erase a user from raw, quarantine, warehouse and publication, and prove it by a search.

    Their conversations, messages and ratings stay, as those of an anonymous visitor. The exports
    are the inbox's own: the files that still hold the user are listed, and a later delivery lands
    without them.
    """
    from orchestration import pipeline
    from orchestration.privacy import erasure

    settings = settings_of_home(**flags)
    user_id = user_id or click.prompt("The user's identifier in the exports", err=True)
    if later:
        erasure.begin(settings, user_id)
        console.print("Noted. The user goes with the next run, or the next load in Dagster.")
        return
    done, outcome, search = pipeline.erase(settings, user_id)
    console.print(f"Made {done.rows} rows anonymous.")
    for day, file_name in done.export_files[:MOST_LISTED]:
        name = one_line(f"{day}/{file_name}")
        console.print(f"Still in the exports: {name}", soft_wrap=True, markup=False)
    if len(done.export_files) > MOST_LISTED:
        console.print(f"... and in {len(done.export_files) - MOST_LISTED} more export files")
    for landing in done.landings:
        name = one_line(landing)
        console.print(f"Their records came from, and may still be in: {name}", markup=False)
    for place in search.found:
        errors.print(f"Found: {one_line(place)}", soft_wrap=True, markup=False)
    for place in search.not_searched:
        errors.print(f"Not searched: {one_line(place)}", soft_wrap=True, markup=False)
    console.print(str(search), soft_wrap=True)
    if outcome.failures:
        raise InboxError("\n".join(outcome.failures))
    if not search.is_clean:
        raise InboxError(erasure.LEFT)
