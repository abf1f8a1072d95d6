with instants as (
    {%- for instant in var('instants') %}
    select cast('{{ instant }}' as {{ column_type('timestamptz') }}) as instant
    union all
    {%- endfor %}
    select cast(null as {{ column_type('timestamptz') }}) as instant
)

select
    {{ seconds_between("cast('1970-01-01 00:00:00+00' as " ~ column_type('timestamptz') ~ ")", 'instant') }} as epoch_seconds,
    {{ local_hour('instant') }} as local_hour
from instants
order by epoch_seconds nulls first
