"""`inbox sample`: made-up exports of any size."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from orchestration.cli.flags import ISO_DAY, day_of
from orchestration.cli.printing import console
from orchestration.errors import WrongUse


@click.command()
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
    shape = Shape(messages, days, seed, day_of(first_day) or date(2022, 1, 1), ids)
    if one_more_day:
        written = write_one_more_day(Path(folder), shape, form, day_messages)
        what = f"The day {shape.day(shape.days)}"
    else:
        written = write_history(Path(folder), shape, form)
        what = f"{days} days from {shape.day(0)}"
    rows = ", ".join(f"{count} {entity}" for entity, count in written.rows.items())
    size = written.size_bytes / 1_000_000
    console.print(f"{what} in {folder}: {rows} ({written.files} files, {size:.1f} MB)")
