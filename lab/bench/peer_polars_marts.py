"""The marts and cards in polars, from days, users and timings added up."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from lab.bench.floor_marts import ADDITIVE, INBOX_NUMBERS

NUMBERS = (*ADDITIVE, "score_sum", "threads_settled")
EVERY = {"day": "1d", "week": "1w", "month": "1mo", "year": "1y"}


def _period(day: str, grain: str) -> pl.Expr:
    return pl.col(day).dt.truncate(EVERY[grain])


def _period_end(grain: str) -> pl.Expr:
    return pl.col("period_start_date").dt.offset_by(EVERY[grain]).dt.offset_by("-1d")


def mart_of(
    grain: str,
    by_agent: bool,
    days: pl.DataFrame,
    user_days: pl.DataFrame,
    timings: pl.DataFrame,
    as_of: date,
    names: pl.DataFrame,
) -> pl.DataFrame:
    """The numbers of the inbox or of its agents at a grain."""
    keys = ["agent", "period_start_date"]

    def keyed(table: pl.LazyFrame, day: str, agent: str = "agent") -> pl.LazyFrame:
        key = pl.col(agent).fill_null("") if by_agent else pl.lit("")
        return table.with_columns(
            key.alias("agent"), _period(day, grain).alias("period_start_date")
        )

    dated = keyed(days.lazy(), "date")
    sums = dated.group_by(keys).agg(pl.col(NUMBERS).sum())
    backlog = dated.filter(pl.col("date") <= as_of).group_by(keys).agg(
        (pl.col("new_threads") - pl.col("threads_settled")).sum().alias("backlog_change")
    )  # fmt: skip
    users = keyed(user_days.lazy(), "date").select(*keys, "user").unique().group_by(keys).agg(
        pl.len().cast(pl.Int64).alias("unique_users")
    )  # fmt: skip
    first_days = user_days.lazy().group_by("user").agg(pl.col("date").min())
    new_users = first_days.group_by(_period("date", grain).alias("period_start_date")).agg(
        pl.len().cast(pl.Int64).alias("new_users")
    )
    quantiles = keyed(timings.lazy(), "created_date", "agent_id").group_by(keys).agg(
        pl.col(seconds).quantile(quantile, "linear").alias(f"{seconds}_{name}")
        for seconds in ("first_response_seconds", "closing_seconds")
        for quantile, name in ((0.5, "median"), (0.9, "p90"))
    )  # fmt: skip
    first, last = days["date"].min(), days["date"].max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    periods = pl.LazyFrame({"date": pl.date_range(first, max(last, as_of), eager=True)}).select(
        _period("date", grain).alias("period_start_date")
    )
    agents = dated.group_by("agent").agg(pl.col("period_start_date").min().alias("first"))
    table = (
        periods.unique()
        .join(agents, how="cross")
        .filter(pl.col("period_start_date") >= pl.col("first"))
        .join(sums, on=keys, how="left")
        .join(backlog, on=keys, how="left")
        .join(users, on=keys, how="left")
        .join(quantiles, on=keys, how="left")
        .join(new_users, on="period_start_date", how="left")
        .join(names.lazy(), left_on="agent", right_on="agent_id", how="left")
        .sort("period_start_date", "agent")
        .with_columns(
            pl.col(*NUMBERS, "unique_users", "new_users", "backlog_change").fill_null(0),
            _period_end(grain).alias("period_end_date"),
        )
        .with_columns(
            (pl.col("period_end_date") <= as_of).alias("is_complete"),
            pl.col("backlog_change").cum_sum().over("agent").alias("open_threads"),
            pl.when(pl.col("ratings") > 0)
            .then(pl.col("score_sum") / pl.col("ratings"))
            .alias("average_rating"),
            pl.when(pl.col("agent") == "")
            .then(pl.lit("Unassigned"))
            .otherwise(pl.coalesce("agent_name", "agent"))
            .alias("agent_name"),
            pl.when(pl.col("agent") != "").then("agent").alias("agent_id"),
        )
    )
    shown = ["period_start_date", "period_end_date", "is_complete"]
    if not by_agent:
        return table.select(*shown, *INBOX_NUMBERS).collect(engine="streaming")
    is_any = pl.any_horizontal(pl.col(*ADDITIVE, "open_threads", "unique_users") > 0)
    is_timed = pl.any_horizontal(
        pl.col("first_response_seconds_median", "closing_seconds_median").is_not_null()
    )
    numbers = [number for number in INBOX_NUMBERS if number != "new_users"]
    table = table.filter(is_any | is_timed)
    table = table.select(*shown, "agent_id", "agent_name", *numbers, "messages_sent")
    return table.collect(engine="streaming")


def label_mart(grain: str, labels: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The labels of each period, the most used first."""
    return (
        labels.lazy()
        .group_by(_period("created_date", grain).alias("period_start_date"), "label")
        .agg(pl.len().cast(pl.Int64).alias("new_threads"))
        .sort("period_start_date", "new_threads", "label", descending=[False, True, False])
        .with_columns(
            pl.int_range(1, pl.len() + 1).over("period_start_date").alias("rank"),
            _period_end(grain).alias("period_end_date"),
        )
        .with_columns((pl.col("period_end_date") <= as_of).alias("is_complete"))
        .collect()
    )


def cards_of(days: pl.DataFrame, user_days: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The cards of the 30 days to the last one."""
    cards = {
        "new_threads": "New threads", "messages": "Messages", "unique_users": "New inbox users",
        "labeled_threads": "Labeled threads", "average_rating": "Average rating",
        "ratings": "Ratings",
    }  # fmt: skip
    start = as_of - timedelta(days=29)
    before = start - timedelta(days=30)

    def numbers(first: date, last: date) -> list[float | None]:
        within = pl.col("date").is_between(first, last)
        sums: dict[str, Any] = days.filter(within).select(pl.col(NUMBERS).sum()).to_dicts()[0]
        sums["unique_users"] = user_days.filter(within)["user"].n_unique()
        sums["average_rating"] = sums["score_sum"] / sums["ratings"] if sums["ratings"] else None
        return [None if sums[card] is None else float(sums[card]) for card in cards]

    table = pl.DataFrame(
        {
            "card_order": range(1, len(cards) + 1),
            "metric": list(cards),
            "label": list(cards.values()),
            "as_of_date": [as_of] * len(cards),
            "current_start_date": [start] * len(cards),
            "current_value": numbers(start, as_of),
            "previous_start_date": [before] * len(cards),
            "previous_value": numbers(before, start - timedelta(days=1)),
        }
    )
    change = pl.col("current_value") - pl.col("previous_value")
    is_something = pl.col("previous_value") != 0
    return table.with_columns(
        change.alias("change"),
        pl.when(is_something).then(change / pl.col("previous_value")).alias("change_ratio"),
    )
