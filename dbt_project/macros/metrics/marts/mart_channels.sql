{#- One row per period of a grain and channel with any number above zero: the body of mart_channels_<grain>. -#}
{% macro mart_channels(grain) -%}
{{ period_numbers('channel', grain) }},

final as (
    select
        period_start_date,
        period_end_date,
        is_complete,
        scope_value as channel,
        {{ shown_numbers('channel') | join(',\n        ') }}
    from period_numbers
    where
        {{ has_any_number('channel') }}
)

select * from final
order by period_start_date, channel nulls first
{%- endmacro %}
