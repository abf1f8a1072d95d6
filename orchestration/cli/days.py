"""`inbox days`: list the export days, and say by hand what becomes of one."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import click

from orchestration.cli.flags import (
    ISO_DAY,
    check_range,
    day_of,
    output_format,
    read_settings,
    setting_flags,
    settings_of_home,
)
from orchestration.cli.printing import console, print_rows

WHY = click.option("--why", default="", help="The reason, kept with your name and the time.")
EXPORTS = click.option(
    "--exports", type=click.Path(), help="Folder of the exports (INBOX_EXPORTS)."
)


@click.group()
def days() -> None:
    """Export days: which are loaded, missing or empty, and what to do about one."""


@days.command("list")
@click.option("--from", "first", type=ISO_DAY, help="First day; the first known one unless given.")
@click.option("--to", "last", type=ISO_DAY, help="Last day; the last known one unless given.")
@click.option("--all", "every", is_flag=True, help="Also the days of which all is well.")
@output_format("json")
@EXPORTS
@setting_flags
def list_days(
    first: Any, last: Any, every: bool, output: str, exports: str | None, **flags: Any
) -> None:
    """List the export days that want a look: missing, failed, with rows set aside, said empty."""
    from orchestration.exports.days import known_days

    check_range(first, last)
    found = known_days(settings_of_home(exports=exports, **flags))
    first, last = day_of(first) or date.min, day_of(last) or date.max
    chosen = [day for day in found if first <= day.export_date <= last]
    shown = [day for day in chosen if every or not day.is_well]
    if output == "json":
        click.echo(json.dumps([day.as_json() for day in shown], indent=2))
        return
    print_rows(
        ["day", "state", "rows", "set aside", "note"],
        [
            [day.export_date, day.state.value, day.rows_loaded, day.rows_rejected, day.note]
            for day in shown
        ],
    )
    console.print(f"{len(chosen)} days, {sum(day.is_well for day in chosen)} of them well.")


@days.command()
@click.argument("day", type=ISO_DAY, metavar="DAY")
@WHY
@click.option("--undo", is_flag=True, help="It is not empty after all.")
@EXPORTS
@setting_flags
def empty(day: Any, why: str, undo: bool, exports: str | None, **flags: Any) -> None:
    """Say that nothing will come of a day; it is missing no longer, until its folder arrives."""
    from orchestration.exports import days as export_days
    from orchestration.machine import zones

    settings = read_settings(exports=exports, **flags)
    export_days.say_empty(settings, day.date(), why, undo=undo)
    console.print(
        f"{day:%Y-%m-%d} is {'not ' * undo}said to be empty. Publish with: inbox run",
        soft_wrap=True,
    )
    if not undo and day.date() > zones.today(settings.timezone):
        console.print(
            f"{day:%Y-%m-%d} is yet to come. If another day is meant, take it back with: "
            f"inbox days empty {day:%Y-%m-%d} --undo",
            soft_wrap=True,
        )


@days.command()
@click.argument("day", type=ISO_DAY, metavar="DAY")
@EXPORTS
@setting_flags
def reopen(day: Any, exports: str | None, **flags: Any) -> None:
    """Have a loaded day read again by the next run, also one that retention has closed."""
    from orchestration.exports import days as export_days

    settings = settings_of_home(exports=exports, **flags)
    export_days.reopen(settings, day.date())
    console.print(f"{day:%Y-%m-%d} is read again by the next: inbox run")


@days.command()
@click.argument("day", type=ISO_DAY, metavar="DAY")
@EXPORTS
@setting_flags
def remove(day: Any, exports: str | None, **flags: Any) -> None:
    """Take a loaded day out of the warehouse; its folder has to be gone from the exports."""
    from orchestration.exports import days as export_days

    settings = settings_of_home(exports=exports, **flags)
    export_days.remove(settings, day.date())
    console.print(
        f"{day:%Y-%m-%d} is no longer loaded. Publish without it with: inbox run", soft_wrap=True
    )
