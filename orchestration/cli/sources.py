"""`inbox sources`: the sources, and how far each has come."""

from __future__ import annotations

import json
from typing import Any

import click

from orchestration.cli.flags import output_format, read_settings, setting_flags
from orchestration.cli.printing import console, print_rows


@click.command()
@output_format("json")
@setting_flags
def sources(output: str, **flags: Any) -> None:
    """List the sources of INBOX_SOURCES and those that were imported, with their last import."""
    from orchestration.sources.overview import overview

    found = overview(read_settings(**flags))
    if output == "json":
        click.echo(json.dumps([source.as_json for source in found], indent=2))
        return
    print_rows(
        [
            "source", "kind", "landing", "prefix", "last import", "export day", "threads",
            "first fill", "problem",
        ],
        [list(source.as_row) for source in found],
    )  # fmt: skip
    if not found:
        console.print("There is no source: name some in INBOX_SOURCES, or use inbox import.")
