{#- One row per period of a grain: the body of mart_inbox_<grain>. -#}
{% macro mart_inbox(grain) -%}
{{ period_numbers('inbox', grain) }},

final as (
    select
        period_start_date,
        period_end_date,
        is_complete,
        {{ shown_numbers('inbox') | join(',\n        ') }}
    from period_numbers
)

select * from final
order by period_start_date
{%- endmacro %}
