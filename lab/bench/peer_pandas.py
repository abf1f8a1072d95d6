"""The same facts and marts in pandas, as one would write them: vectorised, no row of Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from lab.bench.landed import GRAINS, Landed, landed, output_folder
from lab.bench.peer_pandas_marts import cards_of, label_mart, mart_of
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
            table = mart_of(grain, by_agent, days, user_days, timings, as_of, names)
            _write(folder, f"mart_{'agents' if by_agent else 'inbox'}_{mart}", table)
        _write(folder, f"mart_labels_{mart}", label_mart(grain, labels, as_of))
    _write(folder, "mart_inbox_cards", cards_of(days, user_days, as_of))
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


def _write(folder: Path, name: str, table: pd.DataFrame) -> None:
    table.to_parquet(folder / f"{name}.parquet", index=False, compression="snappy")
