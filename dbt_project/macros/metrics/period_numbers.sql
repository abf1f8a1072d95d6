{#-
Every number by period, for the inbox or by agent: the one definition behind the marts at each grain and behind
inbox_series. It ends with the CTE `period_numbers`, whose columns are the numbers and period_start_date,
period_end_date, from_date and to_date (the days of the period that lie in the range), as_of_date and agent_id.

grain: day, week, month, year, or an expression of them
by_agent: whether one row is a period and an agent, or a period
first_date, last_date: the range, as expressions over dim_report
agent: an expression; where it is not null, only that agent's numbers, nobody's for '' (not together with by_agent)
-#}
{% macro period_numbers(grain, by_agent=false, first_date='first_date', last_date='last_date', agent=none) -%}
{#- Only a range of a caller's own can cut a period's activity. -#}
{%- set is_cut = agent is not none -%}
{#- Null agents are one group; no identifier is empty, so the empty text can stand for them. -#}
{%- set agent_key = "coalesce(agent_id, '')" if by_agent else "''" -%}
{#- Which rows of tables that hold both the inbox's and the agents' numbers are meant. -#}
{%- set is_chosen -%}
    {%- if by_agent -%} not is_inbox
    {%- elif agent -%} is_inbox = ({{ agent }} is null) and ({{ agent }} is null or coalesce(agent_id, '') = {{ agent }})
    {%- else -%} is_inbox
    {%- endif -%}
{%- endset -%}
with report as (
    select
        as_of_date,
        {{ first_date }} as first_date,
        {{ last_date }} as last_date,
        least({{ last_date }}, as_of_date) as backlog_date
    from {{ ref('dim_report').include(database=false) }}
),

days as (
    {{ days_between('first_date', 'last_date', 'report') }}
),

period_starts as (
    select distinct {{ period_start('date', grain) }} as period_start_date
    from days
),

periods as (
    select
        period_starts.period_start_date,
        {{ period_end('period_starts.period_start_date', grain) }} as period_end_date,
        greatest(period_starts.period_start_date, report.first_date) as from_date,
        least({{ period_end('period_starts.period_start_date', grain) }}, report.last_date) as to_date,
        report.as_of_date
    from period_starts
    cross join report
),

{%- if is_cut %}

cut_periods as (
    select * from periods
    where from_date > period_start_date or to_date < period_end_date
),
{%- endif %}

agent_days as (
    select
        *,
        {{ agent_key }} as agent_key
    from {{ ref('fct_agent_days').include(database=false) }}
    {%- if agent %}
    where {{ agent }} is null or coalesce(agent_id, '') = {{ agent }}
    {%- endif %}
),

period_timings as (
    select *
    from {{ ref('fct_period_timings').include(database=false) }}
    where period_grain = {{ grain_name(grain) }} and {{ is_chosen }}
),

active_users as (
    select *
    from {{ ref('fct_active_users').include(database=false) }}
    where {{ is_chosen }}
),

{%- if is_cut %}

{#- The timings of the first period and of the last, where the range cuts them. -#}
cut_timings as (
    select
        '' as agent_key,
        {{ period_start('timings.created_date', grain) }} as period_start_date,
        timings.first_response_seconds,
        timings.closing_seconds
    from {{ ref('fct_agent_timings').include(database=false) }} as timings
    inner join cut_periods on timings.created_date between cut_periods.from_date and cut_periods.to_date
    where {{ agent }} is null or coalesce(timings.agent_id, '') = {{ agent }}
),

{#- The user days of the first period, where the range cuts off its beginning. -#}
cut_user_days as (
    select
        '' as agent_key,
        cut_periods.period_start_date,
        cut_periods.from_date as first_date,
        user_days.active_date,
        user_days.previous_active_date
    from {{ ref('fct_user_days').include(database=false) }} as user_days
    inner join cut_periods on user_days.active_date between cut_periods.from_date and cut_periods.to_date
    where {{ agent }} is null and cut_periods.period_start_date < cut_periods.from_date
    union all
    select
        '' as agent_key,
        cut_periods.period_start_date,
        cut_periods.from_date as first_date,
        user_days.active_date,
        user_days.previous_active_date
    from {{ ref('fct_agent_user_days').include(database=false) }} as user_days
    inner join cut_periods on user_days.active_date between cut_periods.from_date and cut_periods.to_date
    where coalesce(user_days.agent_id, '') = {{ agent }} and cut_periods.period_start_date < cut_periods.from_date
),
{%- endif %}

agents as (
    {%- if by_agent %}
    select
        agent_key,
        min(first_date) as first_date
    from (
        select agent_key, activity_date as first_date from agent_days
        union all
        select {{ agent_key }} as agent_key, period_start_date as first_date from period_timings
    ) as agent_dates
    group by agent_key
    {%- else %}
    select
        '' as agent_key,
        first_date
    from report
    {%- endif %}
),

agent_periods as (
    select
        periods.*,
        agents.agent_key
    from periods
    inner join agents on periods.period_end_date >= agents.first_date
),

sums as (
    select
        agent_days.agent_key,
        {{ period_start('agent_days.activity_date', grain) }} as period_start_date,
        {%- for number in additive_numbers() %}
        sum(agent_days.{{ number }}) as {{ number }},
        {%- endfor %}
        sum(agent_days.score_sum) as score_sum
    from agent_days
    inner join report on agent_days.activity_date between report.first_date and report.last_date
    group by 1, 2
),

{#- What was open before the range begins enters with its first period. -#}
backlog_changes as (
    select
        agent_days.agent_key,
        {{ period_start('greatest(agent_days.activity_date, report.first_date)', grain) }} as period_start_date,
        sum(agent_days.new_threads - agent_days.threads_left_backlog) as backlog_change
    from agent_days
    inner join report on agent_days.activity_date <= report.backlog_date
    group by 1, 2
),

{#- Whole periods have their quantiles ready; those that the range cuts are computed from its days of them. -#}
quantiles as (
    select
        {{ agent_key }} as agent_key,
        period_start_date,
        {{ timing_numbers() | join(',\n        ') }}
    from period_timings
    {%- if is_cut %}
    inner join report
        on period_timings.period_start_date >= report.first_date
        and {{ period_end('period_timings.period_start_date', grain) }} <= report.last_date
    union all
    select
        agent_key,
        period_start_date,
        {{ timing_aggregates() }}
    from cut_timings
    group by agent_key, period_start_date
    {%- endif %}
),

{#- First activities of a period's users sum to its users; in a period whose first days are cut off, not all are there. -#}
users as (
    select
        {{ agent_key }} as agent_key,
        {{ period_start('active_date', grain) }} as period_start_date,
        sum({{ period_users(grain) }}) as unique_users,
        sum(new_users) as new_users
    from active_users
    {%- if is_cut %}
    inner join report
        on active_users.active_date between report.first_date and report.last_date
        and {{ period_start('active_users.active_date', grain) }} >= report.first_date
    {%- endif %}
    group by 1, 2
    {%- if is_cut %}
    union all
    select
        agent_key,
        period_start_date,
        {{ unique_users('first_date') }} as unique_users,
        sum(case when previous_active_date is null then 1 else 0 end) as new_users
    from cut_user_days
    group by agent_key, period_start_date
    {%- endif %}
),

period_numbers as (
    select
        agent_periods.period_start_date,
        agent_periods.period_end_date,
        agent_periods.from_date,
        agent_periods.to_date,
        agent_periods.as_of_date,
        nullif(agent_periods.agent_key, '') as agent_id,
        {%- for number in additive_numbers() %}
        cast(coalesce(sums.{{ number }}, 0) as bigint) as {{ number }},
        {%- endfor %}
        {{ average_rating('sums.score_sum', 'sums.ratings') }} as average_rating,
        cast(coalesce(users.unique_users, 0) as bigint) as unique_users,
        cast(coalesce(users.new_users, 0) as bigint) as new_users,
        {%- for number in timing_numbers() %}
        quantiles.{{ number }},
        {%- endfor %}
        cast(coalesce(sum(backlog_changes.backlog_change) over (
            partition by agent_periods.agent_key
            order by agent_periods.period_start_date
            rows between unbounded preceding and current row
        ), 0) as bigint) as open_threads
    from agent_periods
    {%- for numbers in ('sums', 'users', 'quantiles', 'backlog_changes') %}
    left join {{ numbers }}
        on agent_periods.agent_key = {{ numbers }}.agent_key
        and agent_periods.period_start_date = {{ numbers }}.period_start_date
    {%- endfor %}
)
{%- endmacro %}

{#- The grain's name as a value, and the column of fct_active_users whose sum over a period is its users. -#}
{% macro grain_name(grain) -%}
    {%- if grain in grains() -%}
        '{{ grain }}'
    {%- else -%}
        case
            {%- for name, mart in grains().items() %}
            when {{ grain }} in ('{{ name }}', '{{ mart }}') then '{{ name }}'
            {%- endfor %}
        end
    {%- endif -%}
{%- endmacro %}

{% macro period_users(grain) -%}
    {%- if grain in grains() -%}
        {{ grains()[grain] }}_users
    {%- else -%}
        case
            {%- for name, mart in grains().items() %}
            when {{ grain }} in ('{{ name }}', '{{ mart }}') then {{ mart }}_users
            {%- endfor %}
        end
    {%- endif -%}
{%- endmacro %}

{#- The columns of a period that mart_inbox, mart_agents and inbox_series share, in their order. -#}
{% macro inbox_numbers() -%}
    {{ return([
        'new_threads', 'messages', 'user_messages', 'agent_messages', 'thread_messages', 'unique_users', 'new_users',
        'labeled_threads', 'ratings', 'average_rating', 'first_response_seconds_median', 'first_response_seconds_p90',
        'closing_seconds_median', 'closing_seconds_p90', 'responded_threads', 'unanswered_threads',
        'agent_started_threads', 'closed_threads', 'threads_closed', 'open_threads'
    ]) }}
{%- endmacro %}

{#- One row per period of a grain: the body of mart_inbox_<grain>. -#}
{% macro mart_inbox(grain) -%}
{{ period_numbers(grain) }},

final as (
    select
        period_start_date,
        period_end_date,
        period_end_date <= as_of_date as is_complete,
        {{ inbox_numbers() | join(',\n        ') }}
    from period_numbers
)

select * from final
order by period_start_date
{%- endmacro %}

{#- One row per period of a grain and agent with any number above zero: the body of mart_agents_<grain>. -#}
{% macro mart_agents(grain) -%}
{{ period_numbers(grain, by_agent=true) }},

final as (
    select
        period_numbers.period_start_date,
        period_numbers.period_end_date,
        period_numbers.period_end_date <= period_numbers.as_of_date as is_complete,
        period_numbers.agent_id,
        {{ agent_name() }} as agent_name,
        {%- for number in inbox_numbers() if number != 'new_users' %}
        period_numbers.{{ number }},
        {%- endfor %}
        period_numbers.messages_sent
    from period_numbers
    left join {{ ref('dim_agents') }} as agents on period_numbers.agent_id = agents.agent_id
    where
        {%- for number in additive_numbers() %}
        period_numbers.{{ number }} > 0 or
        {%- endfor %}
        period_numbers.open_threads > 0
        or period_numbers.unique_users > 0
        or period_numbers.first_response_seconds_median is not null
        or period_numbers.closing_seconds_median is not null
)

select * from final
order by period_start_date, agent_id nulls first
{%- endmacro %}

{#- What readers see of an agent; nobody's numbers are shown as Unassigned. -#}
{% macro agent_name() -%}
    coalesce(agents.name, 'Unassigned')
{%- endmacro %}

{#- One row per period of a grain and label: the body of mart_labels_<grain>. -#}
{% macro mart_labels(grain) -%}
with label_days as (
    select * from {{ ref('fct_label_days') }}
),

report as (
    select * from {{ ref('dim_report') }}
),

label_counts as (
    select
        {{ period_start('created_date', grain) }} as period_start_date,
        label,
        cast(sum(new_threads) as bigint) as new_threads
    from label_days
    group by 1, 2
),

dated_counts as (
    select
        period_start_date,
        {{ period_end('period_start_date', grain) }} as period_end_date,
        label,
        new_threads
    from label_counts
),

final as (
    select
        dated_counts.period_start_date,
        dated_counts.period_end_date,
        dated_counts.period_end_date <= report.as_of_date as is_complete,
        dated_counts.label,
        dated_counts.new_threads,
        {{ label_rank('dated_counts.period_start_date') }} as rank
    from dated_counts
    cross join report
)

select * from final
order by period_start_date, rank
{%- endmacro %}

{#- 1 is the label on the most threads; ties in label order. -#}
{% macro label_rank(partition_by=none) -%}
    cast(row_number() over ({{ 'partition by ' ~ partition_by ~ ' ' if partition_by }}order by new_threads desc, label asc) as bigint)
{%- endmacro %}
