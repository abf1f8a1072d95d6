{%- set relations = [
    ref('int_threads_versioned'), ref('int_messages_versioned'), ref('int_status_events_sequenced')
] -%}
with touched as (
    select cast(null as {{ dbt.type_string() }}) as thread_id
    {%- for relation in relations if has_changes(relation) %}
    union
    select thread_id from {{ changes_of(relation) }}
    {%- endfor %}
),

final as (
    select thread_id from touched
    where thread_id is not null
)

select * from final
