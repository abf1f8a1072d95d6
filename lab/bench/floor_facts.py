"""The floor's facts, by SQL on the landed files."""

from __future__ import annotations

from datetime import date, timedelta

from lab.bench.landed import Landed, offset_changes


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


def facts(files: Landed, start: date) -> list[tuple[str, str]]:
    """The facts, each as the table that it is counted for and a statement."""
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
