"""What MetricFlow answers for every metric, against the marts, at every grain and by agent."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pandas as pd
import pytest
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

from tests.homes import parsed_dbt_folder
from tests.models import Warehouse, load
from tests.oracle.corner_cases import all_corner_cases
from tests.oracle.generate import write_inbox

ZONE = "America/New_York"
GRAINS = {"day": "daily", "inbox_week": "weekly", "month": "monthly", "year": "yearly"}
# The metrics that have no column of their own name in a mart.
OTHER_METRICS = {"score_sum", "agent_unique_users", "label_threads"}
# Of the end of a day, and of export days: not of rows of a fact, as MetricFlow's are.
NO_METRICS = {
    "longest_wait_seconds",
    "backlog_age_seconds_median",
    "backlog_age_seconds_p90",
    "days_missing",
}
BALANCES = {"open_threads", "waiting_threads"}


class DuckDbSql:
    """All that MetricFlow asks of a client when it writes a query: the dialect."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = DuckDbSqlPlanRenderer()


@cache
def engine() -> MetricFlowEngine:
    manifest = (parsed_dbt_folder() / "target" / "semantic_manifest.json").read_text()
    parsed = parse_manifest_from_dbt_generated_manifest(manifest_json_string=manifest)
    client: Any = DuckDbSql()
    return MetricFlowEngine(SemanticManifestLookup(parsed), client)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder = tmp_path_factory.mktemp("semantic")
    write_inbox(all_corner_cases(zone=ZONE), folder / "exports")
    load(folder / "exports", folder / "raw")
    with Warehouse(folder / "raw", ZONE, "sunday") as warehouse:
        yield warehouse


def metric(warehouse: Warehouse, name: str, *groups: str) -> pd.Series:
    """A metric's values by its groups."""
    request = MetricFlowQueryRequest.create(metric_names=[name], group_by_names=list(groups))
    sql = engine().explain(request).sql_statement.sql
    table = warehouse.connection.execute(sql).df()
    return values(table, list(groups), name)


def test_a_range_is_widened_to_whole_months_and_a_filter_of_days_is_not(
    warehouse: Warehouse,
) -> None:
    """As docs/bi.md tells analysts: the range of a query is not the range that they asked for."""
    daily = warehouse.table("mart_inbox_daily").set_index("period_start_date")["new_threads"]
    months = daily.resample("MS").sum()
    first_month, last_month = months[months > 1].index[[0, -1]]
    # From the second day with conversations of the first month to the first one of the last.
    started = daily[daily > 0]
    first = started[started.index >= first_month].index[1]
    last = started[started.index >= last_month].index[0]
    asked = {"metric_names": ["new_threads"], "group_by_names": ["metric_time__month"]}
    widened = answer(
        warehouse,
        time_constraint_start=first.to_pydatetime(),
        time_constraint_end=last.to_pydatetime(),
        **asked,
    )
    assert widened == months[first_month:last_month].sum()
    day = "{{ TimeDimension('metric_time', 'day') }}"
    between = f"{day} between '{first:%Y-%m-%d}' and '{last:%Y-%m-%d}'"
    exact = answer(warehouse, where_constraints=[between], **asked)
    assert exact == daily[first:last].sum() < widened


def answer(warehouse: Warehouse, **asked: Any) -> float:
    """The sum of what MetricFlow gives for a request of one metric."""
    request = MetricFlowQueryRequest.create(**asked)
    sql = engine().explain(request).sql_statement.sql
    return float(warehouse.connection.execute(sql).df()[asked["metric_names"][0]].sum())


def values(table: pd.DataFrame, keys: list[str], column: str) -> pd.Series:
    """A column as numbers by its keys; nobody is `Unassigned`, no number is 0."""
    texts = [table[key].astype(str).where(table[key].notna(), "Unassigned") for key in keys]
    index = pd.MultiIndex.from_arrays(texts)
    numbers = pd.Series(table[column].astype(float).fillna(0).to_numpy(), index)
    return numbers[numbers != 0].sort_index()


def assert_same(actual: pd.Series, expected: pd.Series) -> None:
    assert not expected.empty
    pd.testing.assert_series_equal(actual, expected, check_names=False, rtol=1e-12)


def marts_metrics() -> list[str]:
    names = sorted(found.name for found in engine().list_metrics())
    return [name for name in names if name not in OTHER_METRICS]


def told_nothing(mart: pd.DataFrame) -> set[str]:
    """Numbers of which the inbox has no value: working time, without opening hours."""
    return {name for name in mart.columns if mart[name].isna().all()}


def test_every_number_of_the_marts_is_a_metric(warehouse: Warehouse) -> None:
    columns = set(warehouse.table("mart_inbox_daily").columns) | {"messages_sent"}
    numbers = columns - {"period_start_date", "period_end_date", "is_complete"} - NO_METRICS
    assert set(marts_metrics()) == numbers


@pytest.mark.parametrize("grain", GRAINS)
def test_metrics_equal_the_inbox_marts(warehouse: Warehouse, grain: str) -> None:
    mart = warehouse.table(f"mart_inbox_{GRAINS[grain]}")
    for name in marts_metrics():
        if name in {"messages_sent", *BALANCES, *told_nothing(mart)}:
            continue
        actual = metric(warehouse, name, f"metric_time__{grain}")
        assert_same(actual, values(mart, ["period_start_date"], name))


@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize("name", sorted(BALANCES))
def test_a_balance_equals_the_marts_up_to_the_last_export_day(
    warehouse: Warehouse, grain: str, name: str
) -> None:
    whole = warehouse.table(f"mart_inbox_{GRAINS[grain]}")
    as_of_date = warehouse.table("dim_report")["as_of_date"].iloc[0]
    mart = whole[whole["period_end_date"] <= as_of_date]
    expected = values(mart, ["period_start_date"], name)
    actual = metric(warehouse, name, f"metric_time__{grain}")
    assert_same(actual[actual.index.isin(expected.index)], expected)
    last = f"{whole['period_start_date'].max():%Y-%m-%d}"
    assert max(period[:10] for (period,) in actual.index) <= last, "nothing beyond the data"


@pytest.mark.parametrize("grain", ["inbox_week", "month"])
def test_metrics_by_agent_equal_the_agents_marts(warehouse: Warehouse, grain: str) -> None:
    mart = warehouse.table(f"mart_agents_{GRAINS[grain]}")
    for name in marts_metrics():
        if name in {"new_users", *BALANCES, *told_nothing(mart)}:
            continue
        asked = "agent_unique_users" if name == "unique_users" else name
        actual = metric(warehouse, asked, f"metric_time__{grain}", "agent")
        assert_same(actual, values(mart, ["period_start_date", "agent_id"], name))


@pytest.mark.parametrize(
    ("mart", "column", "group"),
    [("channels", "channel", "thread__channel"), ("teams", "team_id", "thread__team_id")],
)
def test_metrics_by_channel_and_team_equal_their_marts(
    warehouse: Warehouse, mart: str, column: str, group: str
) -> None:
    table = warehouse.table(f"mart_{mart}_monthly")
    others = {"unique_users", "new_users", *BALANCES, *told_nothing(table)}
    if mart == "teams":  # ratings of conversations that do not stand are not of `Unassigned`
        others |= {"average_rating", "csat_ratio"}
    for name in set(marts_metrics()) & set(table.columns) - others:
        actual = metric(warehouse, name, "metric_time__month", group)
        actual = actual.groupby(level=[0, 1]).sum().sort_index()
        assert_same(actual, values(table, ["period_start_date", column], name))


def test_nobody_is_a_value_by_which_metrics_are_joined(warehouse: Warehouse) -> None:
    both = MetricFlowQueryRequest.create(
        metric_names=["new_threads", "closings"], group_by_names=["agent"]
    )
    table = warehouse.connection.execute(engine().explain(both).sql_statement.sql).df()
    assert list(table["agent"]).count("Unassigned") == 1
    assert table["agent"].notna().all()


def test_conversations_are_told_by_status(warehouse: Warehouse) -> None:
    threads = warehouse.table("fct_threads")
    actual = metric(warehouse, "new_threads", "thread__status")
    assert actual.to_dict() == {
        (status,): count for status, count in threads["status"].value_counts().items()
    }


def test_nothing_is_told_of_no_day(warehouse: Warehouse) -> None:
    for name in ("threads_closed", "closings", "replies"):
        request = MetricFlowQueryRequest.create(
            metric_names=[name], group_by_names=["metric_time__month"]
        )
        sql = engine().explain(request).sql_statement.sql
        table = warehouse.connection.execute(sql).df()
        assert table["metric_time__month"].notna().all(), name


def test_labels_equal_the_labels_marts(warehouse: Warehouse) -> None:
    mart = warehouse.table("mart_labels_monthly")
    actual = metric(warehouse, "label_threads", "metric_time__month", "thread_label__label")
    assert_same(actual, values(mart, ["period_start_date", "label"], "new_threads"))
