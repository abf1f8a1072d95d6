{#-
The record that stands for each key: the latest version; between equal versions the later export day, then the
later file name, then the later row. Tombstones are kept: the caller decides.

Most keys come once, so keys that repeat are found first, from the key alone, and only their rows are ordered.
-#}
{% macro latest_records(relation, key, version) -%}
with records as (
    select * from {{ relation }}
),

repeated_keys as (
    select {{ key }}
    from records
    group by {{ key }}
    having count(*) > 1
),

single_records as (
    select
        records.*,
        1 as version_rank
    from records
    where not exists (
        select 1 from repeated_keys where repeated_keys.{{ key }} = records.{{ key }}
    )
),

ranked_records as (
    select
        records.*,
        row_number() over (
            partition by records.{{ key }}
            order by records.{{ version }} desc, records.export_date desc, records.file_name desc, records.row_number desc
        ) as version_rank
    from records
    inner join repeated_keys on records.{{ key }} = repeated_keys.{{ key }}
),

latest_records as (
    select * from single_records
    union all
    select * from ranked_records
    where version_rank = 1
)
{%- endmacro %}
