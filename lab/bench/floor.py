"""The floor: the same facts and marts by SQL written by hand, straight on the landed Parquet.

No window and no self-join over messages; messages meet the conversations once, and from then on
conversations, agents and users are small integers. It keeps the warehouse's rules (versions, ties,
tombstones, local days), but none of its means: no incremental state, no tests, no contracts.
"""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Any

import duckdb

from lab.bench.landed import GRAINS, Landed, landed, offset_changes, output_folder
from lab.bench.worker import cpu_seconds

# Beyond what the marts need: what the functions for any range read.
RANGE_TABLES = ("fct_agent_user_days", "fct_user_days")

ADDITIVE = (
    "new_threads", "messages", "user_messages", "agent_messages", "thread_messages",
    "labeled_threads", "ratings", "responded_threads", "unanswered_threads",
    "agent_started_threads", "closed_threads", "threads_closed", "messages_sent",
)  # fmt: skip
TIMINGS = (
    "first_response_seconds_median", "first_response_seconds_p90",
    "closing_seconds_median", "closing_seconds_p90",
)  # fmt: skip
INBOX_NUMBERS = (
    "new_threads", "messages", "user_messages", "agent_messages", "thread_messages",
    "unique_users", "new_users", "labeled_threads", "ratings", "average_rating", *TIMINGS,
    "responded_threads", "unanswered_threads", "agent_started_threads", "closed_threads",
    "threads_closed", "open_threads",
)  # fmt: skip


def rebuild(home: str, target: str, threads: int = 2, memory: str = "14GB") -> dict[str, Any]:
    """Builds every table into target/floor.duckdb; what the marts and the range tables cost."""
    folder = output_folder(target)
    connection = duckdb.connect(str(folder / "floor.duckdb"))
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"set threads = {threads}")
    connection.execute(f"set memory_limit = '{memory}'")
    connection.execute(f"set temp_directory = '{folder / 'spill'}'")
    connection.execute("set preserve_insertion_order = true")
    steps: dict[str, float] = {}
    for name, sql in _statements(landed(home)):
        cpu, wall = cpu_seconds(), time.perf_counter()
        connection.execute(sql)
        for key, cost in (
            (name, cpu_seconds() - cpu),
            (f"{name}_wall", time.perf_counter() - wall),
        ):
            steps[key] = round(steps.get(key, 0.0) + cost, 3)
    connection.close()
    return {
        "range_tables_cpu_seconds": round(sum(steps[name] for name in RANGE_TABLES), 3),
        "range_tables_wall_seconds": round(sum(steps[f"{name}_wall"] for name in RANGE_TABLES), 3),
        "cpu_seconds_by_step": {k: v for k, v in steps.items() if not k.endswith("_wall")},
    }


def _statements(files: Landed) -> list[tuple[str, str]]:
    start = files.as_of_date - timedelta(days=366 * 30)
    statements = [*_facts(files, start), *_days(files)]
    for mart, grain in GRAINS.items():
        statements += _marts(mart, grain)
    return [*statements, *_cards(), *_range_tables()]


def _read(files: Landed, entity: str) -> str:
    listed = ", ".join(f"'{path}'" for path in files.paths[entity])
    return f"read_parquet([{listed}])"


def _tree(instant: str, changes: list[tuple[int, int]]) -> str:
    """The offset in microseconds, by a search tree over the changes."""
    if len(changes) == 1:
        return str(changes[0][1] * 1_000_000)
    middle = len(changes) // 2
    return (
        f"case when epoch_us({instant}) < {changes[middle][0] * 1_000_000} "
        f"then {_tree(instant, changes[:middle])} else {_tree(instant, changes[middle:])} end"
    )


def _facts(files: Landed, start: date) -> list[tuple[str, str]]:
    changes = offset_changes(start, files.as_of_date + timedelta(days=366))

    def local(instant: str) -> str:
        return (
            f"date '1970-01-01' + cast((epoch_us({instant}) + {_tree(instant, changes)}) "
            "// 86400000000 as integer)"
        )

    def version_key(version: str) -> str:
        """One integer that orders versions of a key, and that no two rows share."""
        file = "0"
        if len(files.file_names) > 1:
            ranks = " ".join(
                f"when '{name}' then {rank}" for rank, name in enumerate(files.file_names)
            )
            file = f"case file_name {ranks} end"
        return (
            f"cast(epoch_us({version}) as hugeint) * 18446744073709551616 "
            "+ cast((export_date - date '1970-01-01') * 281474976710656 "
            f"+ ({file}) * 4294967296 as hugeint) + row_number"
        )

    threads = _read(files, "threads")
    messages = _read(files, "messages")
    ratings = _read(files, "ratings")
    message_version = version_key("coalesce(updated_at, sent_at)")
    rating_version = version_key("coalesce(updated_at, rated_at)")
    agent_records = (
        f"select agent_id, name, team, is_active from {_read(files, 'agents')} qualify "
        f"row_number() over (partition by agent_id order by {version_key('updated_at')} desc) = 1"
        if files.paths["agents"]
        else "select null::varchar agent_id, null::varchar name, null::varchar team, "
        "true is_active where false"
    )
    message_columns = f"""
        m.message_id, m.thread_id,
        case when m.author_type = 'user' then m.author_id end as user_id,
        case when m.author_type = 'agent' then m.author_id end as agent_id,
        m.author_type, m.sent_at, {local("m.sent_at")} as sent_date,
        t.created_date as thread_created_date, t.assigned_agent_id,
        coalesce(m.is_private, false) as is_private,
        m.author_type in ('user', 'agent') and not coalesce(m.is_private, false) as is_counted,
        m.body_length, t.thread_number,
        case
            when m.author_type = 'user' and not coalesce(m.is_private, false)
                and m.author_id = t.user_id
            then t.agent_user_key + ({local("m.sent_at")} - date '1900-01-01')
        end as agent_user_day
    """
    return [
        (
            "threads_now",
            f"""
            create temp table thread_versions_now as
            select max({version_key("updated_at")}) as version_key
            from {threads} group by thread_id
            """,
        ),
        (
            "threads_now",
            f"""
            create temp table current_threads as
            select
                thread_id, coalesce(channel, 'unknown') as channel, user_id, assigned_agent_id,
                closed_by_agent_id, status, labels, coalesce(reopen_count, 0) as reopen_count,
                created_at, {local("created_at")} as created_date,
                case when status = 'closed' then closed_at end as closed_at, first_closed_at
            from {threads} as versions
            semi join thread_versions_now
                on {version_key("updated_at")} = thread_versions_now.version_key
            where deleted_at is null
            """,
        ),
        (
            "threads_now",
            """
            create temp table users as
            select user_id, row_number() over () as user_number
            from (select distinct user_id from current_threads where user_id is not null)
            """,
        ),
        (
            "threads_now",
            """
            create temp table assignees as
            select assigned_agent_id, row_number() over () as agent_number
            from (select distinct assigned_agent_id from current_threads)
            """,
        ),
        (
            # A day of an agent and a user is one integer: agents, 32 bits of users, 17 of days.
            "threads_now",
            f"""
            create temp table threads_now as
            select
                current_threads.*,
                current_threads.rowid as thread_number,
                agent_number * 562949953421312 + user_number * 131072 as agent_user_key,
                {local("closed_at")} as closed_date
            from current_threads
            left join assignees using (assigned_agent_id)
            left join users using (user_id)
            where current_threads.assigned_agent_id is not null
            union all
            select
                current_threads.*,
                current_threads.rowid as thread_number,
                agent_number * 562949953421312 + user_number * 131072 as agent_user_key,
                {local("closed_at")} as closed_date
            from current_threads
            left join users using (user_id)
            cross join (select agent_number from assignees where assigned_agent_id is null)
            where current_threads.assigned_agent_id is null
            """,
        ),
        (
            "fct_messages",
            f"""
            create temp table repeated_messages as
            select hash(message_id) as message_hash
            from {messages} group by 1 having count(*) > 1
            """,
        ),
        (
            "fct_messages",
            f"""
            create table fct_messages as
            select {message_columns}
            from {messages} as m
            left join threads_now as t on m.thread_id = t.thread_id
            anti join repeated_messages on hash(m.message_id) = repeated_messages.message_hash
            where m.deleted_at is null
            """,
        ),
        (
            "fct_messages",
            f"""
            insert into fct_messages
            with versions as (
                select *, {message_version} as version_key from {messages} as m
                semi join repeated_messages on hash(m.message_id) = repeated_messages.message_hash
            ),
            latest as (select max(version_key) as version_key from versions group by message_id)
            select {message_columns}
            from versions as m
            semi join latest on m.version_key = latest.version_key
            left join threads_now as t on m.thread_id = t.thread_id
            where m.deleted_at is null
            """,
        ),
        (
            "fct_ratings",
            f"""
            create temp table ratings_now as
            select * from {ratings}
            qualify row_number() over (partition by rating_id order by {rating_version} desc) = 1
            """,
        ),
        (
            "dim_agents",
            f"""
            create table dim_agents as
            with records as ({agent_records}),
            named as (
                select agent_id from records
                union select assigned_agent_id from threads_now
                union select closed_by_agent_id from threads_now
                union select agent_id from fct_messages
                union select agent_id from ratings_now where deleted_at is null
            )
            select agent_id, coalesce(name, agent_id) as name, team,
                coalesce(is_active, true) as is_active
            from named left join records using (agent_id) where agent_id is not null
            order by agent_id
            """,
        ),
        ("fct_messages", "delete from fct_messages where thread_number is null"),
        (
            "fct_threads",
            """
            create temp table thread_messages as
            select
                thread_number,
                count(*) as messages,
                count(*) filter (author_type = 'user') as user_messages,
                min(case when author_type = 'user' then sent_at end) as first_user_message_at,
                min(case when author_type = 'agent' then sent_at end) as first_agent_message_at
            from fct_messages where is_counted group by thread_number
            """,
        ),
        (
            # Of two answers at one instant, the one whose message_id comes first.
            "fct_threads",
            """
            create temp table first_agents as
            select m.thread_number, arg_min_null(m.agent_id, m.message_id) as first_agent_id
            from fct_messages as m
            join thread_messages as t
                on m.thread_number = t.thread_number and m.sent_at = t.first_agent_message_at
            where m.author_type = 'agent' and m.is_counted
            group by m.thread_number
            """,
        ),
        (
            "fct_threads",
            """
            create table fct_threads as
            with joined as (
                select t.*, coalesce(m.messages, 0) as messages,
                    coalesce(m.user_messages, 0) as user_messages,
                    m.first_user_message_at, m.first_agent_message_at, f.first_agent_id,
                    coalesce(m.first_agent_message_at < m.first_user_message_at, false)
                    or (m.first_agent_message_at is not null and m.first_user_message_at is null)
                        as is_agent_started
                from threads_now as t
                left join thread_messages as m using (thread_number)
                left join first_agents as f using (thread_number)
            )
            select
                thread_id, channel, user_id, assigned_agent_id,
                case when status = 'closed' then coalesce(closed_by_agent_id, assigned_agent_id) end
                    as closer_agent_id,
                case when not is_agent_started then first_agent_id end as first_responder_id,
                status, created_at, created_date, closed_at, closed_date, first_closed_at,
                first_user_message_at,
                case when not is_agent_started then first_agent_message_at end as first_response_at,
                case when not is_agent_started then cast(
                    (epoch_us(first_agent_message_at) - epoch_us(first_user_message_at)) / 1000000
                    as double
                ) end as first_response_seconds,
                case when status = 'closed' and closed_at >= created_at then
                    cast((epoch_us(closed_at) - epoch_us(created_at)) / 1000000 as double)
                end as closing_seconds,
                reopen_count, messages, user_messages, messages - user_messages as agent_messages,
                coalesce(len(labels), 0) as labels_count,
                coalesce(len(labels), 0) > 0 as is_labeled,
                is_agent_started,
                user_messages > 0 and not is_agent_started and first_agent_message_at is null
                    as is_unanswered,
                status = 'closed' and closed_at < created_at as is_time_inconsistent,
                agent_user_key
            from joined
            """,
        ),
        (
            "fct_ratings",
            f"""
            create table fct_ratings as
            select r.rating_id, r.thread_id, t.user_id,
                coalesce(r.agent_id, t.closed_by_agent_id, t.assigned_agent_id) as agent_id,
                r.score, r.rated_at, {local("r.rated_at")} as rated_date,
                t.created_date as thread_created_date
            from ratings_now as r left join threads_now as t on r.thread_id = t.thread_id
            where r.deleted_at is null
            """,
        ),
        (
            "fct_thread_labels",
            """
            create table fct_thread_labels as
            select thread_id, unnest(labels) as label, assigned_agent_id, created_date
            from threads_now where len(labels) > 0
            """,
        ),
        (
            "fct_agent_timings",
            """
            create table fct_agent_timings as
            with marked as (
                select thread_id, created_date, first_responder_id, closer_agent_id,
                    first_response_seconds, closing_seconds, status = 'closed' as is_closed,
                    first_response_seconds is not null as is_responded,
                    first_responder_id is not distinct from closer_agent_id as is_one
                from fct_threads
            )
            select thread_id, first_responder_id as agent_id, created_date, first_response_seconds,
                case when is_closed and is_one then closing_seconds end as closing_seconds
            from marked where is_responded
            union all
            select thread_id, closer_agent_id, created_date, null, closing_seconds
            from marked where is_closed and not (is_responded and is_one)
            """,
        ),
    ]


def _days(files: Landed) -> list[tuple[str, str]]:
    parts = {
        "select created_date as activity_date, assigned_agent_id as agent_id, "
        "count(*) as new_threads, sum(messages) as thread_messages, "
        "count(*) filter (is_labeled) as labeled_threads, "
        "count(*) filter (is_unanswered) as unanswered_threads, "
        "count(*) filter (is_agent_started) as agent_started_threads, "
        "count(*) filter (status = 'closed') as closed_threads "
        "from fct_threads group by 1, 2": (
            "new_threads", "thread_messages", "labeled_threads", "unanswered_threads",
            "agent_started_threads", "closed_threads",
        ),
        "select created_date as activity_date, first_responder_id as agent_id, "
        "count(*) as responded_threads "
        "from fct_threads where first_response_seconds is not null group by 1, 2": (
            "responded_threads",
        ),
        "select closed_date as activity_date, assigned_agent_id as agent_id, "
        "count(*) as threads_closed from fct_threads where closed_date is not null group by 1, 2": (
            "threads_closed",
        ),
        "select greatest(closed_date, created_date) as activity_date, "
        "assigned_agent_id as agent_id, count(*) as threads_settled "
        "from fct_threads where closed_date is not null group by 1, 2": ("threads_settled",),
        "select sent_date as activity_date, assigned_agent_id as agent_id, count(*) as messages, "
        "count(*) filter (author_type = 'user') as user_messages, "
        "count(*) filter (author_type = 'agent') as agent_messages "
        "from fct_messages where is_counted group by 1, 2": (
            "messages", "user_messages", "agent_messages",
        ),
        "select sent_date as activity_date, agent_id, count(*) as messages_sent "
        "from fct_messages where is_counted and author_type = 'agent' group by 1, 2": (
            "messages_sent",
        ),
        "select rated_date as activity_date, agent_id, count(*) as ratings, "
        "sum(score) as score_sum from fct_ratings group by 1, 2": ("ratings", "score_sum"),
    }  # fmt: skip
    everything = (*ADDITIVE, "score_sum", "threads_settled")
    unioned = " union all ".join(
        "select activity_date, agent_id, "
        + ", ".join(f"{n if n in numbers else 0} as {n}" for n in everything)
        + f" from ({select})"
        for select, numbers in parts.items()
    )
    sums = ", ".join(f"sum({n})::bigint as {n}" for n in everything)
    return [
        (
            "fct_agent_days",
            f"create table fct_agent_days as select activity_date, agent_id, {sums} "
            f"from ({unioned}) group by 1, 2 order by 1, 2",
        ),
        (
            # Users who write in others' conversations are numbered after those of conversations.
            "user_days",
            """
            create temp table other_messages as
            select assigned_agent_id, user_id, sent_date from fct_messages
            where is_counted and user_id is not null and agent_user_day is null
            """,
        ),
        (
            "user_days",
            """
            insert into users
            select user_id, (select coalesce(max(user_number), 0) from users) + row_number() over ()
            from (select distinct user_id from other_messages anti join users using (user_id))
            """,
        ),
        (
            "user_days",
            """
            create temp table agent_user_days as
            with packed as (
                select distinct agent_user_day from (
                    select agent_user_day from fct_messages where agent_user_day is not null
                    union all
                    select agent_user_key + (created_date - date '1900-01-01')
                    from fct_threads where agent_user_key is not null
                    union all
                    select agent_number * 562949953421312 + user_number * 131072
                        + (sent_date - date '1900-01-01')
                    from other_messages
                    join users using (user_id)
                    join assignees
                        on other_messages.assigned_agent_id
                            is not distinct from assignees.assigned_agent_id
                )
            )
            select
                cast(agent_user_day >> 49 as smallint) as agent_number,
                cast((agent_user_day >> 17) & 4294967295 as integer) as user_number,
                date '1900-01-01' + cast(agent_user_day & 131071 as integer) as active_date
            from packed
            """,
        ),
        (
            "user_days",
            "create temp table user_days as "
            "select distinct user_number, active_date from agent_user_days",
        ),
        (
            "user_days",
            "create temp table new_users as select min(active_date) as active_date "
            "from user_days group by user_number",
        ),
        (
            "dim_report",
            f"""
            create table dim_report as
            select date '{files.as_of_date}' as as_of_date, min(activity_date) as first_date,
                greatest(max(activity_date), date '{files.as_of_date}') as last_date
            from fct_agent_days
            """,
        ),
        ("fct_messages", "alter table fct_messages drop column agent_user_day"),
        ("fct_messages", "alter table fct_messages drop column thread_number"),
        ("fct_threads", "alter table fct_threads drop column agent_user_key"),
    ]


def _period(day: str, grain: str) -> str:
    return day if grain == "day" else f"cast(date_trunc('{grain}', {day}) as date)"


def _marts(mart: str, grain: str) -> list[tuple[str, str]]:
    finer = {"day": None, "week": "day", "month": "day", "year": "month"}[grain]
    users = (
        "agent_user_days" if finer is None else f"agent_users_{finer}",
        "user_days" if finer is None else f"users_{finer}",
    )
    statements = []
    if grain == "day":
        statements += [
            ("marts", "create temp view agent_users_day as from agent_user_days"),
            ("marts", "create temp view users_day as from user_days"),
        ]
    else:
        day = _period("active_date", grain)
        statements += [
            (
                "marts",
                f"create temp table agent_users_{grain} as select distinct agent_number, "
                f"user_number, {day} as active_date from {users[0]}",
            ),
            (
                "marts",
                f"create temp table users_{grain} as select distinct user_number, "
                f"{day} as active_date from {users[1]}",
            ),
        ]
    for by_agent in (False, True):
        statements.append(
            (
                f"mart_{'agents' if by_agent else 'inbox'}_{mart}",
                _mart(mart, grain, by_agent),
            )
        )
    statements.append(
        (
            f"mart_labels_{mart}",
            f"""
            create table mart_labels_{mart} as
            with counts as (
                select {_period("created_date", grain)} as period_start_date, label,
                    count(*) as new_threads
                from fct_thread_labels group by 1, 2
            )
            select period_start_date,
                cast(period_start_date + interval 1 {grain} - interval 1 day as date)
                    as period_end_date,
                period_end_date <= (select as_of_date from dim_report) as is_complete,
                label, new_threads,
                row_number() over (
                    partition by period_start_date order by new_threads desc, label
                ) as rank
            from counts order by period_start_date, rank
            """,
        )
    )
    return statements


def _mart(mart: str, grain: str, by_agent: bool) -> str:
    key = "coalesce(agent_id, '')" if by_agent else "''"
    user_key = "coalesce(assigned_agent_id, '')" if by_agent else "''"
    users = (
        f"select {user_key} as agent_key, active_date as period_start_date, "
        f"count(*) as unique_users from agent_users_{grain} join assignees using (agent_number) "
        "group by 1, 2"
        if by_agent
        else "select '' as agent_key, active_date as period_start_date, count(*) as unique_users "
        f"from users_{grain} group by 2"
    )
    numbers = [n for n in INBOX_NUMBERS if not (by_agent and n == "new_users")]
    columns = {
        **{n: f"coalesce({n}, 0)::bigint" for n in (*ADDITIVE, "unique_users", "new_users")},
        "average_rating": "score_sum::double / nullif(ratings, 0)",
        **{n: f"quantiles.{n.rsplit('_', 1)[0]}[{1 + n.endswith('p90')}]" for n in TIMINGS},
        "open_threads": "coalesce(sum(backlog_change) over ("
        "partition by agent_key order by period_start_date), 0)::bigint",
    }
    shown = [f"{columns[n]} as {n}" for n in numbers]
    sums = ", ".join(f"sum({n})::bigint as {n}" for n in (*ADDITIVE, "score_sum"))
    any_above_zero = " or ".join(
        [f"{n} > 0" for n in (*ADDITIVE, "open_threads", "unique_users")]
        + [f"{n} is not null" for n in ("first_response_seconds_median", "closing_seconds_median")]
    )
    name = "mart_agents" if by_agent else "mart_inbox"
    agent = (
        "nullif(agent_key, '') as agent_id, coalesce(dim_agents.name, 'Unassigned') as agent_name,"
        if by_agent
        else ""
    )
    sent = ", coalesce(messages_sent, 0)::bigint as messages_sent" if by_agent else ""
    join_agents = "left join dim_agents on agent_key = dim_agents.agent_id" if by_agent else ""
    return f"""
        create table {name}_{mart} as
        with report as (
            select *, least(as_of_date, last_date) as backlog_date from dim_report
        ),
        periods as (
            select distinct {_period("cast(day as date)", grain)} as period_start_date
            from (
                select unnest(generate_series(
                    first_date::timestamp, last_date::timestamp, interval 1 day
                )) as day from report
            )
        ),
        sums as (
            select {key} as agent_key, {_period("activity_date", grain)} as period_start_date,
                {sums}
            from fct_agent_days group by 1, 2
        ),
        backlog as (
            select {key} as agent_key, {_period("activity_date", grain)} as period_start_date,
                sum(new_threads - threads_settled) as backlog_change
            from fct_agent_days, report where activity_date <= backlog_date group by 1, 2
        ),
        quantiles as (
            select {key} as agent_key, {_period("created_date", grain)} as period_start_date,
                quantile_cont(first_response_seconds, [0.5, 0.9]) as first_response_seconds,
                quantile_cont(closing_seconds, [0.5, 0.9]) as closing_seconds
            from fct_agent_timings group by 1, 2
        ),
        users as ({users}),
        first_users as (
            select '' as agent_key, {_period("active_date", grain)} as period_start_date,
                count(*) as new_users
            from new_users group by 2
        ),
        agents as (
            select {key} as agent_key, min(activity_date) as first_date
            from fct_agent_days group by 1
        ),
        agent_periods as (
            select period_start_date, agent_key from periods join agents
                on period_start_date + interval 1 {grain} > first_date
        ),
        final as (
            select period_start_date,
                cast(period_start_date + interval 1 {grain} - interval 1 day as date)
                    as period_end_date,
                period_end_date <= (select as_of_date from report) as is_complete,
                {agent} {", ".join(shown)} {sent}
            from agent_periods
            left join sums using (agent_key, period_start_date)
            left join backlog using (agent_key, period_start_date)
            left join quantiles using (agent_key, period_start_date)
            left join users using (agent_key, period_start_date)
            left join first_users using (agent_key, period_start_date)
            {join_agents}
        )
        select * from final {"where " + any_above_zero if by_agent else ""}
        order by period_start_date {", agent_id nulls first" if by_agent else ""}
    """


def _cards() -> list[tuple[str, str]]:
    cards = (
        ("new_threads", "New threads"),
        ("messages", "Messages"),
        ("unique_users", "New inbox users"),
        ("labeled_threads", "Labeled threads"),
        ("average_rating", "Average rating"),
        ("ratings", "Ratings"),
    )
    rows = " union all ".join(
        f"select {order} as card_order, '{metric}' as metric, '{label}' as label, "
        f"as_of_date, current_start_date, c.{metric}::double as current_value, "
        f"previous_start_date, p.{metric}::double as previous_value from ranges, "
        "current_numbers as c, previous_numbers as p"
        for order, (metric, label) in enumerate(cards, start=1)
    )

    def numbers(first: str, last: str) -> str:
        return f"""
            select coalesce(sum(new_threads), 0) as new_threads,
                coalesce(sum(messages), 0) as messages,
                coalesce(sum(labeled_threads), 0) as labeled_threads,
                coalesce(sum(ratings), 0) as ratings,
                sum(score_sum)::double / nullif(sum(ratings), 0) as average_rating,
                (
                    select count(distinct user_number) from user_days, ranges
                    where active_date between {first} and {last}
                ) as unique_users
            from fct_agent_days, ranges where activity_date between {first} and {last}
        """

    return [
        (
            "mart_inbox_cards",
            f"""
            create table mart_inbox_cards as
            with ranges as (
                select as_of_date, as_of_date - 29 as current_start_date,
                    as_of_date - 59 as previous_start_date
                from dim_report
            ),
            current_numbers as ({numbers("current_start_date", "as_of_date")}),
            previous_numbers as ({numbers("previous_start_date", "current_start_date - 1")}),
            cards as ({rows})
            select *, current_value - previous_value as change,
                (current_value - previous_value) / nullif(previous_value, 0) as change_ratio
            from cards order by card_order
            """,
        )
    ]


def _range_tables() -> list[tuple[str, str]]:
    return [
        (
            "fct_agent_user_days",
            """
            create table fct_agent_user_days as
            select active_date, assigned_agent_id as agent_id, user_id,
                lag(active_date) over (partition by user_number, agent_number order by active_date)
                    as previous_active_date
            from agent_user_days join users using (user_number) join assignees using (agent_number)
            order by active_date
            """,
        ),
        (
            "fct_user_days",
            """
            create table fct_user_days as
            select active_date, user_id,
                lag(active_date) over (partition by user_number order by active_date)
                    as previous_active_date
            from user_days join users using (user_number)
            order by active_date
            """,
        ),
    ]
