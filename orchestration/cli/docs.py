"""`inbox docs`: the description of every table and number."""

from __future__ import annotations

from typing import Any

import click

from orchestration.cli.flags import read_settings, setting_flags
from orchestration.cli.printing import console


@click.command()
@setting_flags
def docs(**flags: Any) -> None:
    """Describe every table, number, test and metric on one page, docs/index.html in the home."""
    from orchestration.warehouse.docs import write_docs

    settings = read_settings(**flags)
    page = write_docs(settings)
    console.print(f"The description: {page}", soft_wrap=True)
