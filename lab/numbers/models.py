"""dbt's YAML of the marts and of the facts whose columns are the register's numbers."""

from __future__ import annotations

from typing import Any

from lab.numbers.register import Number, of_kind, shown_numbers

_GRAINS = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}
_COUNTS = ("sum", "balance", "users", "days")
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


def models() -> list[dict[str, Any]]:
    """The models whose columns follow from the register."""
    return [*_marts(), _agent_days(), _period_timings()]


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
            *(_number_column(name, number) for name, number in of_kind("sum").items()),
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
            *(_number_column(name, number) for name, number in of_kind("quantile").items()),
        ],
    }
