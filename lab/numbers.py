"""The files that follow from the register of numbers: YAML of dbt, the table of the docs.

The register is the macro `numbers()` of the dbt project. dbt takes columns, measures and metrics
from YAML alone, in which no macro can be called, so `make numbers` writes those files, and a test
fails where one is out of date. Belongs here: writing these files. Does not: what a number is.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from orchestration.warehouse.numbers import read_register

PROJECT = Path(__file__).resolve().parents[1]
MODELS = PROJECT / "dbt_project" / "models" / "_numbers__models.yml"
SEMANTIC = PROJECT / "dbt_project" / "models" / "semantic" / "_semantic__numbers.yml"
DOCS = PROJECT / "docs" / "metrics.md"

_HEAD = "# Written by `make numbers` from macros/metrics/numbers.sql: change that.\nversion: 2\n\n"
_TABLE = re.compile(r"(?<=<!-- numbers -->\n).*?(?=<!-- end of the numbers -->)", re.DOTALL)
_GRAINS = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}
_COUNTS = ("sum", "balance", "users", "days")
_DAYS = {
    "created_date": "created",
    "sent_date": "sent",
    "rated_date": "rated",
    "closed_date": "closed",
    "ended_date": "reply sent",
    "started_date": "wait began",
}
_AGENTS = {
    ("threads", "assigned_agent_id"): "assignee now",
    ("threads", "first_responder_id"): "who sent the first response",
    ("messages", "assigned_agent_id"): "assignee now of the thread",
    ("messages", "agent_id"): "who sent it",
    ("ratings", "agent_id"): "see below",
    ("waits", "agent_id"): "who sent the reply",
    ("waits", "assigned_agent_id"): "assignee now",
    ("closings", "agent_id"): "see below",
}
_TIMED = {
    "first_response": "who sent the first response",
    "reply": "who sent the reply",
    "resolution": "who closed it, else the assignee",
    "first_resolution": "who closed it first, where events tell",
}
_MARTS: dict[str, dict[str, Any]] = {
    "inbox": {
        "mart": "mart_inbox",
        "row": "{grain}, from the first with activity to the later of `as_of_date` and the last "
        "with activity, none left out: the numbers of the whole inbox.",
        "keys": {},
        "tests": [
            "periods_are_contiguous",
            {"sums_to_agent_days": {"arguments": {"has_new_users": True}}},
        ],
    },
    "agent": {
        "mart": "mart_agents",
        "row": "{grain} and agent (null: nobody) with any number above zero: the inbox's numbers, "
        "each by the agent whose it is.",
        "keys": {"agent_id": False, "agent_name": True},
        "tests": ["sums_to_agent_days"],
    },
    "channel": {
        "mart": "mart_channels",
        "row": "{grain} and channel (null: of no conversation that stands) with any number above "
        "zero: the inbox's numbers, each by the channel of its conversation.",
        "keys": {"channel": False},
        "tests": ["sums_to_agent_days"],
    },
    "team": {
        "mart": "mart_teams",
        "row": "{grain} and team (null: nobody's) with any number above zero: the inbox's numbers, "
        "each by the team of its conversation.",
        "keys": {"team_id": False, "team_name": True},
        "tests": ["sums_to_agent_days"],
    },
}

Number = dict[str, Any]


def shown_numbers(scope: str) -> dict[str, Number]:
    """The numbers that a scope shows, in the order of its marts' columns."""
    return {
        name: number
        for name, number in read_register().items()
        if scope in number.get("only_in", [scope])
    }


def files() -> dict[Path, str]:
    """By file that follows from the register: its text as it has to be now."""
    return {
        MODELS: _HEAD + _yaml({"models": [*_marts(), _agent_days(), _period_timings()]}),
        SEMANTIC: _HEAD + _yaml({"semantic_models": _semantic_models(), "metrics": _metrics()}),
        DOCS: _TABLE.sub(lambda _: _docs_table(), DOCS.read_text(encoding="utf-8")),
    }


def main() -> None:
    """Writes the files."""
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")


def _column(name: str, kind: str, description: str, *, required: bool) -> dict[str, Any]:
    constraints = {"constraints": [{"type": "not_null"}]} if required else {}
    return {"name": name, "data_type": kind, "description": description, **constraints}


def _number_column(name: str, number: Number) -> dict[str, Any]:
    is_count = number["kind"] in _COUNTS
    kind = "bigint" if is_count else "double"
    return _column(name, kind, number["description"], required=is_count)


def _documented(name: str, kind: str, *, required: bool) -> dict[str, Any]:
    return _column(name, kind, f"{{{{ doc('{name}') }}}}", required=required)


def _marts() -> list[dict[str, Any]]:
    marts = []
    for scope, mart in _MARTS.items():
        columns = _mart_columns(scope, mart)  # one list, written once: the grains share it
        marts += [_mart(scope, mart, ending, grain, columns) for ending, grain in _GRAINS.items()]
    return marts


def _mart_columns(scope: str, mart: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        _documented("period_start_date", "date", required=True),
        _documented("period_end_date", "date", required=True),
        _documented("is_complete", "boolean", required=True),
        *(_documented(key, "varchar", required=r) for key, r in mart["keys"].items()),
        *(_number_column(name, number) for name, number in shown_numbers(scope).items()),
    ]


def _mart(
    scope: str, mart: dict[str, Any], ending: str, grain: str, columns: list[dict[str, Any]]
) -> dict[str, Any]:
    key = ["period_start_date", *list(mart["keys"])[:1]]
    tests = [{"unique_key": {"arguments": {"columns": key}}}, *mart["tests"]]
    if scope != "inbox":
        inbox = {"inbox": f"ref('mart_inbox_{ending}')"}
        tests.append({"agents_sum_to_inbox": {"arguments": inbox}})
    return {
        "name": f"{mart['mart']}_{ending}",
        "description": "One row per " + mart["row"].format(grain=grain),
        "data_tests": tests,
        "columns": columns,
    }


def _of_kind(*kinds: str) -> dict[str, Number]:
    return {name: n for name, n in read_register().items() if n["kind"] in kinds}


def _agent_days() -> dict[str, Any]:
    return {
        "name": "fct_agent_days",
        "description": "One row per day and agent (null: nobody) with any activity: the sums, from "
        "which every grain and every range adds up.",
        "data_tests": [{"unique_key": {"arguments": {"columns": ["activity_date", "agent_id"]}}}],
        "columns": [
            _column(
                "activity_date",
                "date",
                "The day, in the workspace zone, by the rule of each number.",
                required=True,
            ),
            _column(
                "agent_id",
                "varchar",
                "The agent, by the rule of each number: the conversation's assignee, who "
                "responded, who was rated or who sent.",
                required=False,
            ),
            *(_number_column(name, number) for name, number in _of_kind("sum").items()),
        ],
    }


def _period_timings() -> dict[str, Any]:
    key = ["period_start_date", "period_grain", "is_inbox", "agent_id"]
    grains = {"accepted_values": {"arguments": {"values": list(_GRAINS.values())}}}
    grain = _column("period_grain", "varchar", "day, week, month or year.", required=True)
    return {
        "name": "fct_period_timings",
        "description": "One row per grain, period and agent (null: nobody), and one per grain and "
        "period for the whole inbox, with any timing: the exact medians and 90th percentiles.",
        "data_tests": [{"unique_key": {"arguments": {"columns": key}}}],
        "columns": [
            {**grain, "data_tests": [grains]},
            _documented("period_start_date", "date", required=True),
            _column(
                "is_inbox",
                "boolean",
                "Whether the row is the whole inbox's instead of one agent's.",
                required=True,
            ),
            _column(
                "agent_id",
                "varchar",
                "Who answered first, or closed, by id; null is nobody, or the whole inbox.",
                required=False,
            ),
            *(_number_column(name, number) for name, number in _of_kind("quantile").items()),
        ],
    }


def _semantic_models() -> list[dict[str, Any]]:
    balances = [
        {"name": f"{name}_change", "agg": "sum", "expr": f"{n['comes']} - {n['goes']}"}
        for name, n in _of_kind("balance").items()
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
            [_quantile_measure(name, number) for name, number in _of_kind("quantile").items()],
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
    return {name: number for name, number in _of_kind("sum").items() if "label" in number}


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


def _metrics() -> list[dict[str, Any]]:
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


def _docs_table() -> str:
    lines = [
        "| number | what it is | on which day | for which agent | sum |",
        "| --- | --- | --- | --- | --- |",
    ]
    shown = {n: number for n, number in read_register().items() if number.get("only_in") != []}
    for name, number in shown.items():
        cells = (f"`{name}`", number["description"], _day(number), _agent(number), _sum(number))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _day(number: Number) -> str:
    parts = read_register()
    if number["kind"] == "ratio":
        return _day(parts[number["over"]])
    if number["kind"] == "balance":
        return "end of the period"
    if number["kind"] == "age":
        return "end of the day"
    if number["kind"] == "quantile":
        return "reply sent" if number["measure"] == "reply" else "thread created"
    return str(number.get("on") or _DAYS[number["day"]])


def _agent(number: Number) -> str:
    parts = read_register()
    if number["kind"] == "ratio":
        return _agent(parts[number["over"]])
    if number["kind"] == "balance":
        return _agent(parts[number["comes"]])
    if number["kind"] == "quantile":
        return _TIMED[number["measure"]]
    return str(number.get("by") or _AGENTS[number["of"], number["whose"]])


def _sum(number: Number) -> str:
    of_kind = {"sum": "yes", "balance": "over agents"}
    return of_kind.get(number["kind"]) or str(number.get("adds", "no"))


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]
    """Lists within mappings indented, as the other files of the project are."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)


def _yaml(content: dict[str, Any]) -> str:
    text = io.StringIO()
    yaml.dump(content, text, Dumper=_Dumper, sort_keys=False, width=110, allow_unicode=True)
    return text.getvalue()


if __name__ == "__main__":
    main()
