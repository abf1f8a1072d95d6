{%- set instants = [
    '1969-12-31 23:59:59.999999+00', '1970-01-01 00:00:00+00', '2024-02-29 12:00:00.123456+01',
    '1900-01-01 00:00:00+00', '2200-01-01 00:00:00+00',
] %}
with instants as (
    {%- for instant in instants %}
    select
        {{ loop.index }} as id,
        cast('{{ instant }}' as {{ column_type('timestamptz') }}) as instant
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

microseconds as (
    select
        id,
        instant,
        {{ epoch_microseconds('instant') }} as microsecond
    from instants
)

select
    id,
    microsecond,
    {{ utc_day('microsecond') }} as utc_day,
    {{ whole_part('microsecond + 100000000000000000', 1000000) }} - 100000000000 as second,
    {{ instant_of_microseconds('microsecond') }} = instant as is_same_instant,
    {{ instant_of_seconds('86400') }} = cast('1970-01-02 00:00:00+00' as {{ column_type('timestamptz') }}) as is_second_day,
    {{ step_at(step_key('instant', 3)) }} = instant as is_step_of_instant,
    {{ step_rank(step_key('instant', 3)) }} as step_rank
from microseconds
order by id
