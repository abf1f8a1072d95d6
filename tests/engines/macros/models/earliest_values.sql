{%- set rows = [
    ('later id', 'y', 2, 'm1', 'agent'), ('earlier id', 'x', 1, 'm2', 'agent'), ('earlier id', 'z', 2, 'm1', 'agent'),
    ('tie', 'second', 1, 'mb', 'agent'), ('tie', 'first', 1, 'mB', 'agent'), ('tie', 'user', 0, 'ma', 'user'),
    ('null value', none, 1, 'm1', 'agent'), ('null value', 'x', 2, 'm2', 'agent'),
    ('none', 'x', 1, 'm1', 'user'),
] %}
with messages as (
    {%- for thread, author, sent, message, type in rows %}
    select
        '{{ thread }}' as thread_id,
        cast({{ "'" ~ author ~ "'" if author else 'null' }} as {{ column_type('varchar') }}) as author_id,
        {{ sent }} as sent_order,
        '{{ message }}' as message_id,
        '{{ type }}' as author_type
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    thread_id,
    {{ earliest_value('author_id', ['sent_order', 'message_id'], "author_type = 'agent'") }} as first_agent_id
from messages
group by thread_id
order by thread_id
