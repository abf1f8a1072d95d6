"""The same facts and marts in polars: lazy queries, the streaming engine, Parquet out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from lab.bench.landed import GRAINS, Landed, landed, output_folder
from lab.bench.peer_polars_marts import NUMBERS, cards_of, label_mart, mart_of
from lab.bench.sizes import TIMEZONE

VERSION_ORDER = ["export_date", "file_name", "row_number"]


def rebuild(home: str, target: str) -> dict[str, Any]:
    """Writes every fact and mart as a Parquet file into the folder target."""
    files = landed(home)
    folder = output_folder(target)
    threads = _threads(files).collect(engine="streaming")
    _messages(files, threads).sink_parquet(folder / "fct_messages.parquet", compression="snappy")
    messages = pl.scan_parquet(folder / "fct_messages.parquet")
    ratings = _ratings(files, threads)
    threads = _with_messages(threads, messages)
    timings = _timings(threads)
    labels = (
        threads.lazy()
        .filter(pl.col("is_labeled"))
        .select("thread_id", pl.col("labels").alias("label"), "assigned_agent_id", "created_date")
        .explode("label")
        .collect()
    )
    for name, table in (
        ("fct_threads", threads.drop("labels")),
        ("fct_ratings", ratings),
        ("fct_agent_timings", timings),
        ("fct_thread_labels", labels),
    ):
        _write(folder, name, table)
    days = _agent_days(threads, messages, ratings)
    user_days = _user_days(threads, messages)
    names = _agent_names(files)
    for mart, grain in GRAINS.items():
        for by_agent in (False, True):
            table = mart_of(grain, by_agent, days, user_days, timings, files.as_of_date, names)
            _write(folder, f"mart_{'agents' if by_agent else 'inbox'}_{mart}", table)
        _write(folder, f"mart_labels_{mart}", label_mart(grain, labels, files.as_of_date))
    _write(folder, "mart_inbox_cards", cards_of(days, user_days, files.as_of_date))
    return {"threads": threads.height}


def _scan(files: Landed, entity: str) -> pl.LazyFrame:
    return pl.scan_parquet(files.paths[entity], hive_partitioning=False)


def _local_date(instant: str) -> pl.Expr:
    return pl.col(instant).dt.convert_time_zone(TIMEZONE).dt.date()


def _latest(records: pl.LazyFrame, key: str, version: pl.Expr) -> pl.LazyFrame:
    """The current record of each key; only keys that repeat are sorted."""
    repeated = records.group_by(key).len().filter(pl.col("len") > 1).select(key)
    repeated = repeated.collect(engine="streaming").lazy()
    latest = (
        records.join(repeated, on=key, how="semi")
        .with_columns(version.alias("version_at"), pl.col("file_name").cast(pl.String))
        .sort("version_at", *VERSION_ORDER)
        .unique(key, keep="last", maintain_order=True)
        .drop("version_at")
    )
    single = records.join(repeated, on=key, how="anti")
    single = single.with_columns(pl.col("file_name").cast(pl.String))
    both = pl.concat([single, latest]).filter(pl.col("deleted_at").is_null())
    return both.drop("deleted_at", *VERSION_ORDER)


def _threads(files: Landed) -> pl.LazyFrame:
    is_closed = pl.col("status") == "closed"
    closed_at = pl.when(is_closed).then("closed_at")
    return (
        _latest(_scan(files, "threads"), "thread_id", pl.col("updated_at"))
        .with_columns(
            closed_at.alias("closed_at"),
            pl.col("channel").fill_null("unknown"),
            pl.col("reopen_count").fill_null(0),
            _local_date("created_at").alias("created_date"),
            pl.col("labels").list.len().fill_null(0).cast(pl.Int64).alias("labels_count"),
            pl.when(is_closed)
            .then(pl.coalesce("closed_by_agent_id", "assigned_agent_id"))
            .alias("closer_agent_id"),
        )
        .with_columns(
            _local_date("closed_at").alias("closed_date"),
            (pl.col("labels_count") > 0).alias("is_labeled"),
            (is_closed & (pl.col("closed_at") < pl.col("created_at"))).alias(
                "is_time_inconsistent"
            ),
            pl.when(is_closed & (pl.col("closed_at") >= pl.col("created_at")))
            .then((pl.col("closed_at") - pl.col("created_at")).dt.total_microseconds() / 1e6)
            .alias("closing_seconds"),
        )
    )


def _messages(files: Landed, threads: pl.DataFrame) -> pl.LazyFrame:
    version = pl.coalesce("updated_at", "sent_at")
    is_user, is_agent = pl.col("author_type") == "user", pl.col("author_type") == "agent"
    told = threads.lazy().select(
        "thread_id", pl.col("created_date").alias("thread_created_date"), "assigned_agent_id"
    )
    return (
        _latest(_scan(files, "messages"), "message_id", version)
        .with_columns(
            pl.col("is_private").fill_null(False),
            pl.when(is_user).then("author_id").alias("user_id"),
            pl.when(is_agent).then("author_id").alias("agent_id"),
            _local_date("sent_at").alias("sent_date"),
        )
        .with_columns(((is_user | is_agent) & ~pl.col("is_private")).alias("is_counted"))
        .drop("author_id", "updated_at")
        .join(told, on="thread_id", how="inner")
    )


def _ratings(files: Landed, threads: pl.DataFrame) -> pl.DataFrame:
    told = threads.lazy().select(
        "thread_id", "user_id", "closed_by_agent_id", "assigned_agent_id",
        pl.col("created_date").alias("thread_created_date"),
    )  # fmt: skip
    return (
        _latest(_scan(files, "ratings"), "rating_id", pl.coalesce("updated_at", "rated_at"))
        .drop("updated_at")
        .with_columns(_local_date("rated_at").alias("rated_date"))
        .join(told, on="thread_id", how="left")
        .with_columns(pl.coalesce("agent_id", "closed_by_agent_id", "assigned_agent_id"))
        .drop("closed_by_agent_id", "assigned_agent_id")
        .collect(engine="streaming")
    )


def _with_messages(threads: pl.DataFrame, messages: pl.LazyFrame) -> pl.DataFrame:
    counted = messages.filter("is_counted")
    is_user, is_agent = pl.col("author_type") == "user", pl.col("author_type") == "agent"
    totals = counted.group_by("thread_id").agg(
        is_user.sum().cast(pl.Int64).alias("user_messages"),
        is_agent.sum().cast(pl.Int64).alias("agent_messages"),
        pl.col("sent_at").filter(is_user).min().alias("first_user_message_at"),
        pl.col("sent_at").filter(is_agent).min().alias("first_agent_message_at"),
    )
    totals = totals.collect(engine="streaming").lazy()
    first = (
        counted.filter(is_agent)
        .select("thread_id", "message_id", "agent_id", "sent_at")
        .join(
            totals.select("thread_id", pl.col("first_agent_message_at").alias("sent_at")),
            on=["thread_id", "sent_at"],
            how="semi",
        )
        .group_by("thread_id")
        .agg(pl.col("agent_id").sort_by("message_id").first().alias("first_agent_id"))
    )
    asked_at, answered_at = pl.col("first_user_message_at"), pl.col("first_agent_message_at")
    started = answered_at.is_not_null() & (asked_at.is_null() | (answered_at < asked_at))
    return (
        threads.lazy()
        .join(totals, on="thread_id", how="left")
        .join(first, on="thread_id", how="left")
        .with_columns(
            pl.col("user_messages", "agent_messages").fill_null(0),
            started.fill_null(False).alias("is_agent_started"),
        )
        .with_columns(
            (pl.col("user_messages") + pl.col("agent_messages")).alias("messages"),
            pl.when(~pl.col("is_agent_started")).then(answered_at).alias("first_response_at"),
            pl.when(~pl.col("is_agent_started")).then("first_agent_id").alias("first_responder_id"),
        )
        .with_columns(
            ((pl.col("first_response_at") - asked_at).dt.total_microseconds() / 1e6).alias(
                "first_response_seconds"
            ),
            (
                (pl.col("user_messages") > 0)
                & ~pl.col("is_agent_started")
                & pl.col("first_response_at").is_null()
            ).alias("is_unanswered"),
        )
        .drop("first_agent_message_at", "first_agent_id")
        .collect(engine="streaming")
    )


def _timings(threads: pl.DataFrame) -> pl.DataFrame:
    key = ["thread_id", "agent_id", "created_date"]
    answered = threads.lazy().filter(pl.col("first_response_seconds").is_not_null())
    closed = threads.lazy().filter(pl.col("status") == "closed")
    return (
        answered.rename({"first_responder_id": "agent_id"})
        .select(*key, "first_response_seconds")
        .join(
            closed.rename({"closer_agent_id": "agent_id"}).select(*key, "closing_seconds"),
            on=key,
            how="full",
            coalesce=True,
            nulls_equal=True,
        )
        .collect(engine="streaming")
    )


def _agent_names(files: Landed) -> pl.DataFrame:
    return (
        _scan(files, "agents")
        .with_columns(pl.col("file_name").cast(pl.String))
        .sort("updated_at", *VERSION_ORDER)
        .unique("agent_id", keep="last", maintain_order=True)
        .select("agent_id", pl.col("name").alias("agent_name"))
        .collect()
    )


def _agent_days(
    threads: pl.DataFrame, messages: pl.LazyFrame, ratings: pl.DataFrame
) -> pl.DataFrame:
    def count(
        table: pl.LazyFrame, day: str | pl.Expr, agent: str, **numbers: pl.Expr
    ) -> pl.LazyFrame:
        dated = pl.col(day) if isinstance(day, str) else day
        totals = [value.cast(pl.Int64).alias(name) for name, value in numbers.items()]
        zeros = [pl.lit(0, pl.Int64).alias(name) for name in NUMBERS if name not in numbers]
        grouped = table.group_by(dated.alias("date"), pl.col(agent).alias("agent")).agg(*totals)
        return grouped.with_columns(*zeros).select("date", "agent", *NUMBERS)

    every = threads.lazy()
    closed = every.filter(pl.col("closed_date").is_not_null())
    counted = messages.filter("is_counted")
    is_agent = pl.col("author_type") == "agent"
    parts = [
        count(
            every, "created_date", "assigned_agent_id", new_threads=pl.len(),
            thread_messages=pl.col("messages").sum(), labeled_threads=pl.col("is_labeled").sum(),
            unanswered_threads=pl.col("is_unanswered").sum(),
            agent_started_threads=pl.col("is_agent_started").sum(),
            closed_threads=(pl.col("status") == "closed").sum(),
        ),
        count(
            every.filter(pl.col("first_response_seconds").is_not_null()), "created_date",
            "first_responder_id", responded_threads=pl.len(),
        ),
        count(closed, "closed_date", "assigned_agent_id", threads_closed=pl.len()),
        count(
            closed, pl.max_horizontal("closed_date", "created_date"), "assigned_agent_id",
            threads_settled=pl.len(),
        ),
        count(
            counted, "sent_date", "assigned_agent_id", messages=pl.len(),
            user_messages=(pl.col("author_type") == "user").sum(), agent_messages=is_agent.sum(),
        ),
        count(counted.filter(is_agent), "sent_date", "agent_id", messages_sent=pl.len()),
        count(
            ratings.lazy(), "rated_date", "agent_id", ratings=pl.len(),
            score_sum=pl.col("score").sum(),
        ),
    ]  # fmt: skip
    unioned = pl.concat(parts).group_by("date", "agent").agg(pl.col(NUMBERS).sum())
    return unioned.collect(engine="streaming")


def _user_days(threads: pl.DataFrame, messages: pl.LazyFrame) -> pl.DataFrame:
    columns = [pl.col("assigned_agent_id").alias("agent"), pl.col("user_id").alias("user")]
    started = threads.lazy().select(*columns, pl.col("created_date").alias("date"))
    written = messages.filter("is_counted").select(*columns, pl.col("sent_date").alias("date"))
    days = pl.concat([started, written]).filter(pl.col("user").is_not_null()).unique()
    return days.collect(engine="streaming").with_columns(pl.col("user").rank("dense"))


def _write(folder: Path, name: str, table: pl.DataFrame) -> None:
    table.write_parquet(folder / f"{name}.parquet", compression="snappy")
