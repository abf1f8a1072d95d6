{%- set spans = [
    ('2024-01-01 00:00:00+00', '2024-01-01 00:00:00.000001+00'),
    ('2024-03-01 12:00:00+01', '2024-02-28 11:59:59.5+00'),
    ('1969-12-31 23:59:59.999999+00', '2024-02-29 23:59:59.123456+00'),
] %}
with spans as (
    {%- for start_at, end_at in spans %}
    select
        {{ loop.index }} as id,
        cast('{{ start_at }}' as {{ column_type('timestamptz') }}) as start_at,
        cast('{{ end_at }}' as {{ column_type('timestamptz') }}) as end_at
    union all
    {%- endfor %}
    select
        4 as id,
        cast(null as {{ column_type('timestamptz') }}) as start_at,
        cast('2024-01-01 00:00:00+00' as {{ column_type('timestamptz') }}) as end_at
)

select
    id,
    {{ seconds_between('start_at', 'end_at') }} as seconds
from spans
order by id
