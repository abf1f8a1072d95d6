{{ config(arguments=['grain', 'start_date', 'end_date', 'agent'], named=named_arguments(['day_of'])) }}

with {{ range_of_report() }},

{{ periods_of_range('grain') }},

{{ range_numbers(is_slow=is_filtered(), grain='grain') }},

final as (
    select
        periods.period_start_date,
        periods.period_end_date,
        {{ is_complete_period() }} as is_complete,
        {%- for name in shown_numbers('agent') if name not in ('new_users', 'days_missing') %}
        range_numbers.{{ name }},
        {%- endfor %}
        range_numbers.new_users,
        missing_days.days_missing,
        periods.from_date,
        periods.to_date
    from periods
    inner join range_numbers on periods.from_date = range_numbers.from_date
    inner join missing_days on periods.from_date = missing_days.from_date
)

select * from final
order by period_start_date
