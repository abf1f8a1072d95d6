{{ config(arguments=['grain', 'start_date', 'end_date', 'agent']) }}

{{ series_numbers('grain', first_date=range_start(), last_date=range_end(), agent='agent') }},

final as (
    select
        period_start_date,
        period_end_date,
        period_start_date = from_date and period_end_date = to_date and period_end_date <= as_of_date as is_complete,
        {%- for name in shown_numbers('inbox') if name != 'new_users' %}
        {{ name }},
        {%- endfor %}
        case when agent is null then new_users end as new_users,
        messages_sent,
        from_date,
        to_date
    from series_numbers
)

select * from final
order by period_start_date
