{#-
Pairs of (first microsecond since 1970 in UTC, offset in microseconds), ascending; the first is the offset at 1970. They are
DuckDB's, to the second, and handed to every engine, so that a day is the same day on each of them.
-#}
{% macro zone_offset_changes() -%}
    {%- if not execute -%}{{ return([(0, 0)]) }}{%- endif -%}
    {%- set offsets = fromjson(env_var('INBOX_ZONE_OFFSETS', '[]')) -%}
    {%- if not offsets -%}
        {{ exceptions.raise_compiler_error('INBOX_ZONE_OFFSETS is not set. Set it to what this prints: python -m orchestration.machine.zones ' ~ var('inbox_timezone')) }}
    {%- endif -%}
    {%- set changes = [] -%}
    {%- for second, offset_seconds in offsets -%}
        {%- do changes.append((second * 1000000, offset_seconds * 1000000)) -%}
    {%- endfor -%}
    {{ return(changes) }}
{%- endmacro %}

{#- The offset, in microseconds, of an instant given as microseconds since 1970. -#}
{% macro zone_offset_at(microseconds) -%}
    {%- set changes = zone_offset_changes() -%}
    {{ _zone_offset_branch(microseconds, changes, 0, changes | length - 1) }}
{%- endmacro %}

{% macro _zone_offset_branch(microseconds, changes, low, high) -%}
    {%- if low == high -%}
        {{ changes[low][1] }}
    {%- else -%}
        {%- set middle = (low + high) // 2 -%}
        case when {{ microseconds }} < {{ changes[middle + 1][0] }} then {{ _zone_offset_branch(microseconds, changes, low, middle) }} else {{ _zone_offset_branch(microseconds, changes, middle + 1, high) }} end
    {%- endif -%}
{%- endmacro %}
