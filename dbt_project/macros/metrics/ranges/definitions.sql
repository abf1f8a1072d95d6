{#-
The register of definitions: how others count what a number of ours counts, and what they do otherwise. Their sources are in
docs/definitions.md. A number's first entry, `ours`, says its reading; each other one says what it turns, axis by axis:

day         created (that of the thread) or event (that of the answer, the closing or the rating)
reading     what is measured of which record: one of the observations of macros/metrics/ranges/readings.sql
statistic   median, mean or sum
clock       calendar, or working: by opening hours, where there are any

Axes are turned one after the other, in the order of axes(): so each has its own part in the difference.
-#}
{% macro definitions() -%}
    {{ return({
    'first_response_seconds': {
        'ours': {'day': 'created', 'reading': 'from_message', 'statistic': 'median', 'clock': 'calendar'},
        'zendesk': {'start': {'reading': 'from_creation'}, 'stop': {'reading': 'from_creation_to_reply'}},
        'intercom': {},
        'chatwoot': {'day': {'day': 'event'}, 'start': {'reading': 'from_creation'}, 'statistic': {'statistic': 'mean'}},
        'front': {'statistic': {'statistic': 'mean'}, 'clock': {'clock': 'working'}},
        'help_scout': {'day': {'day': 'event'}, 'statistic': {'statistic': 'mean'}},
        'gorgias': {'day': {'day': 'event'}},
        'plain': {'day': {'day': 'event'}},
        'bird': {'start': {'reading': 'from_creation'}, 'statistic': {'statistic': 'mean'}},
        'dbt_intercom': {'start': {'reading': 'from_creation'}},
    },
    'reply_seconds': {
        'ours': {'day': 'event', 'reading': 'wait', 'statistic': 'median', 'clock': 'calendar'},
        'intercom': {'day': {'day': 'created'}},
        'chatwoot': {'bots': {'reading': 'wait_after_bot'}, 'statistic': {'statistic': 'mean'}},
        'front': {'statistic': {'statistic': 'mean'}, 'clock': {'clock': 'working'}},
        'help_scout': {'statistic': {'statistic': 'mean'}},
        'plain': {'day': {'day': 'created'}, 'start': {'reading': 'gap'}},
    },
    'closing_seconds': {
        'ours': {'day': 'created', 'reading': 'last', 'statistic': 'median', 'clock': 'calendar'},
        'zendesk': {},
        'zendesk_first_resolution': {'closing': {'reading': 'first'}},
        'intercom': {'start': {'reading': 'last_from_message'}},
        'chatwoot': {'day': {'day': 'event'}, 'closing': {'reading': 'each'}, 'statistic': {'statistic': 'mean'}},
        'front': {
            'closing': {'reading': 'sum_of_replies'}, 'statistic': {'statistic': 'mean'}, 'clock': {'clock': 'working'},
        },
        'help_scout': {'day': {'day': 'event'}, 'stop': {'reading': 'last_replied'}, 'statistic': {'statistic': 'mean'}},
        'gorgias': {'day': {'day': 'event'}, 'start': {'reading': 'last_from_message'}},
        'plain': {'start': {'reading': 'last_from_message'}},
        'bird': {'statistic': {'statistic': 'mean'}},
        'richpanel': {'closing': {'reading': 'first'}},
    },
    'one_touch_threads': {
        'ours': {'day': 'created', 'reading': 'one_message', 'statistic': 'sum', 'clock': 'calendar'},
        'zendesk': {'stop': {'reading': 'one_reply'}},
        'zendesk_before': {'stop': {'reading': 'under_two_messages'}},
        'intercom': {'stop': {'reading': 'one_teammate'}},
        'help_scout': {'day': {'day': 'event'}},
        'zammad': {'stop': {'reading': 'quarter_hour'}, 'closing': {'reading': 'quarter_hour_ever'}},
    },
    'csat_ratio': {
        'ours': {'day': 'event', 'reading': 'satisfied', 'statistic': 'mean', 'clock': 'calendar'},
        'zendesk': {'statistic': {'reading': 'good_of_good_and_bad'}},
        'chatwoot': {},
        'gorgias': {'statistic': {'reading': 'score'}},
        'freescout': {'statistic': {'reading': 'good_less_bad'}},
        'frappe': {'day': {'day': 'closed'}, 'statistic': {'reading': 'score'}},
    },
    }) }}
{%- endmacro %}

{#- The axes in the order in which they are turned. -#}
{% macro axes() -%}
    {{ return(['day', 'start', 'stop', 'bots', 'closing', 'statistic', 'clock']) }}
{%- endmacro %}

{#- What is read for a definition before any axis is turned, and after each: eight readings. -#}
{% macro readings_of(number, definition) -%}
    {%- set reading = dict(definitions()[number].ours) -%}
    {%- set readings = [dict(reading)] -%}
    {%- for axis in axes() -%}
        {%- if definition != 'ours' -%}
            {%- do reading.update(definitions()[number][definition].get(axis, {})) -%}
        {%- endif -%}
        {%- do readings.append(dict(reading)) -%}
    {%- endfor -%}
    {{ return(readings) }}
{%- endmacro %}

{#- The name of a reading, by which it is found. -#}
{% macro reading_name(number, reading) -%}
    {{ return([number, reading.day, reading.reading, reading.statistic, reading.clock] | join('/')) }}
{%- endmacro %}

{#- All readings of all definitions, each once, by name. -#}
{% macro all_readings() -%}
    {%- set found = {} -%}
    {%- for number, listed in definitions().items() -%}
        {%- for definition in listed -%}
            {%- for reading in readings_of(number, definition) -%}
                {%- do found.update({reading_name(number, reading): dict(reading, number=number)}) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- The value after an axis; where there is none then, that before it, so that steps go on from what there was. -#}
{% macro value_after(place) -%}
    coalesce(
        {%- for before in range(place, -1, -1) %}
        reading_{{ before }}.value{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
