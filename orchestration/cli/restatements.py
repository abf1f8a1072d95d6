"""How `inbox report --restatements` prints the log: as a table, as JSON or as CSV."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from orchestration.cli.printing import console, print_rows, table_records

if TYPE_CHECKING:
    import pandas as pd

TITLES = [
    "published",
    "data to",
    "table",
    "period",
    "agent",
    "number",
    "was",
    "is",
    "threads",
]


def print_restatements(rows: pd.DataFrame, output: str, top: int) -> None:
    """Prints rows of the log: all of them for machines, the first ones of each day for people."""
    from orchestration.publishing.csv_cells import harmless_csv

    if output == "csv":
        click.echo(harmless_csv(rows), nl=False)
    elif output == "json":
        click.echo(json.dumps({"restatements": table_records(rows)}, ensure_ascii=False, indent=2))
    elif rows.empty:
        console.print("Nothing that was complete as published has another value now.")
    else:
        shown = rows.head(top)
        print_rows(TITLES, [_cells(row) for row in shown.to_dict("records")])
        if len(rows) > len(shown):
            console.print(
                f"{len(rows) - len(shown):,} more; --top shows more of them, --format csv all.",
                soft_wrap=True,
            )


def _cells(row: dict[Any, Any]) -> list[object]:
    from pandas import isna

    from orchestration.publishing.presentation import describe_number

    nobody = "Unassigned" if "agents" in row["table_name"] else "everyone"
    return [
        f"{row['published_at']:%Y-%m-%d %H:%M}",
        f"{row['as_of_date_after']:%Y-%m-%d}",
        row["table_name"],
        f"{row['period_start_date']:%Y-%m-%d}",
        nobody if isna(row["agent_id"]) else row["agent_id"],
        row["number"],
        describe_number(row["number"], row["value_before"]),
        describe_number(row["number"], row["value_after"]),
        row["threads_changed"],
    ]
