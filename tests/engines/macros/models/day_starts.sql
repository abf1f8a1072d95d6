{%- set epoch = "cast('1970-01-01 00:00:00+00' as " ~ column_type('timestamptz') ~ ")" %}
{%- for zone, day, changes in var('day_starts') %}
select
    '{{ zone }}' as zone,
    {{ seconds_between(epoch, day_start_by_offsets("cast('" ~ day ~ "' as date)", changes)) }} as starts_second
{{ 'union all' if not loop.last }}
{%- endfor %}
order by starts_second
