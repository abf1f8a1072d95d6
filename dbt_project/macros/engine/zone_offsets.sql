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
    {{ _search_tree(microseconds, changes | map(attribute=0) | list, changes | map(attribute=1) | list, 0, changes | length - 1) }}
{%- endmacro %}

{#-
The first instant of a local day, as microseconds since 1970; the day is given as those of its midnight in UTC. Clocks
that go back show a midnight twice, the first of which counts; clocks that jump over it begin the day with the jump.
-#}
{% macro zone_day_start_at(midnight, changes=none) -%}
    {%- set changes = zone_offset_changes() if changes is none else changes -%}
    {#- From which time on the wall an offset counts: what the clock showed, by the one before, when it changed. -#}
    {%- set walls = [0] -%}
    {%- set starts = ['(' ~ midnight ~ ') - (' ~ changes[0][1] ~ ')'] -%}
    {%- for change, offset in changes[1:] -%}
        {%- do walls.append(change + changes[loop.index0][1]) -%}
        {%- do starts.append('greatest(' ~ change ~ ', (' ~ midnight ~ ') - (' ~ offset ~ '))') -%}
    {%- endfor -%}
    {{ _search_tree(midnight, walls, starts, 0, changes | length - 1) }}
{%- endmacro %}

{#- The result at the place of the last bound, ascending, that is not above a value; the first one's below all of them. -#}
{% macro _search_tree(value, bounds, results, low, high) -%}
    {%- if low == high -%}
        {{ results[low] }}
    {%- else -%}
        {%- set middle = (low + high) // 2 -%}
        case when {{ value }} < {{ bounds[middle + 1] }} then {{ _search_tree(value, bounds, results, low, middle) }} else {{ _search_tree(value, bounds, results, middle + 1, high) }} end
    {%- endif -%}
{%- endmacro %}
