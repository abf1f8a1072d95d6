"""The marts and cards in pandas, from days, users and timings added up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from lab.bench.floor_marts import ADDITIVE, INBOX_NUMBERS


def _period(days: pd.Series, grain: str) -> pd.Series:
    if grain == "day":
        return days
    if grain == "week":
        weeks: pd.Series = days - pd.to_timedelta(days.dt.weekday, unit="D")
        return weeks
    unit = "datetime64[M]" if grain == "month" else "datetime64[Y]"
    starts = days.to_numpy().astype(unit).astype("datetime64[us]")
    return pd.Series(starts, index=days.index)


def _period_end(starts: pd.Series, grain: str) -> pd.Series:
    offset = {
        "day": pd.DateOffset(days=1), "week": pd.DateOffset(weeks=1),
        "month": pd.DateOffset(months=1), "year": pd.DateOffset(years=1),
    }[grain]  # fmt: skip
    return starts + offset - pd.Timedelta(days=1)


def mart_of(
    grain: str,
    by_agent: bool,
    days: pd.DataFrame,
    user_days: pd.DataFrame,
    timings: pd.DataFrame,
    as_of: pd.Timestamp,
    names: pd.Series,
) -> pd.DataFrame:
    """The numbers of the inbox or of its agents at a grain."""
    keys = ["agent", "start"]

    def agent(values: pd.Series) -> Any:
        return values if by_agent else ""

    dated = days.assign(agent=agent(days["agent"]), start=_period(days["date"], grain))
    table = dated.drop(columns="date").groupby(keys).sum()
    backlog = dated[dated["date"] <= as_of].groupby(keys)[["new_threads", "threads_settled"]].sum()
    backlog_change = backlog["new_threads"] - backlog["threads_settled"]

    users = pd.DataFrame(
        {
            "agent": agent(user_days["agent"].astype("str")),
            "start": _period(user_days["date"], grain),
            "user": user_days["user"],
        }
    ).drop_duplicates()
    table = table.join(users.groupby(keys).size().rename("unique_users"), how="outer")
    first_days = user_days.groupby("user")["date"].min()
    new_users = _period(first_days, grain).value_counts()

    timed = pd.DataFrame(
        {
            "agent": agent(timings["agent_id"].fillna("")),
            "start": _period(timings["created_date"], grain),
            "first_response_seconds": timings["first_response_seconds"],
            "closing_seconds": timings["closing_seconds"],
        }
    ).groupby(keys)
    for quantile, name in ((0.5, "median"), (0.9, "p90")):
        table = table.join(timed.quantile(quantile).add_suffix(f"_{name}"), how="outer")

    last = max(days["date"].max(), as_of)
    all_days = pd.Series(pd.date_range(days["date"].min(), last, unit="us"))
    starts = _period(all_days, grain).unique()
    firsts = dated.groupby("agent")["start"].min()
    grid = pd.MultiIndex.from_product([firsts.index, starts], names=keys)
    is_there = grid.get_level_values("start") >= firsts.loc[grid.get_level_values("agent")]
    table = table.reindex(grid[np.asarray(is_there)])
    change = backlog_change.reindex(table.index, fill_value=0)
    table["open_threads"] = change.groupby(level="agent").cumsum()
    counts = [*ADDITIVE, "unique_users", "score_sum"]
    table[counts] = table[counts].fillna(0).astype("int64")
    table["average_rating"] = table["score_sum"] / table["ratings"].replace(0, np.nan)
    table = table.reset_index().rename(columns={"start": "period_start_date"})
    table["period_end_date"] = _period_end(table["period_start_date"], grain)
    table["is_complete"] = table["period_end_date"] <= as_of
    table["new_users"] = table["period_start_date"].map(new_users).fillna(0).astype("int64")
    shown = ["period_start_date", "period_end_date", "is_complete"]
    if not by_agent:
        return table[[*shown, *INBOX_NUMBERS]].sort_values("period_start_date")
    is_any = (table[[*ADDITIVE, "open_threads", "unique_users"]] > 0).any(axis=1)
    is_timed = (
        table[["first_response_seconds_median", "closing_seconds_median"]].notna().any(axis=1)
    )
    table = table[is_any | is_timed]
    table["agent_id"] = table["agent"].where(table["agent"] != "")
    table["agent_name"] = table["agent_id"].map(names).fillna(table["agent_id"])
    table["agent_name"] = table["agent_name"].fillna("Unassigned")
    numbers = [number for number in INBOX_NUMBERS if number != "new_users"]
    return table[[*shown, "agent_id", "agent_name", *numbers, "messages_sent"]].sort_values(
        ["period_start_date", "agent_id"]
    )


def label_mart(grain: str, labels: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The labels of each period, the most used first."""
    dated = pd.DataFrame(
        {"period_start_date": _period(labels["created_date"], grain), "label": labels["label"]}
    )
    table = dated.groupby(["period_start_date", "label"]).size().rename("new_threads").reset_index()
    table = table.sort_values(["period_start_date", "new_threads", "label"],
                              ascending=[True, False, True])  # fmt: skip
    table["rank"] = table.groupby("period_start_date").cumcount() + 1
    table["period_end_date"] = _period_end(table["period_start_date"], grain)
    table["is_complete"] = table["period_end_date"] <= as_of
    return table


def cards_of(days: pd.DataFrame, user_days: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The cards of the 30 days to the last one."""
    cards = {
        "new_threads": "New threads", "messages": "Messages", "unique_users": "New inbox users",
        "labeled_threads": "Labeled threads", "average_rating": "Average rating",
        "ratings": "Ratings",
    }  # fmt: skip
    start = as_of - pd.Timedelta(days=29)
    before = start - pd.Timedelta(days=30)

    def numbers(first: pd.Timestamp, last: pd.Timestamp) -> pd.Series:
        sums = days[days["date"].between(first, last)].drop(columns=["date", "agent"]).sum()
        sums["unique_users"] = user_days.loc[
            user_days["date"].between(first, last), "user"
        ].nunique()
        sums["average_rating"] = sums["score_sum"] / sums["ratings"] if sums["ratings"] else np.nan
        return sums[list(cards)].astype("float64")

    current, previous = numbers(start, as_of), numbers(before, start - pd.Timedelta(days=1))
    return pd.DataFrame(
        {
            "card_order": range(1, len(cards) + 1),
            "metric": list(cards),
            "label": list(cards.values()),
            "as_of_date": as_of,
            "current_start_date": start,
            "current_value": current.to_numpy(),
            "previous_start_date": before,
            "previous_value": previous.to_numpy(),
            "change": (current - previous).to_numpy(),
            "change_ratio": ((current - previous) / previous.replace(0, np.nan)).to_numpy(),
        }
    )
