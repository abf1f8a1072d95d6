"""The days of a series as they lie in the marts: asking a function for them costs its planning."""

from __future__ import annotations

from collections.abc import Sequence

# Columns of inbox_series that a mart of days has under another name, or not.
OF_INBOX = {"messages_sent": "agent_messages"}
OF_AGENTS = {"new_users": "cast(null as bigint)"}
OF_BOTH = {"from_date": "period_start_date", "to_date": "period_start_date"}


def days_query(columns: Sequence[str], is_of_agent: bool) -> str:
    """Rows as of inbox_series by day; its parameters are the agent, first and last day.

    is_of_agent: whether the agent, null being nobody, is asked for; else null is everyone.
    """
    elsewhere = OF_BOTH | (OF_AGENTS if is_of_agent else OF_INBOX)
    selected = ", ".join(f"{elsewhere.get(column, column)} as {column}" for column in columns)
    mart = "mart_agents_daily" if is_of_agent else "mart_inbox_daily"
    whose = "agent_id is not distinct from ?::varchar" if is_of_agent else "?::varchar is null"
    return (
        f"select {selected} from {mart} where {whose} and period_start_date between ? and ? "
        "order by period_start_date"
    )
