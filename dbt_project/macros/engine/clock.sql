{#- An instant as whole microseconds since 1970, in UTC. -#}
{% macro epoch_microseconds(instant) -%}
    {{ return(adapter.dispatch('epoch_microseconds', 'inbox_warehouse')(instant)) }}
{%- endmacro %}

{% macro duckdb__epoch_microseconds(instant) -%}
    epoch_us({{ instant }})
{%- endmacro %}

{% macro spark__epoch_microseconds(instant) -%}
    unix_micros({{ instant }})
{%- endmacro %}

{% macro postgres__epoch_microseconds(instant) -%}
    cast(extract(epoch from {{ instant }}) * 1000000 as bigint)
{%- endmacro %}

{#- The instant of whole seconds since 1970. -#}
{% macro instant_of_seconds(seconds) -%}
    {{ return(adapter.dispatch('instant_of_seconds', 'inbox_warehouse')(seconds)) }}
{%- endmacro %}

{% macro default__instant_of_seconds(seconds) -%}
    to_timestamp({{ seconds }})
{%- endmacro %}

{% macro spark__instant_of_seconds(seconds) -%}
    timestamp_seconds({{ seconds }})
{%- endmacro %}

{#- The instant of whole microseconds since 1970. -#}
{% macro instant_of_microseconds(microseconds) -%}
    {{ return(adapter.dispatch('instant_of_microseconds', 'inbox_warehouse')(microseconds)) }}
{%- endmacro %}

{% macro duckdb__instant_of_microseconds(microseconds) -%}
    make_timestamptz({{ microseconds }})
{%- endmacro %}

{% macro spark__instant_of_microseconds(microseconds) -%}
    timestamp_micros({{ microseconds }})
{%- endmacro %}

{% macro postgres__instant_of_microseconds(microseconds) -%}
    (timestamptz '1970-01-01 00:00:00+00' + ({{ microseconds }}) * interval '1 microsecond')
{%- endmacro %}

{#- How often a whole number goes into another, both not negative. -#}
{% macro whole_part(number, divisor) -%}
    {{ return(adapter.dispatch('whole_part', 'inbox_warehouse')(number, divisor)) }}
{%- endmacro %}

{% macro duckdb__whole_part(number, divisor) -%}
    ({{ number }}) // {{ divisor }}
{%- endmacro %}

{% macro spark__whole_part(number, divisor) -%}
    ({{ number }}) div {{ divisor }}
{%- endmacro %}

{% macro postgres__whole_part(number, divisor) -%}
    ({{ number }}) / {{ divisor }}
{%- endmacro %}

{#-
Of the rows from this one on, in the order of a window, the value of the first that meets the condition; null where none
does. The value is a text and not an empty one; a null counts as a value.
-#}
{% macro next_text(value, condition, window) -%}
    {{ return(adapter.dispatch('next_text', 'inbox_warehouse')(value, condition, window)) }}
{%- endmacro %}

{% macro duckdb__next_text(value, condition, window) -%}
    nullif(first_value(case when {{ condition }} then coalesce({{ value }}, '') end ignore nulls) over (
        {{ window }} rows between current row and unbounded following
    ), '')
{%- endmacro %}

{% macro spark__next_text(value, condition, window) -%}
    nullif(first_value(case when {{ condition }} then coalesce({{ value }}, '') end, true) over (
        {{ window }} rows between current row and unbounded following
    ), '')
{%- endmacro %}

{% macro postgres__next_text(value, condition, window) -%}
    (array_agg({{ value }}) filter (where {{ condition }}) over (
        {{ window }} rows between current row and unbounded following
    ))[1]
{%- endmacro %}
