{%- set rows = [
    ('a', 1, 'user', 'u'), ('a', 2, 'agent', none), ('a', 3, 'agent', 'x'), ('a', 4, 'user', 'u'),
    ('b', 1, 'agent', 'y'), ('b', 2, 'user', 'u'),
] %}
with messages as (
    {%- for thread, number, type, author in rows %}
    select
        '{{ thread }}' as thread_id,
        {{ number }} as number,
        '{{ type }}' as author_type,
        cast({{ "'" ~ author ~ "'" if author else 'null' }} as {{ column_type('varchar') }}) as author_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    thread_id,
    number,
    {{ next_text('author_id', "author_type = 'agent'", 'partition by thread_id order by number') }} as next_agent_id
from messages
order by thread_id, number
