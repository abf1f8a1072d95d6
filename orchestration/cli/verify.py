"""`inbox verify`: compare the warehouse with a rebuild, or with another one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.markup import escape

from orchestration.cli.flags import setting_flags, settings_of_home
from orchestration.cli.printing import console
from orchestration.errors import InboxError


@click.command()
@click.option(
    "--limit", type=click.IntRange(min=1), default=5, show_default=True, help="Rows shown a table."
)
@click.option(
    "--against",
    type=click.Path(exists=True, path_type=Path),
    help="Another warehouse of the same exports: a DuckDB file, or a folder of tables in Parquet.",
)
@setting_flags
def verify(limit: int, against: Path | None, **flags: Any) -> None:
    """Check that the warehouse is what a rebuild from the landed files gives.

    Builds it anew beside the one that stands, compares every value of every published table and
    prints the first differences. Needs the time of a full build and the space of a second
    warehouse; readers are not disturbed. Exits with 1 where anything differs.

    With --against nothing is built: every value is compared with that of another warehouse, such
    as a backup or what another engine made; doubles may differ by 1e-9 of their value.
    """
    from orchestration.warehouse.verify import verify_against, verify_warehouse

    settings = settings_of_home(**flags)
    if against is None:
        found = verify_warehouse(settings, limit)
    else:
        found = verify_against(settings, against, limit)
    other = "in the rebuild" if against is None else "there"
    for difference in found.differences:
        console.print(
            f"{difference.table} differs: {difference.rows_here} rows only here, "
            f"{difference.rows_there} only {other}"
        )
        for line in difference.examples:
            console.print(f"  {escape(line)}", soft_wrap=True)
    if found.differences:
        differ = f"Tables that differ: {len(found.differences)}."
        if against is None:
            differ += (
                f" Remove {settings.warehouse_database} and run again:"
                " the next build is a full one."
            )
        raise InboxError(differ)
    console.print(
        f"{len(found.rows)} tables, {sum(found.rows.values())} rows: each value is as "
        + ("in a rebuild." if against is None else "there.")
    )
