"""Numbers that need no published function: most lie ready, the rest is a few rows of a fact.

A function is one long statement whatever is asked, and planning it alone costs a tenth of a second.
Whole periods lie in the marts of everyone, of each agent, channel and team. Of a range, and of a
period that it cuts, days are added up, and users, scores and durations are read from their facts.
Each number is the one that the function says; the tests hold it to that.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from orchestration.publishing.published_days import PublishedDays, is_whole
from orchestration.publishing.ready_queries import (
    AGENT_MEDIANS,
    AGENTS,
    HOURS,
    SUMS,
    TIMINGS,
    Scope,
    own_sums,
    periods_of,
    timings_of,
    users_and_scores,
)


def within_periods(days: pd.DataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    """Rows of inbox_within by day, added up by periods, each with its from_date and to_date."""
    place = periods["from_date"].searchsorted(days["period_start_date"], side="right") - 1
    last = periods["to_date"].to_numpy()[place]
    is_within = (place >= 0) & (days["period_start_date"].to_numpy() <= last)
    ended, within = (
        np.bincount(place[is_within], days[name][is_within], len(periods)).astype("int64")
        for name in ("ended", "within")
    )
    ratio = np.divide(within, ended, out=np.full(len(periods), np.nan), where=ended > 0)
    return pd.DataFrame({"ended": ended, "within": within, "ratio": ratio})


class ReadyNumbers(PublishedDays):
    """The numbers of a publication that need no function."""

    def ready_series(
        self, scope: Scope, grain: str, first: date, last: date, *, with_cut: bool = True
    ) -> pd.DataFrame | None:
        """The shown columns of inbox_series; None where a period of the range is in no mart.

        with_cut: whether a period that the range cuts is told by its days; else it is the whole
        one, and not complete, for who reads complete ones alone.
        """
        periods = self._ask(periods_of(scope, grain), *scope.parameters)
        starts, ends = periods["period_start_date"], periods["period_end_date"]
        begin, end = pd.Timestamp(first), pd.Timestamp(last)
        series = periods[(ends >= begin) & (starts <= end)].reset_index(drop=True)
        if not is_whole(series, first, last):
            return None
        starts, ends = series["period_start_date"], series["period_end_date"]
        is_cut = (starts < begin) | (ends > end)
        series = series.assign(
            is_complete=series["is_complete"] & ~is_cut,
            from_date=starts.where(starts >= begin, begin),
            to_date=ends.where(ends <= end, end),
        )
        return self._with_cut(scope, series, is_cut) if with_cut else series

    def _with_cut(self, scope: Scope, series: pd.DataFrame, is_cut: pd.Series) -> pd.DataFrame:
        """The series with the numbers of the days that periods are cut to."""
        cut = series[is_cut]
        for place, first, last in zip(
            cut.index, cut["from_date"].dt.date, cut["to_date"].dt.date, strict=True
        ):
            numbers = self.range_numbers(scope, first, last)
            numbers |= self.range_timings(scope, first, last)
            numbers["days_missing"] = len(self.missing_days(first, last))
            for name in (name for name in numbers if name in series):
                series.at[place, name] = numbers[name]
        return series

    def range_numbers(self, scope: Scope, first: date, last: date) -> dict[str, Any]:
        """What adds up over a range, its users, its mean rating, and what is open at its end."""
        days = self._ask(periods_of(scope, "day"), *scope.parameters)
        day = days["period_start_date"]
        within = days[(day >= pd.Timestamp(first)) & (day <= pd.Timestamp(last))]
        until = days["open_threads"][day <= pd.Timestamp(min(last, self.reach.as_of_date))]
        row = self._ask(users_and_scores(scope), first, last, *scope.parameters).iloc[0]
        numbers = {name: int(within[name].sum()) for name in (*SUMS, *own_sums(scope))}
        ratings = numbers["ratings"]
        return numbers | {
            "unique_users": int(row["unique_users"]),
            "average_rating": float(row["score"]) / ratings if ratings else None,
            "open_threads": int(until.iloc[-1]) if len(until) else 0,
        }

    def range_timings(self, scope: Scope, first: date, last: date) -> dict[str, float | None]:
        """The medians and 90th percentiles of a range."""
        rows = self._ask(timings_of(scope), first, last, *scope.parameters)
        quantiles = {
            f"{row['name']}_{quantile}": row[quantile]
            for row in rows.to_dict("records")
            for quantile in row
            if quantile != "name"
        }
        return {name: quantiles.get(name) for name in TIMINGS}

    def agent_numbers(self, scope: Scope, first: date, last: date) -> dict[str, Any]:
        """What the agents' table says of an agent."""
        medians = self._ask(AGENT_MEDIANS, first, last, scope.value).to_dict("records")[0]
        return self.range_numbers(scope, first, last) | {str(k): v for k, v in medians.items()}

    def ready_agents(self, first: date, last: date) -> pd.DataFrame:
        """As inbox_agents, with how many durations are behind the medians.

        One row more, which is_everyone, has no agent.
        """
        return self._ask(AGENTS, first, last)

    def ready_hours(self, scope: Scope, first: date, last: date) -> pd.DataFrame:
        """As inbox_hours of user_messages; of an agent of messages_sent."""
        author = "agent" if scope.mart == "agents" else "user"
        query = HOURS.format(author=author, is_of=scope.holds(3))
        bounds = (first, last) if scope.column else self._reach_with(first, last)
        days = self._ask(query, *bounds, *scope.parameters)
        days = days[days["date"].between(pd.Timestamp(first), pd.Timestamp(last))]
        sums = days.groupby(["weekday", "hour"])[["value", "hours"]].sum()
        week = pd.MultiIndex.from_product([range(1, 8), range(24)], names=["weekday", "hour"])
        hours = sums.reindex(week, fill_value=0).reset_index()
        hours["per_hour"] = (hours["value"] / hours["hours"]).where(hours["hours"] > 0)
        return hours

    def _reach_with(self, first: date, last: date) -> tuple[date, date]:
        """The days of all data, and those of a range: answers about them do for most ranges."""
        return (
            min(first, self.reach.first_date or first),
            max(last, self.reach.last_date or last),
        )
