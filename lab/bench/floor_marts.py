"""The floor's marts and cards, by SQL on its facts and on the days added up."""

from __future__ import annotations

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


def _period(day: str, grain: str) -> str:
    return day if grain == "day" else f"cast(date_trunc('{grain}', {day}) as date)"


def marts(mart: str, grain: str) -> list[tuple[str, str]]:
    """The marts of a grain, from those of a finer one."""
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


def cards() -> list[tuple[str, str]]:
    """The cards of the 30 days to the last one."""
    named = (
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
        for order, (metric, label) in enumerate(named, start=1)
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
