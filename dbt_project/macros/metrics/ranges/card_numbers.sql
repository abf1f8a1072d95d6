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
The CTEs `report` and `periods` of the cards: a range, and as many days just before it. dateadd takes the negative number
of days in the range: datediff from its end to the day before its start.
-#}
{% macro periods_of_cards(start_date, end_date) -%}
report as (
    select
        as_of_date,
        covered_from,
        {{ start_date }} as first_date,
        {{ end_date }} as last_date,
        least({{ end_date }}, as_of_date) as balance_date
    from {{ ref('dim_report').include(database=false) }}
),

periods as (
    select
        'current' as range_name,
        first_date as from_date,
        last_date as to_date
    from report
    union all
    select
        'previous' as range_name,
        cast({{ dbt.dateadd('day', dbt.datediff('last_date', 'first_date', 'day') ~ ' - 1', 'first_date') }} as date) as from_date,
        cast({{ dbt.dateadd('day', -1, 'first_date') }} as date) as to_date
    from report
),

{{ days_missing() }}
{%- endmacro %}

{#- One row per card, from the CTEs report, periods, sums and users: the end of mart_inbox_cards and of inbox_cards. -#}
{% macro card_numbers() -%}
card_values as (
    {%- for metric, label in cards() %}
    select
        periods.range_name,
        periods.from_date,
        periods.to_date,
        {{ loop.index }} as card_order,
        '{{ metric }}' as metric,
        '{{ label }}' as card_label,
        missing_days.days_missing,
        {{ is_complete('periods.from_date', 'periods.to_date', 'report', 'missing_days.days_missing') }} as is_complete,
        cast(
            {%- if metric == 'unique_users' %} coalesce(users.unique_users, 0)
            {%- elif metric == 'average_rating' %} {{ ratio('sums.score_sum', 'sums.ratings') }}
            {%- else %} coalesce(sums.{{ metric }}, 0)
            {%- endif %} as {{ column_type('double precision') }}
        ) as card_value
    from periods
    inner join report on true
    inner join missing_days on periods.from_date = missing_days.from_date
    left join sums on periods.from_date = sums.from_date
    left join users on periods.from_date = users.from_date
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

card_numbers as (
    select
        cast(current_cards.card_order as bigint) as card_order,
        current_cards.metric,
        current_cards.card_label as label,
        report.as_of_date,
        current_cards.from_date as current_start_date,
        current_cards.card_value as current_value,
        previous_cards.from_date as previous_start_date,
        previous_cards.card_value as previous_value,
        case when previous_cards.is_complete then current_cards.card_value - previous_cards.card_value end as change,
        case
            when previous_cards.is_complete
                then (current_cards.card_value - previous_cards.card_value) / nullif(previous_cards.card_value, 0)
        end as change_ratio,
        current_cards.to_date as current_end_date,
        previous_cards.to_date as previous_end_date,
        current_cards.days_missing as current_days_missing,
        previous_cards.is_complete as previous_is_complete
    from card_values as current_cards
    inner join card_values as previous_cards
        on current_cards.card_order = previous_cards.card_order
        and previous_cards.range_name = 'previous'
    inner join report on true
    where current_cards.range_name = 'current'
)

select * from card_numbers
order by card_order
{%- endmacro %}
