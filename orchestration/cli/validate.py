"""`inbox validate`: what of export files would be rejected, and why."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from orchestration.cli.flags import read_settings
from orchestration.cli.printing import console, errors
from orchestration.errors import InboxError, WrongUse

FORM_OF_NAMES = "<entity>[.<part>].<csv|jsonl|parquet>[.gz|.zst]"
"""Of export files, as docs/exports.md has it."""


@click.command()
@click.argument("path")
@click.option(
    "--limit", type=click.IntRange(min=0), default=20, show_default=True, help="Rows shown."
)
def validate(path: str, limit: int) -> None:
    """Say what would be rejected, and why, in a file, a day's folder or an exports folder.

    Each may also lie in an object store (s3://, gs://, az://). Nothing is loaded and nothing is
    written. Exits with 1 where anything would be rejected.
    """
    from orchestration.exports import ExportsNotFound, ExportsUnreachable, validate_files
    from orchestration.exports.remote import delivered_exports

    try:
        settings = read_settings(exports=path)
        found = validate_files(delivered_exports(settings), zone=settings.timezone)
    except ExportsUnreachable:
        raise
    except ExportsNotFound as error:
        raise WrongUse(f"{path} {error.reason}") from None
    for file in found.bad_files:
        errors.print(
            f"[red]Bad file[/red] {escape(_place(file))}: {escape(str(file.bad_reason))}",
            soft_wrap=True,
        )
    table = Table("file", "row", "line", "column", "reason", box=None)
    for row in found.rejected[:limit]:
        day = row["export_date"]
        table.add_row(
            escape(f"{day}/{row['file_name']}" if day else row["file_name"]),
            str(row["row_number"]),
            str(row["line_number"] or ""),
            escape(row["column_name"] or ""),
            escape(row["reason"]),
        )
    if table.row_count:
        console.print(table)
    if found.rows_rejected > limit:
        console.print(f"... and {found.rows_rejected - limit} more rows (see --limit)")
    for name in found.ignored:
        console.print(f"Ignored: {escape(name)}", soft_wrap=True)
    for file in found.files:
        if file.unknown_columns:
            names = ", ".join(file.unknown_columns)
            console.print(f"Unknown columns in {escape(_place(file))}: {escape(names)}")
    if not found.files:
        _say_nothing_is_there(path)
        return
    loaded = found.rows_read - found.rows_rejected
    console.print(
        f"{len(found.files)} files, {found.rows_read} rows: {found.rows_rejected} would be "
        f"rejected, {len(found.bad_files)} files cannot be read."
        if not found.is_clean
        else f"{len(found.files)} files, {loaded} rows: all would be loaded."
    )
    if not found.is_clean:
        sys.exit(1)


def _say_nothing_is_there(path: str) -> None:
    if Path(path).is_file():
        raise InboxError(
            f"{path} is no export file and would be ignored: its name has to be {FORM_OF_NAMES}, "
            "in lower case"
        )
    console.print(
        f"No export file is there, so nothing would be loaded. One is {FORM_OF_NAMES}, in the "
        "folder of its day.",
        soft_wrap=True,
        markup=False,
    )


def _place(file: Any) -> str:
    return f"{file.export_date}/{file.file_name}" if file.export_date else file.file_name
