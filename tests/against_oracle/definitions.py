"""Rows of inbox_definitions, asked as the oracle is."""

from __future__ import annotations

from tests.models import Warehouse
from tests.oracle.explain import Range

STEPS = ("day", "start", "stop", "bots", "closing", "statistic", "clock")


def named_filters(asked: Range) -> dict[str, list[str]]:
    """The filters of a range as arguments by name."""
    told = {name: getattr(asked.filters, name) for name in ("channels", "teams", "labels")}
    told["priorities"] = asked.filters.priorities
    return {name: list(values) for name, values in told.items() if values is not None}


def definitions(warehouse: Warehouse, number: str, asked: Range) -> list[dict[str, object]]:
    """The rows of inbox_definitions."""
    days = (asked.start_date, asked.end_date)
    table = warehouse.call("inbox_definitions", number, *days, asked.agent, **named_filters(asked))
    rows: list[dict[str, object]] = (
        table.astype(object).where(table.notna(), None).to_dict("records")
    )
    return rows
