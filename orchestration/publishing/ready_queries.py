"""What is asked of marts and facts for the numbers of a scope: everyone, an agent, channel or team.

Belongs here: the queries, and what they are asked with. Does not: what is made of their rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.publishing.filters import Filters
from orchestration.publishing.published_days import MARTS

SUMS = (
    "new_threads",
    "messages",
    "labeled_threads",
    "ratings",
    "responded_threads",
    "closed_threads",
    "replies",
)
# Durations by the name of their numbers: the fact's name, and the day that they count on.
TIMED = {
    "first_response": ("first_response", "thread_created_date"),
    "closing": ("resolution", "thread_created_date"),
    "reply": ("reply", "ended_date"),
}
CLOCKS = ("seconds", "business_seconds")
# By a scope's column: the days of its users, and the day before on which each was active in it.
USER_DAYS = {
    "": ("fct_user_days", "previous_active_date"),
    "agent_id": ("fct_agent_user_days", "previous_active_date"),
    "channel": ("fct_user_activities", "previous_channel_date"),
    "team_id": ("fct_user_activities", "previous_team_date"),
}
QUANTILES = {"median": 0.5, "p90": 0.9}
TIMINGS = tuple(
    f"{name}_{clock}_{word}" for name in TIMED for clock in CLOCKS for word in QUANTILES
)
# The medians of an agent whose table is not asked for: a fifth of the rows of timings_of.
AGENT_MEDIANS = """
    select
        quantile_cont(first_response_seconds, 0.5) as first_response_seconds_median,
        quantile_cont(closing_seconds, 0.5) as closing_seconds_median
    from fct_agent_timings
    where created_date between $1 and $2 and agent_id is not distinct from nullif($3, '')
"""
# By agent and of all of them, whose row has no key: nobody's key is the empty text.
AGENTS = """
    with sums as (
        select
            agent_key, sum(new_threads) as new_threads, sum(messages_sent) as messages_sent,
            sum(ratings) as ratings, sum(score_sum) as score_sum
        from (select *, coalesce(agent_id, '') as agent_key from fct_agent_days)
        where activity_date between $1 and $2
        group by grouping sets ((agent_key), ())
    ),
    timings as (
        select
            agent_key, count(first_response_seconds) as first_responses,
            count(closing_seconds) as closings_timed,
            quantile_cont(first_response_seconds, 0.5) as first_response_seconds_median,
            quantile_cont(closing_seconds, 0.5) as closing_seconds_median
        from (select *, coalesce(agent_id, '') as agent_key from fct_agent_timings)
        where created_date between $1 and $2
        group by grouping sets ((agent_key), ())
    )
    select
        nullif(agent_key, '') as agent_id, agent_key is null as is_everyone,
        case when agent_key is not null then coalesce(name, 'Unassigned') end as agent_name,
        score_sum / nullif(ratings, 0) as average_rating, coalesce(ratings, 0)::bigint as ratings,
        first_response_seconds_median, closing_seconds_median,
        coalesce(new_threads, 0)::bigint as new_threads,
        coalesce(messages_sent, 0)::bigint as messages_sent, first_responses, closings_timed
    from (
        select
            coalesce(sums.agent_key, timings.agent_key) as agent_key,
            sums.* exclude (agent_key), timings.* exclude (agent_key)
        from sums
        full join timings on sums.agent_key is not distinct from timings.agent_key
    )
    left join dim_agents on agent_key = agent_id
    where
        agent_key is null or ratings > 0 or new_threads > 0 or messages_sent > 0
        or first_response_seconds_median is not null or closing_seconds_median is not null
    order by new_threads desc, agent_id asc nulls last
"""
# Quarters of an hour, as clocks change by whole ones.
HOURS = """
    with counted as (
        select epoch_us(sent_at) // 900000000 as quarter, count(*) as happened
        from fct_messages
        where is_counted and author_type = '{author}' and sent_date between $1 and $2 and {is_of}
        group by quarter
    ),
    quarters as (
        select unnest(range(epoch($1::date - 1)::bigint // 900, epoch($2::date + 2)::bigint // 900))
            as quarter
    ),
    local as (
        select quarter, timezone((select timezone from dim_report), to_timestamp(quarter * 900))
            as local_time
        from quarters
    )
    select
        local_time::date as date, isodow(local_time) as weekday, hour(local_time) as hour,
        count(*) / 4 as hours, coalesce(sum(happened), 0)::bigint as value
    from local
    left join counted on local.quarter = counted.quarter
    where local_time::date between $1 and $2
    group by all
"""


@dataclass(frozen=True)
class Scope:
    """Whose numbers: everyone's, or those of an agent, channel or team; nobody's value is empty."""

    column: str = ""
    value: str = ""

    @property
    def mart(self) -> str:
        """The marts that it has rows in."""
        return f"{self.column.removesuffix('_id')}s" if self.column else "inbox"

    @property
    def parameters(self) -> tuple[str, ...]:
        """What a query is asked with, after other parameters."""
        return (self.value,) if self.column else ()

    def holds(self, place: int) -> str:
        """The condition on a row, with its value as the query's parameter of that place."""
        return f"{self.column} is not distinct from nullif(${place}, '')" if self.column else "true"


def scope_of(agent_id: str | None, filters: Filters) -> Scope | None:
    """Whose numbers an agent and filters ask for; None where they do not lie ready.

    Nobody's team does not: its marts have ratings of threads that are not there, which no filter
    chooses.
    """
    if agent_id is not None:
        return None if filters else Scope("agent_id", agent_id)
    if filters.label or len(filters.channel) + len(filters.team) > 1:
        return None
    if not filters:
        return Scope()
    (value,) = filters.channel or filters.team
    return Scope("channel" if filters.channel else "team_id", value) if value else None


def periods_of(scope: Scope, grain: str) -> str:
    """All whole periods of a grain, also those in which the scope has nothing."""
    counts = [*SUMS, "unique_users", "open_threads", *own_sums(scope)]
    numbers = [f"coalesce(own.{name}, 0) as {name}" for name in counts]
    numbers += [f"own.{name}" for name in ("average_rating", *TIMINGS)]
    return (
        "select periods.period_start_date, periods.period_end_date, periods.is_complete, "
        f"periods.days_missing, {', '.join(numbers)} from mart_inbox_{MARTS[grain]} as periods "
        f"left join (from mart_{scope.mart}_{MARTS[grain]} where {scope.holds(1)}) as own "
        "on periods.period_start_date = own.period_start_date order by periods.period_start_date"
    )


def own_sums(scope: Scope) -> tuple[str, ...]:
    """The sums that only this scope has."""
    return ("messages_sent",) if scope.mart == "agents" else ()


def users_and_scores(scope: Scope) -> str:
    """The distinct users of a range, and what its ratings add up to."""
    is_of, days = scope.holds(3), "between $1 and $2"
    table, before = USER_DAYS[scope.column]
    users = (
        f"select count(*) from {table} where active_date {days} and {is_of} "
        f"and ({before} is null or {before} < $1)"
    )
    scores = f"select sum(score) from fct_ratings where rated_date {days} and {is_of}"
    return f"select ({users}) as unique_users, ({scores}) as score"


def timings_of(scope: Scope) -> str:
    """The quantiles of the durations of a range."""
    quantiles = ", ".join(
        f"quantile_cont({clock}, {fraction}) as {clock}_{word}"
        for clock in CLOCKS
        for word, fraction in QUANTILES.items()
    )
    durations = " union all ".join(
        f"select '{name}' as name, {', '.join(CLOCKS)} from fct_durations "
        f"where measure = '{measure}' and seconds is not null "
        f"and {day} between $1 and $2 and {scope.holds(3)}"
        for name, (measure, day) in TIMED.items()
    )
    return f"select name, {quantiles} from ({durations}) group by name"
