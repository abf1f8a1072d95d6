with lists as (
    select 1 as id, {{ dbt.array_construct(["'b'", "'a'", "'b'"]) }} as labels
    union all
    select 2 as id, {{ dbt.array_construct(["'c'"]) }} as labels
    union all
    select 3 as id, cast(null as {{ column_type('varchar[]') }}) as labels
),

entries as (
    select
        id,
        {{ list_entries('labels') }} as label
    from lists
)

select * from entries
order by id, label
