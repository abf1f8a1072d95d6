{#-
The business clock: for each instant t and schedule, B(t) is the open time up to t. Working time is B(end) - B(start),
in whole microseconds, so that it is exact and adds up. Schedules open and close at whole seconds.
-#}

{#- Days since 1970, in UTC, of microseconds since 1970; of those before it too, which a division would round up. -#}
{% macro utc_day(microseconds) -%}
    {{ whole_part(microseconds ~ ' + 86400000000000000', 86400000000) }} - 1000000
{%- endmacro %}

{#- The piece of int_open_hours_split in which an instant lies: what a join with it asks. -#}
{% macro is_in_piece(piece, schedule_id, microseconds) -%}
    {{ piece }}.schedule_id = {{ schedule_id }}
        and {{ piece }}.utc_day = {{ utc_day(microseconds) }}
        and {{ piece }}.starts_microsecond <= {{ microseconds }}
        and {{ piece }}.ends_microsecond > {{ microseconds }}
{%- endmacro %}

{#- B of an instant, in microseconds, from the piece in which it lies. -#}
{% macro open_microseconds(piece, microseconds) -%}
    ({{ piece }}.open_microseconds_before
    + case when {{ piece }}.is_open then {{ microseconds }} - {{ piece }}.starts_microsecond else 0 end)
{%- endmacro %}
