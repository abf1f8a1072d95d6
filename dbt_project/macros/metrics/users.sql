{#- Users: distinct ones, by the day on which each was active before. -#}

{#-
Whether a row of user days is the user's first since a date (among rows on or after it). Users who were active in a
range are the rows in it that are the first since its first day: exact for any range, with no set of users held.
-#}
{% macro is_first_since(first_date, previous_active_date='previous_active_date') -%}
    {{ previous_active_date }} is null or {{ previous_active_date }} < {{ first_date }}
{%- endmacro %}

{#- The column that says on which day a user was active before in the same value of a scope. -#}
{% macro previous_date(scope) -%}
    {{ return('previous_' ~ scope ~ '_date') }}
{%- endmacro %}

{#- Those columns, of all scopes. -#}
{% macro previous_dates() -%}
    {%- set names = [] -%}
    {%- for scope in scopes() -%}
        {%- do names.append(previous_date(scope)) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{#- The column of fct_scope_users whose sum over a period of a grain is its users. -#}
{% macro period_users(grain, relation='') -%}
    {%- if grain in grains() -%}
        {{ relation }}{{ grains()[grain] }}_users
    {%- else -%}
        case
            {%- for name, mart in grains().items() %}
            when {{ grain }} in ('{{ name }}', '{{ mart }}') then {{ relation }}{{ mart }}_users
            {%- endfor %}
        end
    {%- endif -%}
{%- endmacro %}

{#- A message that is counted: public, of a user or an agent. -#}
{% macro is_counted_message(author_type, is_private) -%}
    {{ author_type }} in ('user', 'agent') and not {{ is_private }}
{%- endmacro %}
