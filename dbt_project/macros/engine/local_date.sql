{#- The local day of an instant in the workspace's zone, with the offset in force at that instant. -#}
{% macro local_date(instant) -%}
    {{ return(adapter.dispatch('local_date', 'inbox_warehouse')(instant)) }}
{%- endmacro %}

{% macro duckdb__local_date(instant) -%}
    zone.local_date({{ instant }})
{%- endmacro %}

{#-
By DuckDB's offsets: Java's rules of zones are others. Outside the years, the first argument of from_utc_timestamp is read,
and its result cast, in the session's zone: profiles.yml says UTC.
-#}
{% macro spark__local_date(instant) -%}
    {%- set microseconds = 'unix_micros(' ~ instant ~ ')' -%}
    case
        when {{ microseconds }} >= 86400000000 and {{ microseconds }} < 4102444800000000
            then date_add(date '1970-01-01', cast(({{ microseconds }} + {{ zone_offset_at(microseconds) }}) div 86400000000 as int))
        else cast(from_utc_timestamp({{ instant }}, {{ sql_text(var('inbox_timezone')) }}) as date)
    end
{%- endmacro %}

{% macro postgres__local_date(instant) -%}
    {%- set microseconds = 'cast(extract(epoch from ' ~ instant ~ ') * 1000000 as bigint)' -%}
    case
        when {{ microseconds }} >= 86400000000 and {{ microseconds }} < 4102444800000000
            then date '1970-01-01' + cast(({{ microseconds }} + {{ zone_offset_at(microseconds) }}) / 86400000000 as int)
        else cast(timezone({{ sql_text(var('inbox_timezone')) }}, {{ instant }}) as date)
    end
{%- endmacro %}

{#- The hour of the day, 0 to 23, that clocks of the workspace's zone show at an instant. -#}
{% macro local_hour(instant) -%}
    {{ return(adapter.dispatch('local_hour', 'inbox_warehouse')(instant)) }}
{%- endmacro %}

{% macro duckdb__local_hour(instant) -%}
    zone.local_hour({{ instant }})
{%- endmacro %}

{% macro spark__local_hour(instant) -%}
    {%- set microseconds = 'unix_micros(' ~ instant ~ ')' -%}
    cast(case
        when {{ microseconds }} >= 86400000000 and {{ microseconds }} < 4102444800000000
            then ({{ microseconds }} + {{ zone_offset_at(microseconds) }}) div 3600000000 % 24
        else hour(from_utc_timestamp({{ instant }}, {{ sql_text(var('inbox_timezone')) }}))
    end as bigint)
{%- endmacro %}

{% macro postgres__local_hour(instant) -%}
    {%- set microseconds = 'cast(extract(epoch from ' ~ instant ~ ') * 1000000 as bigint)' -%}
    cast(case
        when {{ microseconds }} >= 86400000000 and {{ microseconds }} < 4102444800000000
            then ({{ microseconds }} + {{ zone_offset_at(microseconds) }}) / 3600000000 % 24
        else extract(hour from timezone({{ sql_text(var('inbox_timezone')) }}, {{ instant }}))
    end as bigint)
{%- endmacro %}

{#- The first instant of a local day of the workspace's zone. -#}
{% macro day_start(date) -%}
    {{ return(adapter.dispatch('day_start', 'inbox_warehouse')(date)) }}
{%- endmacro %}

{% macro duckdb__day_start(date) -%}
    zone.day_start({{ date }})
{%- endmacro %}

{% macro default__day_start(date) -%}
    {{ day_start_by_offsets(date) }}
{%- endmacro %}

{#- By DuckDB's offsets on every engine, as in local_date: an engine's own midnight follows its own rules of zones. -#}
{% macro day_start_by_offsets(date, changes=none) -%}
    {%- set days = dbt.datediff("cast('1970-01-01' as date)", date, 'day') -%}
    {%- set midnight = days ~ ' * cast(86400000000 as bigint)' -%}
    case
        when {{ days }} >= 1 and {{ days }} < 47482
            then {{ instant_of_microseconds(zone_day_start_at(midnight, changes)) }}
        else {{ local_midnight(date) }}
    end
{%- endmacro %}

{#- The instant of midnight of a local day as the engine knows it; either, where it comes twice. -#}
{% macro local_midnight(date) -%}
    {{ return(adapter.dispatch('local_midnight', 'inbox_warehouse')(date)) }}
{%- endmacro %}

{% macro default__local_midnight(date) -%}
    timezone({{ sql_text(var('inbox_timezone')) }}, cast({{ date }} as timestamp))
{%- endmacro %}

{% macro spark__local_midnight(date) -%}
    to_utc_timestamp(cast({{ date }} as timestamp), {{ sql_text(var('inbox_timezone')) }})
{%- endmacro %}

{#- The name of the workspace's zone, as an expression. -#}
{% macro workspace_zone() -%}
    {{ return(adapter.dispatch('workspace_zone', 'inbox_warehouse')()) }}
{%- endmacro %}

{% macro duckdb__workspace_zone() -%}
    zone.name()
{%- endmacro %}

{% macro default__workspace_zone() -%}
    {{ sql_text(var('inbox_timezone')) }}
{%- endmacro %}

{#-
What local_date is made of, once at the start of a run: on DuckDB functions of the database, so that the SQL of the models
is short and the same for every zone. An engine's own zone conversion looks the zone up for every row. A search tree over
the zone's offset changes gives the same day at a fraction of the cost; outside the years that it covers, the engine's
conversion is used.
-#}
{% macro create_zone() -%}
    {{ return(adapter.dispatch('create_zone', 'inbox_warehouse')()) }}
{%- endmacro %}

{% macro default__create_zone() -%}
{%- endmacro %}

{% macro duckdb__create_zone() -%}
    {%- set zone = sql_text(var('inbox_timezone')) -%}
    create schema if not exists zone;
    create or replace macro zone.name() as {{ zone }};
    create or replace macro zone.local_date(instant) as
    case
        when instant >= timestamptz '1970-01-02 00:00:00+00' and instant < timestamptz '2100-01-01 00:00:00+00'
            then date '1970-01-01' + cast(
                (epoch_us(instant) + {{ zone_offset_at('epoch_us(instant)') }}) // 86400000000
                as integer
            )
        else cast(timezone({{ zone }}, instant) as date)
    end;
    create or replace macro zone.local_hour(instant) as
    case
        when instant >= timestamptz '1970-01-02 00:00:00+00' and instant < timestamptz '2100-01-01 00:00:00+00'
            then (epoch_us(instant) + {{ zone_offset_at('epoch_us(instant)') }}) // 3600000000 % 24
        else extract(hour from timezone({{ zone }}, instant))
    end;
    create or replace macro zone.day_start(local_day) as
    {{ day_start_by_offsets('local_day') }}
{%- endmacro %}
