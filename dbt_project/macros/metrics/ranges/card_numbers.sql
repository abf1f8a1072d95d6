{#- A range's bounds from a function's arguments; a null one is the first day of the report or its last. -#}
{% macro range_start() -%}
    coalesce(cast(start_date as date), first_date)
{%- endmacro %}

{% macro range_end() -%}
    coalesce(cast(end_date as date), last_date)
{%- endmacro %}

{#- The six cards in their order: what is shown, how it is called, and the type of its values. -#}
{% macro cards() -%}
    {{ return([
        ('new_threads', 'New threads'),
        ('messages', 'Messages'),
        ('unique_users', 'New inbox users'),
        ('labeled_threads', 'Labeled threads'),
        ('average_rating', 'Average rating'),
        ('ratings', 'Ratings'),
    ]) }}
{%- endmacro %}

{#-
One row per card: a range against as many days just before it. The body of mart_inbox_cards and of inbox_cards.
start_date, end_date: expressions over dim_report.
-#}
{% macro card_numbers(start_date, end_date) -%}
with report as (
    select
        as_of_date,
        {{ start_date }} as current_start_date,
        {{ end_date }} as current_end_date
    from {{ ref('dim_report').include(database=false) }}
),

{#- dateadd takes the negative number of days in the range: datediff from its end to the day before its start. -#}
ranges as (
    select
        'current' as range_name,
        current_start_date as start_date_of_range,
        current_end_date as end_date_of_range
    from report
    union all
    select
        'previous' as range_name,
        cast({{ dbt.dateadd('day', dbt.datediff('current_end_date', 'current_start_date', 'day') ~ ' - 1', 'current_start_date') }} as date) as start_date_of_range,
        cast({{ dbt.dateadd('day', -1, 'current_start_date') }} as date) as end_date_of_range
    from report
),

agent_days as (
    select * from {{ ref('fct_agent_days').include(database=false) }}
),

user_days as (
    select * from {{ ref('fct_user_days').include(database=false) }}
),

sums as (
    select
        ranges.range_name,
        coalesce(sum(agent_days.new_threads), 0) as new_threads,
        coalesce(sum(agent_days.messages), 0) as messages,
        coalesce(sum(agent_days.labeled_threads), 0) as labeled_threads,
        coalesce(sum(agent_days.ratings), 0) as ratings,
        {{ ratio('sum(agent_days.score_sum)', 'sum(agent_days.ratings)') }} as average_rating
    from ranges
    left join agent_days
        on agent_days.activity_date between ranges.start_date_of_range and ranges.end_date_of_range
    group by ranges.range_name
),

users as (
    select
        ranges.range_name,
        {{ unique_users('ranges.start_date_of_range', 'user_days.active_date') }} as unique_users
    from ranges
    left join user_days
        on user_days.active_date between ranges.start_date_of_range and ranges.end_date_of_range
    group by ranges.range_name
),

cards as (
    {%- for metric, label in cards() %}
    select
        ranges.range_name,
        {{ loop.index }} as card_order,
        '{{ metric }}' as metric,
        '{{ label }}' as label,
        ranges.start_date_of_range,
        cast({{ 'users' if metric == 'unique_users' else 'sums' }}.{{ metric }} as {{ column_type('double precision') }}) as card_value
    from ranges
    inner join sums on ranges.range_name = sums.range_name
    inner join users on ranges.range_name = users.range_name
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

card_numbers as (
    select
        cast(current_cards.card_order as bigint) as card_order,
        current_cards.metric,
        current_cards.label,
        report.as_of_date,
        current_cards.start_date_of_range as current_start_date,
        current_cards.card_value as current_value,
        previous_cards.start_date_of_range as previous_start_date,
        previous_cards.card_value as previous_value,
        current_cards.card_value - previous_cards.card_value as change,
        (current_cards.card_value - previous_cards.card_value) / nullif(previous_cards.card_value, 0) as change_ratio
    from cards as current_cards
    inner join cards as previous_cards
        on current_cards.card_order = previous_cards.card_order
        and previous_cards.range_name = 'previous'
    cross join report
    where current_cards.range_name = 'current'
)

select * from card_numbers
order by card_order
{%- endmacro %}
