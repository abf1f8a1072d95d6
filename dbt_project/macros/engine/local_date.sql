{#- The local day of an instant in the workspace's zone, with the offset in force at that instant. -#}
{% macro local_date(instant) -%}
    {{ return(adapter.dispatch('local_date', 'inbox_warehouse')(instant)) }}
{%- endmacro %}

{% macro duckdb__local_date(instant) -%}
    zone.local_date({{ instant }})
{%- endmacro %}

{#- The first argument of from_utc_timestamp is read, and its result cast, in the session's zone: profiles.yml says UTC. -#}
{% macro spark__local_date(instant) -%}
    cast(from_utc_timestamp({{ instant }}, {{ sql_text(var('inbox_timezone')) }}) as date)
{%- endmacro %}

{% macro postgres__local_date(instant) -%}
    cast(timezone({{ sql_text(var('inbox_timezone')) }}, {{ instant }}) as date)
{%- endmacro %}

{#-
The first instant of a local day. Where clocks go back over midnight, midnight comes twice, and an engine may take the
second; where they go forward over it, the day begins with the jump.
-#}
{% macro day_start(date) -%}
    {%- set midnight = local_midnight(date) -%}
    coalesce(
        {%- for hours in (2, 1) %}
        case
            when {{ local_date(midnight ~ " - interval '" ~ hours ~ "' hour") }} = {{ date }}
                then {{ midnight }} - interval '{{ hours }}' hour
        end,
        {%- endfor %}
        {{ midnight }}
    )
{%- endmacro %}

{#- The instant of midnight of a local day; either, where it comes twice. -#}
{% macro local_midnight(date) -%}
    {{ return(adapter.dispatch('local_midnight', 'inbox_warehouse')(date)) }}
{%- endmacro %}

{% macro default__local_midnight(date) -%}
    timezone({{ workspace_zone() }}, cast({{ date }} as timestamp))
{%- endmacro %}

{% macro spark__local_midnight(date) -%}
    to_utc_timestamp(cast({{ date }} as timestamp), {{ workspace_zone() }})
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
    {%- set changes = zone_offset_changes() -%}
    create schema if not exists zone;
    create or replace macro zone.name() as {{ zone }};
    create or replace macro zone.local_date(instant) as
    case
        when instant >= timestamptz '1970-01-02 00:00:00+00' and instant < timestamptz '2100-01-01 00:00:00+00'
            then date '1970-01-01' + cast(
                (epoch_us(instant) + {{ zone_offset_tree(changes, 0, changes | length - 1) }}) // 86400000000
                as integer
            )
        else cast(timezone({{ zone }}, instant) as date)
    end
{%- endmacro %}

{#- Pairs of (first microsecond since 1970 in UTC, offset in microseconds), ascending; the first is the offset at 1970. -#}
{% macro zone_offset_changes() -%}
    {%- if not execute -%}{{ return([(0, 0)]) }}{%- endif -%}
    {%- set zone = sql_text(var('inbox_timezone')) -%}
    {#- Days on which the offset differs from the day before, then the quarter of an hour in which it changed. -#}
    {%- set query -%}
        with days as (
            select unnest(generate_series(timestamptz '1970-01-01 00:00:00+00', timestamptz '2100-01-02 00:00:00+00', interval 24 hours)) as instant
        ),

        day_offsets as (
            select
                instant,
                epoch_us(cast(timezone({{ zone }}, instant) as timestamp)) - epoch_us(instant) as zone_offset
            from days
        ),

        changed_days as (
            select instant - interval 24 hours as instant
            from day_offsets
            qualify zone_offset <> lag(zone_offset) over (order by instant)
        ),

        quarters as (
            select instant + to_minutes(15 * quarter) as instant
            from changed_days, range(0, 97) as quarters (quarter)
        ),

        quarter_offsets as (
            select distinct
                instant,
                epoch_us(cast(timezone({{ zone }}, instant) as timestamp)) - epoch_us(instant) as zone_offset
            from quarters
        ),

        changes as (
            select epoch_us(instant) as changed_at, zone_offset
            from quarter_offsets
            qualify zone_offset <> lag(zone_offset) over (order by instant)
        )

        select 0 as changed_at, zone_offset from day_offsets where epoch_us(instant) = 0
        union all
        select changed_at, zone_offset from changes
        order by changed_at
    {%- endset -%}
    {{ return(run_query(query).rows | map('list') | list) }}
{%- endmacro %}

{% macro zone_offset_tree(changes, low, high) -%}
    {%- if low == high -%}
        {{ changes[low][1] }}
    {%- else -%}
        {%- set middle = (low + high) // 2 -%}
        case when epoch_us(instant) < {{ changes[middle + 1][0] }} then {{ zone_offset_tree(changes, low, middle) }} else {{ zone_offset_tree(changes, middle + 1, high) }} end
    {%- endif -%}
{%- endmacro %}
