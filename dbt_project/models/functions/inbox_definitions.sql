{{ config(arguments=['number', 'start_date', 'end_date', 'agent'], named=named_arguments()) }}

with {{ range_of_report() }},

asked as materialized (
    select
        report.first_date,
        report.last_date,
        {{ of_known_word('number', definitions().keys() | list) }} as asked_number
    from report
),

{{ agent_messages_in_order() }}

observations as (
    {{ observations() }}
),

chosen as materialized (
    select
        observations.reading,
        observations.thread_id,
        observations.created_date,
        observations.event_date,
        observations.closed_date,
        observations.value,
        observations.working_value
    from observations
    where
        observations.value is not null
        and (
            not {{ is_filtered() }}
            or observations.thread_id in (
                select threads.thread_id from {{ chosen('fct_threads') }} as threads
            )
        )
        and {{ is_of_agent('observations.agent_id') }}
),

named_readings as (
    {%- for name, reading in all_readings().items() %}
    select
        '{{ name }}' as name,
        '{{ reading.number }}' as of_number,
        '{{ reading.day }}' as day,
        '{{ reading.reading }}' as reading,
        '{{ reading.statistic }}' as statistic,
        '{{ reading.clock }}' as clock
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

measured as (
    select
        named_readings.name,
        named_readings.statistic,
        chosen.thread_id,
        case
            when named_readings.clock = 'working' then coalesce(chosen.working_value, chosen.value)
            else chosen.value
        end as value
    from named_readings
    inner join asked on named_readings.of_number = asked.asked_number
    left join chosen
        on
            named_readings.reading = chosen.reading
            and case named_readings.day
                when 'created' then chosen.created_date
                when 'event' then chosen.event_date
                when 'closed' then chosen.closed_date
            end between asked.first_date and asked.last_date
),

readings as materialized (
    select
        measured.name,
        case measured.statistic
            when 'median' then {{ exact_quantile('measured.value', 0.5) }}
            when 'mean' then avg(measured.value)
            else coalesce(sum(measured.value), 0)
        end as value,
        count(distinct measured.thread_id) as threads
    from measured
    group by measured.name, measured.statistic
),

-- Of each definition, what is read before and after each axis is turned.
paths as (
    {%- set places = [] %}
    {%- for of_number, listed in definitions().items() %}
    {%- set outer_last = loop.last %}
    {%- for definition in listed %}
    select
        '{{ of_number }}' as of_number,
        {{ loop.index }} as place,
        {%- for reading in readings_of(of_number, definition) %}
        '{{ reading_name(of_number, reading) }}' as name_{{ loop.index0 }},
        {%- endfor %}
        '{{ definition }}' as definition
    {{ 'union all' if not (outer_last and loop.last) }}
    {%- endfor %}
    {%- endfor %}
),

turned as (
    select
        paths.place,
        paths.definition,
        reading_7.value,
        reading_7.threads,
        {%- for axis in axes() %}
        {{ value_after(loop.index) }} - {{ value_after(loop.index0) }} as step_{{ axis }},
        {%- endfor %}
        reading_0.value is not null and reading_7.value is not null as has_steps
    from paths
    inner join asked on paths.of_number = asked.asked_number
    {%- for place in range(8) %}
    inner join readings as reading_{{ place }} on paths.name_{{ place }} = reading_{{ place }}.name
    {%- endfor %}
),

final as (
    select
        turned.place,
        turned.definition,
        turned.value,
        {%- for axis in axes() %}
        case when turned.has_steps then turned.step_{{ axis }} end as step_{{ axis }},
        {%- endfor %}
        cast(turned.threads as bigint) as threads
    from turned
)

select
    final.definition,
    final.value,
    final.threads,
    {%- for axis in axes()[:-1] %}
    final.step_{{ axis }},
    {%- endfor %}
    final.step_{{ axes()[-1] }}
from final
order by final.place
