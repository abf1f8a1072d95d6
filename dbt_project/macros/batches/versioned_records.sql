{#-
Every record version of an entity, with `is_last_version`: whether it is the record that stands for its key. That is
the latest version; between equal versions the later export day, then the later file name, then the later row.
Tombstones are among them: the caller decides. Retention drops superseded rows by the same order
(orchestration/exports/retention.py): change both. It ends with the CTE `versioned_records`.

Few keys come more than once, so those are found first, by a number for each key, and only their rows are ordered.
In a batch only the keys that its files name are looked at: what stands of them, less what the batch's files replace,
and what they bring. Rows that meet the condition `also_touched` come too, as the versions that they were. The CTE
`existing_rows` is what all these replace.
-#}
{% macro versioned_records(entity, key, also_touched=none) -%}
{%- set records = ref('stg_inbox__' ~ entity) -%}
{%- set brought_or_replaced = source('raw', 'changed_' ~ entity) -%}
{%- set rank -%}
        row_number() over (
            partition by {{ key }}
            order by version_at desc, export_date desc, file_name desc, row_number desc
        )
{%- endset -%}
{%- if is_apply() -%}
{%- set columns = column_names(records) | join(',\n        ') -%}
with changed_records as (
    select
        {{ staged_columns(entity) }},

        is_incoming
    from {{ brought_or_replaced }}
),

changed_keys as (
    select distinct {{ key }} from changed_records
),

replaced_days as (
    select distinct export_date
    from changed_records
    where not is_incoming
),

existing_rows as (
    {{ few_rows(
        this, [key ~ ' in (select ' ~ key ~ ' from changed_keys)'] + ([also_touched] if also_touched else [])
    ) }}
),

candidates as (
    select
        {{ columns }},
        cast(null as boolean) as is_latest
    from changed_records
    where is_incoming
    union all
    select
        {{ columns }},
        is_latest
    from existing_rows
    where export_date not in (select export_date from replaced_days)
),

versioned_records as (
    select
        *,
        case
            when {{ key }} in (select {{ key }} from changed_keys) then {{ rank }} = 1
            else is_latest
        end as is_last_version
    from candidates
)
{%- else -%}
with repeated_keys as (
    select {{ text_hash(key) }} as key_hash
    from {{ records }}
    group by 1
    having count(*) > 1
),

ranked_records as (
    select
        export_date,
        file_name,
        row_number,
        {{ rank }} as version_rank
    from {{ records }}
    where {{ text_hash(key) }} in (select key_hash from repeated_keys)
),

superseded_records as (
    select
        export_date,
        file_name,
        row_number
    from ranked_records
    where version_rank > 1
),

versioned_records as (
    select
        records.*,
        superseded_records.row_number is null as is_last_version
    from {{ records }} as records
    left join superseded_records
        on records.export_date = superseded_records.export_date
        and records.file_name = superseded_records.file_name
        and records.row_number = superseded_records.row_number
)
{%- endif -%}
{%- endmacro %}

{#- Columns that tell which version a record is, where it came from and whether it stands. -#}
{% macro version_columns() -%}
        version_at,
        deleted_at,
        export_date,
        file_name,
        row_number,
        is_last_version as is_latest,
        is_last_version and deleted_at is null as is_current
{%- endmacro %}

{#- Whether a message's thread came or went, or has another day, assignee, channel or team: each of its messages has to say so. -#}
{% macro is_of_changed_thread(threads) -%}
    thread_id in (
        select thread_id
        from {{ changes_of(threads) }}
        where is_latest
        group by thread_id
        having
            count(*) = 1
            or min(is_current) <> max(is_current)
            or min(created_date) <> max(created_date)
            {%- for column in thread_columns() %}
            or count({{ column }}) = 1
            or min({{ column }}) <> max({{ column }})
            {%- endfor %}
    )
{%- endmacro %}

{#- What each message says of its thread beside the day: whose it is, in every scope. -#}
{% macro thread_columns() -%}
    {{ return(['assigned_agent_id', 'channel', 'team_id']) }}
{%- endmacro %}

{#- The same of the latest version of a thread: null where the thread is deleted. -#}
{% macro thread_columns_while_current() -%}
    {%- for column in thread_columns() %}
        case when is_current then {{ column }} end as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- Whether the first version of an event's thread came, or the last one went: each of its events has to say so. -#}
{% macro is_of_arrived_thread(threads) -%}
    thread_id in (
        select thread_id
        from {{ changes_of(threads) }}
        where is_latest
        group by thread_id
        having count(*) = 1
    )
{%- endmacro %}
