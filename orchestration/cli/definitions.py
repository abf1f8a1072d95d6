"""`inbox report --definitions`: a number by the definitions of others, beside ours."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from orchestration.cli.printing import console, print_rows, table_records

if TYPE_CHECKING:
    from orchestration.publishing.definitions import Definitions


def print_definitions(definitions: Definitions, output: str, how_known: dict[str, str]) -> None:
    """The definitions as text, JSON or CSV; JSON says too on which day they were known."""
    from orchestration.publishing.csv_cells import harmless_csv

    tables = definitions.tables
    if output == "json":
        click.echo(
            json.dumps(
                {
                    "first_date": definitions.first_date.isoformat(),
                    "last_date": definitions.last_date.isoformat(),
                    "agent_id": definitions.agent_id,
                    **how_known,
                    "definitions": {name: table_records(table) for name, table in tables.items()},
                },
                ensure_ascii=False,
                indent=2,
            )
        )
    elif output == "csv":
        named = [table.assign(number=number) for number, table in tables.items()]
        click.echo("\n".join(harmless_csv(table) for table in named), nl=False)
    else:
        _print_text(definitions)


def _print_text(definitions: Definitions) -> None:
    from orchestration.publishing.definitions import (
        DEFINED,
        STEPS,
        describe_defined,
        describe_step,
    )

    agent_id = definitions.agent_id
    whose = "" if agent_id is None else f" for agent {agent_id or 'Unassigned'}"
    console.print(
        f"Definitions side by side{escape(whose)}, {definitions.first_date} to "
        f"{definitions.last_date}. What each axis changes is to the right of the value, one turned "
        "after the other; sources: docs/definitions.md.",
        soft_wrap=True,
    )
    for number, table in definitions.tables.items():
        console.print(f"\n[bold]{DEFINED[number]}[/bold]")
        turned = [step for step in STEPS if (table[step].fillna(0) != 0).any()]
        print_rows(
            ["definition", "value", "threads", *(STEPS[step] for step in turned)],
            [
                [
                    row["definition"],
                    describe_defined(number, row["value"]),
                    f"{row['threads']:,}",
                    *(describe_step(number, row[step]) for step in turned),
                ]
                for row in table_records(table)
            ],
        )
