"""MetricFlow's YAML: semantic models over the facts, and a metric for each number with a label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lab.numbers.register import Number, of_kind
from orchestration.warehouse.numbers import read_register


def semantic_models() -> list[dict[str, Any]]:
    """The facts as MetricFlow reads them: entities, days and measures."""
    balances = [
        {"name": f"{name}_change", "agg": "sum", "expr": f"{n['comes']} - {n['goes']}"}
        for name, n in of_kind("balance").items()
    ]
    return [
        *_sums(),
        _semantic_model(
            "agent_days",
            "What enters and leaves the balances, by day and by whose it is.",
            "fct_agent_days",
            "activity_date",
            "agent_day",
            [{"name": "agent", "type": "foreign", "expr": _or_nobody("agent_id")}],
            balances,
        ),
        _semantic_model(
            "durations",
            "How long things took in conversations, by who ended them.",
            "fct_durations",
            "thread_created_date",
            "duration",
            _entities("agent_id"),
            [_quantile_measure(name, number) for name, number in of_kind("quantile").items()],
            ["ended_date"],
        ),
    ]


def _sums() -> list[dict[str, Any]]:
    """The sums over the facts, by day and agent; `thread` leads to channel, status and team."""
    kinds = read_register("record_kinds")
    groups: dict[tuple[str, str, str], dict[str, Number]] = {}
    for name, number in _shown_sums().items():
        groups.setdefault((number["of"], number["day"], number["whose"]), {})[name] = number
    return [
        _semantic_model(
            f"{of}_by_{day}_and_{whose}",
            f"Sums of {of}, by `{day}` and by the agent of `{whose}`.",
            kinds[of]["fact"],
            day,
            f"{of}_row_by_{day}_and_{whose}",
            _entities(whose),
            [_sum_measure(name, number, kinds[of].get("where")) for name, number in made.items()],
        )
        for (of, day, whose), made in groups.items()
    ]


def _shown_sums() -> dict[str, Number]:
    return {name: number for name, number in of_kind("sum").items() if "label" in number}


def _entities(whose: str) -> list[dict[str, Any]]:
    return [
        {"name": "agent", "type": "foreign", "expr": _or_nobody(whose)},
        {"name": "thread", "type": "foreign", "expr": "thread_id"},
    ]


def _or_nobody(agent_id: str) -> str:
    """Nobody has a name, so that metrics are joined by it: null equals nothing."""
    return f"coalesce({agent_id}, 'Unassigned')"


def _sum_measure(name: str, number: Number, kept: str | None) -> dict[str, Any]:
    """What a record adds; nothing where it has no day, so that nothing is told of no day."""
    conditions = [kept, number.get("where"), f"{number['day']} is not null"]
    where = " and ".join(condition for condition in conditions if condition)
    value = number.get("value", "1")
    return {"name": name, "agg": "sum", "expr": f"case when {where} then {value} else 0 end"}


def _semantic_model(
    name: str,
    description: str,
    model: str,
    day: str,
    entity: str,
    entities: list[dict[str, Any]],
    measures: list[dict[str, Any]],
    other_days: Sequence[str] = (),
) -> dict[str, Any]:
    by_day = {"type": "time", "type_params": {"time_granularity": "day"}}
    return {
        "name": name,
        "description": description,
        "model": f"ref('{model}')",
        "defaults": {"agg_time_dimension": day},
        "primary_entity": entity,
        "entities": entities,
        "dimensions": [{"name": date, **by_day} for date in (day, *other_days)],
        "measures": measures,
    }


def _quantile_measure(name: str, number: Number) -> dict[str, Any]:
    parameters = {"percentile": number["fraction"], "use_discrete_percentile": False}
    return {
        "name": name,
        "agg": "percentile",
        "expr": f"case when measure = '{number['measure']}' then {number['clock']} end",
        "agg_params": parameters,
        **({"agg_time_dimension": "ended_date"} if number["measure"] == "reply" else {}),
    }


def metrics() -> list[dict[str, Any]]:
    """A metric for each number with a label."""
    return [
        {
            "name": name,
            "label": number["label"],
            "description": number["description"],
            **_metric(name, number),
        }
        for name, number in read_register().items()
        if "label" in number
    ]


def _metric(name: str, number: Number) -> dict[str, Any]:
    if number["kind"] == "ratio":
        parts = {"numerator": number["over"], "denominator": number["under"]}
        return {"type": "ratio", "type_params": parts}
    if number["kind"] == "balance":
        stock = {"measure": f"{name}_change", "cumulative_type_params": {"period_agg": "last"}}
        return {"type": "cumulative", "type_params": stock}
    measure: dict[str, Any] = {"name": name}
    if number.get("day") in ("closed_date", "ended_date"):  # null while it is open, or runs
        measure["filter"] = "{{ TimeDimension('metric_time', 'day') }} is not null"
    return {"type": "simple", "type_params": {"measure": measure}}
