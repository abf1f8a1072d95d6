"""Whether the numbers of agents, periods and series add up to each other."""

import pandas as pd

from tests.oracle.compare import assert_tables_equal
from tests.oracle.entries import AGES
from tests.oracle.metrics import GRAINS, Report

ADDITIVE = [
    "new_threads",
    "messages",
    "user_messages",
    "agent_messages",
    "thread_messages",
    "labeled_threads",
    "ratings",
    "responded_threads",
    "unanswered_threads",
    "agent_started_threads",
    "closed_threads",
    "threads_closed",
]


def assert_agents_add_up(report: Report) -> None:
    """Fail unless agents sum to the inbox, longer periods to days, and a series to its mart."""
    tables = report.tables()
    daily = tables["mart_inbox_daily"]
    for grain in GRAINS:
        inbox, agents = tables[f"mart_inbox_{grain}"], tables[f"mart_agents_{grain}"]
        if inbox.empty:
            continue
        by_agent = agents.groupby("period_start_date")[[*ADDITIVE, "open_threads"]].sum()
        by_agent = by_agent.reindex(inbox.period_start_date, fill_value=0)
        sums = inbox.set_index("period_start_date")[[*ADDITIVE, "open_threads"]]
        assert by_agent.to_numpy().tolist() == sums.to_numpy().tolist()
        assert inbox[ADDITIVE].sum().tolist() == daily[ADDITIVE].sum().tolist()
        assert inbox.new_users.sum() == daily.new_users.sum()

        # A mart leaves out what lies after the last day without activity, and most ages.
        first_day, last_day = inbox.period_start_date.min(), inbox.period_end_date.max()
        compared = [name for name in inbox if name not in AGES]
        series = report.inbox_series(grain, first_day, last_day)
        series = series[series.period_start_date.isin(inbox.period_start_date)]
        assert_tables_equal(series, inbox[compared], ["period_start_date"], f"series {grain}")
        if grain == "yearly" and not agents.empty:
            agent_id = agents.agent_id.dropna().min()
            if not pd.isna(agent_id):
                series = report.inbox_series(grain, first_day, last_day, agent_id)
                expected = agents[agents.agent_id == agent_id]
                series = series[series.period_start_date.isin(expected.period_start_date)]
                compared = [name for name in expected if name not in (*AGES, "agent_name")]
                assert_tables_equal(
                    series.assign(agent_id=agent_id),
                    expected[compared],
                    ["period_start_date"],
                    "series",
                )
