"""The days of a series as they lie in the mart: asking a function for them costs its planning."""

from __future__ import annotations

from collections.abc import Sequence

# Columns of inbox_series that the mart of days has under another name.
ELSEWHERE = {
    "messages_sent": "agent_messages",
    "from_date": "period_start_date",
    "to_date": "period_start_date",
}


def days_query(columns: Sequence[str]) -> str:
    """Rows as of inbox_series by day, for everyone; its parameters are the first and last day."""
    selected = ", ".join(f"{ELSEWHERE.get(column, column)} as {column}" for column in columns)
    return (
        f"select {selected} from mart_inbox_daily where period_start_date between ? and ? "
        "order by period_start_date"
    )
