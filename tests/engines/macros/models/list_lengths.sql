with lists as (
    select 1 as id, {{ dbt.array_construct(["'b'", "'a'", "'b'"]) }} as labels
    union all
    select 2 as id, {{ dbt.array_construct(["'c'"]) }} as labels
    union all
    select 3 as id, cast(null as {{ column_type('varchar[]') }}) as labels
)

select
    id,
    {{ list_length('labels') }} as labels_count
from lists
order by id
