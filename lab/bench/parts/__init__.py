"""The parts of the benchmark: each measures one question at one size, and gives its table.

A part gives `{"columns", "rows", "notes", "measured"}`: a table for readers, what has to be said
beside it, and every measurement as it was.
"""

from __future__ import annotations

from collections.abc import Callable

from lab.bench.parts.builds import day, memory, rebuild
from lab.bench.parts.landings import ingestion, sources
from lab.bench.parts.reads import distinct, queries
from lab.bench.parts.runs import orchestration, small_days
from lab.bench.parts.tables import Result, result_file
from lab.bench.past import past
from lab.bench.sizes import Size

__all__ = ["PARTS", "result_file"]

PARTS: dict[str, tuple[str, Callable[[Size, int], Result]]] = {
    "rebuild": ("A full rebuild", rebuild),
    "day": ("One more day", day),
    "memory": ("Memory", memory),
    "orchestration": ("What orchestration adds", orchestration),
    "queries": ("The report's queries", queries),
    "distinct": ("Distinct users over any range", distinct),
    "ingestion": ("Ingestion", ingestion),
    "small_days": ("Many small days", small_days),
    "sources": ("A help desk", sources),
    "past": ("Beside older commits", past),
}
