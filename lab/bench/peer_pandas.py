"""The same facts and marts in pandas, as one would write them: vectorised, no row of Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from lab.bench.floor import ADDITIVE, INBOX_NUMBERS
from lab.bench.landed import GRAINS, Landed, landed, output_folder
from lab.bench.sizes import TIMEZONE

VERSION_ORDER = ["export_date", "file_name", "row_number"]


def rebuild(home: str, target: str) -> dict[str, Any]:
    """Writes every fact and mart as a Parquet file into the folder target."""
    files = landed(home)
    folder = output_folder(target)
    threads = _threads(files)
    messages = _messages(files, threads)
    ratings = _ratings(files, threads)
    threads = _with_messages(threads, messages)
    timings = _timings(threads)
    labels = threads.loc[threads["labels_count"] > 0, ["thread_id", "labels", "assigned_agent_id",
                                                       "created_date"]]  # fmt: skip
    labels = labels.explode("labels").rename(columns={"labels": "label"})
    names = _agent_names(files)
    for name, table in (
        ("fct_threads", threads.drop(columns="labels")),
        ("fct_messages", messages),
        ("fct_ratings", ratings),
        ("fct_agent_timings", timings),
        ("fct_thread_labels", labels),
    ):
        _write(folder, name, table)
    days = _agent_days(threads, messages, ratings)
    user_days = _user_days(threads, messages)
    as_of = pd.Timestamp(files.as_of_date)
    for mart, grain in GRAINS.items():
        for by_agent in (False, True):
            table = _mart(grain, by_agent, days, user_days, timings, as_of, names)
            _write(folder, f"mart_{'agents' if by_agent else 'inbox'}_{mart}", table)
        _write(folder, f"mart_labels_{mart}", _label_mart(grain, labels, as_of))
    _write(folder, "mart_inbox_cards", _cards(days, user_days, as_of))
    return {"threads": len(threads), "messages": len(messages)}


def _read(files: Landed, entity: str) -> pd.DataFrame:
    table = pq.ParquetDataset(files.paths[entity], partitioning=None).read()
    records: pd.DataFrame = table.to_pandas()
    return records


def _local_date(instants: pd.Series) -> pd.Series:
    days: pd.Series = instants.dt.tz_convert(TIMEZONE).dt.tz_localize(None).dt.normalize()
    return days


def _latest(records: pd.DataFrame, key: str, version: str) -> pd.DataFrame:
    """The current record of each key; only keys that repeat are sorted."""
    is_repeated = records[key].duplicated(keep=False)
    repeated = records[is_repeated].sort_values([version, *VERSION_ORDER])
    latest = pd.concat([records[~is_repeated], repeated.drop_duplicates(key, keep="last")])
    return latest[latest["deleted_at"].isna()].drop(columns=["deleted_at", *VERSION_ORDER])


def _threads(files: Landed) -> pd.DataFrame:
    threads = _latest(_read(files, "threads"), "thread_id", "updated_at")
    is_closed = threads["status"] == "closed"
    threads["channel"] = threads["channel"].fillna("unknown")
    threads["reopen_count"] = threads["reopen_count"].fillna(0).astype("int64")
    threads["closed_at"] = threads["closed_at"].where(is_closed)
    threads["created_date"] = _local_date(threads["created_at"])
    threads["closed_date"] = _local_date(threads["closed_at"])
    closer = threads["closed_by_agent_id"].fillna(threads["assigned_agent_id"])
    threads["closer_agent_id"] = closer.where(is_closed)
    threads["labels_count"] = threads["labels"].str.len().fillna(0).astype("int64")
    threads["is_labeled"] = threads["labels_count"] > 0
    threads["is_time_inconsistent"] = is_closed & (threads["closed_at"] < threads["created_at"])
    seconds = (threads["closed_at"] - threads["created_at"]).dt.total_seconds()
    threads["closing_seconds"] = seconds.where(is_closed & ~threads["is_time_inconsistent"])
    return threads


def _messages(files: Landed, threads: pd.DataFrame) -> pd.DataFrame:
    messages = _read(files, "messages")
    messages["updated_at"] = messages["updated_at"].fillna(messages["sent_at"])
    messages = _latest(messages, "message_id", "updated_at")
    messages["is_private"] = messages["is_private"].fillna(False).astype(bool)
    is_user, is_agent = messages["author_type"] == "user", messages["author_type"] == "agent"
    messages["is_counted"] = (is_user | is_agent) & ~messages["is_private"]
    messages["user_id"] = messages["author_id"].where(is_user)
    messages["agent_id"] = messages["author_id"].where(is_agent)
    messages["sent_date"] = _local_date(messages["sent_at"])
    messages = messages.drop(columns=["author_id", "updated_at"])
    told = threads[["thread_id", "created_date", "assigned_agent_id"]]
    told = told.rename(columns={"created_date": "thread_created_date"})
    return messages.merge(told, on="thread_id", how="inner")


def _ratings(files: Landed, threads: pd.DataFrame) -> pd.DataFrame:
    ratings = _read(files, "ratings")
    ratings["updated_at"] = ratings["updated_at"].fillna(ratings["rated_at"])
    ratings = _latest(ratings, "rating_id", "updated_at").drop(columns="updated_at")
    ratings["rated_date"] = _local_date(ratings["rated_at"])
    told = threads[
        ["thread_id", "user_id", "closed_by_agent_id", "assigned_agent_id", "created_date"]
    ]
    ratings = ratings.merge(told, on="thread_id", how="left")
    agent = ratings["agent_id"].fillna(ratings["closed_by_agent_id"])
    ratings["agent_id"] = agent.fillna(ratings["assigned_agent_id"])
    ratings = ratings.rename(columns={"created_date": "thread_created_date"})
    return ratings.drop(columns=["closed_by_agent_id", "assigned_agent_id"])


def _with_messages(threads: pd.DataFrame, messages: pd.DataFrame) -> pd.DataFrame:
    counted = messages[messages["is_counted"]]
    by_user = counted[counted["author_type"] == "user"].groupby("thread_id", sort=False)
    by_agent = counted[counted["author_type"] == "agent"]
    first_at = by_agent.groupby("thread_id", sort=False)["sent_at"].transform("min")
    first = by_agent[by_agent["sent_at"] == first_at].sort_values("message_id")
    first = first.drop_duplicates("thread_id").set_index("thread_id")
    threads = threads.set_index("thread_id")
    threads["user_messages"] = by_user.size().reindex(threads.index, fill_value=0)
    threads["agent_messages"] = (
        by_agent.groupby("thread_id", sort=False).size().reindex(threads.index, fill_value=0)
    )
    threads["messages"] = threads["user_messages"] + threads["agent_messages"]
    threads["first_user_message_at"] = by_user["sent_at"].min().reindex(threads.index)
    response_at = first["sent_at"].reindex(threads.index)
    asked_at = threads["first_user_message_at"]
    started = response_at.notna() & (asked_at.isna() | (response_at < asked_at))
    threads["is_agent_started"] = started
    threads["first_response_at"] = response_at.where(~started)
    threads["first_responder_id"] = first["agent_id"].reindex(threads.index).where(~started)
    waited = threads["first_response_at"] - asked_at
    threads["first_response_seconds"] = waited.dt.total_seconds()
    threads["is_unanswered"] = (
        (threads["user_messages"] > 0) & ~started & threads["first_response_at"].isna()
    )
    return threads.reset_index()


def _timings(threads: pd.DataFrame) -> pd.DataFrame:
    answered = threads[threads["first_response_seconds"].notna()]
    closed = threads[threads["status"] == "closed"]
    columns = ["thread_id", "agent_id", "created_date"]
    answered = answered.rename(columns={"first_responder_id": "agent_id"})
    closed = closed.rename(columns={"closer_agent_id": "agent_id"})
    # Null agents meet in a merge as equals do.
    return answered[[*columns, "first_response_seconds"]].merge(
        closed[[*columns, "closing_seconds"]], on=columns, how="outer"
    )


def _agent_names(files: Landed) -> pd.Series:
    records = _read(files, "agents").sort_values(["updated_at", *VERSION_ORDER])
    return records.drop_duplicates("agent_id", keep="last").set_index("agent_id")["name"]


def _agent_days(
    threads: pd.DataFrame, messages: pd.DataFrame, ratings: pd.DataFrame
) -> pd.DataFrame:
    def count(table: pd.DataFrame, date: str, agent: str, **numbers: Any) -> pd.DataFrame:
        keyed = pd.DataFrame({"date": table[date], "agent": table[agent].fillna("")})
        values = keyed.assign(**numbers)
        return values.groupby(["date", "agent"], sort=False).sum()

    counted = messages[messages["is_counted"]]
    closed = threads[threads["closed_date"].notna()]
    settled = closed.assign(settled_date=closed[["closed_date", "created_date"]].max(axis=1))
    sent = counted[counted["author_type"] == "agent"]
    parts = [
        count(
            threads, "created_date", "assigned_agent_id", new_threads=1,
            thread_messages=threads["messages"], labeled_threads=threads["is_labeled"],
            unanswered_threads=threads["is_unanswered"],
            agent_started_threads=threads["is_agent_started"],
            closed_threads=threads["status"] == "closed",
        ),
        count(
            threads[threads["first_response_seconds"].notna()], "created_date",
            "first_responder_id", responded_threads=1,
        ),
        count(closed, "closed_date", "assigned_agent_id", threads_closed=1),
        count(settled, "settled_date", "assigned_agent_id", threads_settled=1),
        count(
            counted, "sent_date", "assigned_agent_id", messages=1,
            user_messages=counted["author_type"] == "user",
            agent_messages=counted["author_type"] == "agent",
        ),
        count(sent, "sent_date", "agent_id", messages_sent=1),
        count(ratings, "rated_date", "agent_id", ratings=1, score_sum=ratings["score"]),
    ]  # fmt: skip
    return pd.concat(parts, axis=1).fillna(0).astype("int64").reset_index()


def _user_days(threads: pd.DataFrame, messages: pd.DataFrame) -> pd.DataFrame:
    started = threads.loc[threads["user_id"].notna(),
                          ["assigned_agent_id", "user_id", "created_date"]]  # fmt: skip
    written = messages.loc[messages["is_counted"] & messages["user_id"].notna(),
                           ["assigned_agent_id", "user_id", "sent_date"]]  # fmt: skip
    columns = ["agent", "user", "date"]
    days = pd.concat([started.set_axis(columns, axis=1), written.set_axis(columns, axis=1)])
    days["agent"] = days["agent"].fillna("").astype("category")
    days["user"] = pd.factorize(days["user"])[0]
    return days.drop_duplicates()


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


def _mart(
    grain: str,
    by_agent: bool,
    days: pd.DataFrame,
    user_days: pd.DataFrame,
    timings: pd.DataFrame,
    as_of: pd.Timestamp,
    names: pd.Series,
) -> pd.DataFrame:
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


def _label_mart(grain: str, labels: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
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


def _cards(days: pd.DataFrame, user_days: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
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


def _write(folder: Path, name: str, table: pd.DataFrame) -> None:
    table.to_parquet(folder / f"{name}.parquet", index=False, compression="snappy")
