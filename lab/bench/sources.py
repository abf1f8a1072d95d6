"""What bringing a help desk in costs, beside DuckDB's own reading of the same records."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from lab.bench.sizes import SIZES, Size

LAST_DAY = date(2025, 6, 30)
MESSAGES_A_TICKET = 4
MORE_TICKETS_A_DAY = 1 / 1000  # of the history: three years are 1,096 days


def make_account(size: str, folder: str) -> int:
    """Writes a size's messages as an account that Airbyte has laid down; its bytes."""
    from lab.desks.zendesk import write_account

    shape = SIZES[size]
    write_account(Path(folder), _tickets(shape), shape.days, LAST_DAY)
    return sum(path.stat().st_size for path in Path(folder).iterdir())


def make_more(size: str, folder: str) -> None:
    """Writes what a day adds to it, in files of its own."""
    from lab.desks.zendesk import write_account

    tickets = _tickets(SIZES[size])
    more = max(1, round(tickets * MORE_TICKETS_A_DAY))
    day = LAST_DAY + timedelta(days=2)
    write_account(Path(folder), more, 1, day, first=tickets + 1, part="_2")


def read_and_write(folder: str, target: str) -> None:
    """The floor: DuckDB reads the columns that are needed, and writes them as Parquet."""
    import duckdb

    from orchestration.machine.sql import literal, literal_path, quoted
    from orchestration.sources.kinds.zendesk import ZENDESK

    Path(target).mkdir(parents=True, exist_ok=True)
    config = {"threads": "2", "memory_limit": "700MB", "preserve_insertion_order": "false"}
    with duckdb.connect(config=config) as connection:  # type: ignore[arg-type]
        for table in ZENDESK.tables_of("airbyte"):
            path = Path(folder) / f"{table.name}.jsonl"
            if path.exists():
                columns = ", ".join(f"{quoted(n)}: {literal(k)}" for n, k in table.columns.items())
                read = f"read_json({literal_path(path)}, format = 'newline_delimited',"
                connection.execute(
                    f"copy (select * from {read} columns = {{{columns}}}))"
                    f" to {literal(Path(target) / table.name)} (format parquet, compression zstd)"
                )


def import_account(folder: str, home: str, day: str) -> dict[str, Any]:
    """Brings in what is new there; the CPU seconds of reading and keeping alone."""
    from orchestration.privacy.record import Door
    from orchestration.settings import load_settings
    from orchestration.sources import importing, reading
    from orchestration.sources.request import Source
    from orchestration.sources.surroundings import surroundings_of

    settings = load_settings(home=Path(home), threads=2)
    spent = {"reading": 0.0}
    began_at = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    with patch.object(importing, "read_landing", _timed(reading.read_landing, spent)):
        record = importing.import_source(
            Source("zendesk", "zendesk", folder),
            Path(home) / "exports",
            surroundings_of(settings, Door()),
            began_at + timedelta(days=1),
        )
    return {"messages": record.rows["messages"], "reading_cpu_seconds": round(spent["reading"], 3)}


def forget(home: str) -> None:
    """A home as before its first import."""
    shutil.rmtree(home, ignore_errors=True)
    Path(home).mkdir(parents=True)


def _tickets(size: Size) -> int:
    return size.messages // MESSAGES_A_TICKET


def _timed(function: Callable[..., Any], spent: dict[str, float]) -> Callable[..., Any]:
    def timed(*arguments: Any) -> Any:
        before = _cpu_seconds()
        try:
            return function(*arguments)
        finally:
            spent["reading"] += _cpu_seconds() - before

    return timed


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
