"""`inbox import`: a help desk's records to export days, once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orchestration.cli.flags import ISO_DAY, day_of, output_format, read_settings, setting_flags
from orchestration.cli.printing import console, one_line, print_rows
from orchestration.errors import WrongUse

if TYPE_CHECKING:
    from orchestration.sources.importing import Look
    from orchestration.sources.keeping import ImportRecord

SHOWN_COLUMNS = ("thread_id", "created_at", "status", "channel", "assigned_agent_id", "closed_at")


@click.command("import")
@click.argument("kind")
@click.argument("where")
@click.option(
    "--to",
    "exports",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that gets the export days.",
)
@click.option("--landing", help="What laid the records down; found by looking unless given.")
@click.option(
    "--staff-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Addresses or accounts of staff, one a line.",
)
@click.option(
    "--option", "options", multiple=True, metavar="KEY=VALUE", help="What only this kind has."
)
@click.option("--prefix", help="Before every identifier; none unless given, and never changed.")
@click.option("--day", type=ISO_DAY, help="Export day; the last that has ended unless given.")
@click.option("--dry-run", is_flag=True, help="Only say what an import would bring.")
@output_format("json")
@setting_flags
def import_(
    kind: str,
    where: str,
    exports: Path,
    landing: str | None,
    staff_file: Path | None,
    options: Sequence[str],
    prefix: str | None,
    day: Any,
    dry_run: bool,
    output: str,
    **flags: Any,
) -> None:
    """Turn a help desk's records into an export day: KIND is the help desk, WHERE its records.

    WHERE is a folder or a DuckDB file that Airbyte, Fivetran, dlt or Singer has filled, the desk's
    own tables, saved answers of its API, or the https address of that. What was read before is not
    read again: what is new becomes the export day, and days since the last import are empty. Texts
    are never kept.
    """
    from orchestration.machine.access import make_private
    from orchestration.privacy.record import Door
    from orchestration.sources import importing
    from orchestration.sources.request import Source, now
    from orchestration.sources.staff_file import read_staff
    from orchestration.sources.surroundings import surroundings_of

    settings = read_settings(**flags)
    make_private(settings)
    source = Source(
        kind,
        kind,
        where,
        landing=landing,
        prefix=prefix,
        staff=() if staff_file is None else read_staff(staff_file),
        options=dict(_option(text) for text in options),
    )
    target = exports.expanduser().absolute()
    surroundings = surroundings_of(settings, Door(settings.pseudonym_key_bytes))
    if dry_run:
        look = importing.look_at_source(source, target, surroundings, now())
    else:
        record = importing.import_source(source, target, surroundings, now(), day_of(day))
        look = importing.Look(record)
    if output == "json":
        click.echo(json.dumps({**look.record.model_dump(mode="json"), "threads": look.threads}))
    elif dry_run:
        _print_look(look)
    else:
        _print_record(look.record, target)


def _option(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise WrongUse(f"--option {text!r}: give it as KEY=VALUE")
    return name, value


def _print_record(record: ImportRecord, exports: Path) -> None:
    rows = _counted(record.rows)
    if not rows:
        console.print(f"Nothing new. The export day {record.day} is empty of this source.")
    else:
        console.print(f"Wrote {rows} to {exports / str(record.day)}.", soft_wrap=True)
    _print_read(record)


def _print_look(look: Look) -> None:
    record = look.record
    console.print(f"Found: {_counted(record.records) or 'nothing new'} ({record.landing}).")
    console.print(f"An import would write {_counted(record.rows) or 'nothing'}.")
    _print_read(record)
    shown = [[thread[name] for name in SHOWN_COLUMNS] for thread in look.threads]
    said = [
        [thread["user_messages"], thread["agent_messages"], thread["score"] or ""]
        for thread in look.threads
    ]
    print_rows(
        [*SHOWN_COLUMNS, "of user", "of agents", "score"],
        [
            ["" if cell is None else cell for cell in (*row, *counts)]
            for row, counts in zip(shown, said, strict=True)
        ],
    )


def _print_read(record: ImportRecord) -> None:
    for name, lacks in record.missing.items():
        console.print(f"Missing: {name}. The numbers lack {lacks}.", soft_wrap=True)
    for name, count in record.counts.items():
        console.print(one_line(f"{name}: {count:,}"))


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
