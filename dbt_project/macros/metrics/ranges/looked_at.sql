{#-
The records that a number of a range looks at on its own day, for inbox_threads: a select a kind, of which all but those of
the number that is asked for give nothing. They read the CTE `asked`. Each has thread_id, record_id, user_id, value (what it adds), event_date (the
number's day), agent_id (whose it is) and own_place: the place of the reason for which it does not count, null where it does.
Columns are named with their relation, as `number` is the argument.
-#}

{#- The numbers that threads stand behind. -#}
{% macro explained_numbers() -%}
    {%- set names = [] -%}
    {%- for scope in scopes() -%}
        {%- for name in shown_numbers(scope) if name not in names and numbers()[name].kind != 'days' -%}
            {%- do names.append(name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{#- What tells the records of a kind apart: its column. -#}
{% macro record_id_of(kind) -%}
    {{ return({'messages': 'message_id', 'ratings': 'rating_id', 'waits': 'duration_id'}.get(kind, 'thread_id')) }}
{%- endmacro %}

{#-
Sums and ratios by their records: those made of the same kind, by the same day and agent, with the numbers and what each adds.
The messages of new threads are told message by message.
-#}
{% macro explained_sums() -%}
    {%- set groups = {} -%}
    {%- for name in explained_numbers() if numbers()[name].kind in ('sum', 'ratio') -%}
        {%- set number = dict(numbers()[numbers()[name].under or name]) -%}
        {%- if name == 'thread_messages' -%}
            {%- do number.update({'of': 'messages', 'day': 'thread_created_date', 'value': none}) -%}
        {%- endif -%}
        {%- set over = numbers()[numbers()[name].over] if numbers()[name].over else {} -%}
        {%- set value = over.value or ('case when ' ~ over.where ~ ' then 1 else 0 end' if over else '1') -%}
        {%- set group = groups.setdefault(
            number.of ~ number.day ~ number.whose, {'of': number.of, 'day': number.day, 'whose': number.whose, 'numbers': []}
        ) -%}
        {%- do group.numbers.append({'name': name, 'where': number.where or 'true', 'value': value}) -%}
    {%- endfor -%}
    {{ return(groups.values() | list) }}
{%- endmacro %}

{#- A case of the number that is asked for, with what a field says of each. -#}
{% macro by_number(group, field) -%}
    case number
        {%- for number in group.numbers %}
        when '{{ number.name }}' then {{ number[field] }}
        {%- endfor %}
    end
{%- endmacro %}

{#- Of ratings all are looked at, of others those that meet the number's condition. -#}
{% macro looked_at_sums() -%}
    {%- for group in explained_sums() %}
    {%- set kind = record_kinds()[group.of] %}
    select
        records.thread_id,
        records.{{ record_id_of(group.of) }} as record_id,
        {{ 'records.user_id' if group.of in ('threads', 'messages', 'ratings') else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as user_id,
        cast({{ by_number(group, 'value') }} as {{ column_type('double precision') }}) as value,
        records.{{ group.day }} as event_date,
        records.{{ group.whose }} as agent_id,
        {%- if group.of == 'messages' %}
        case when not records.is_counted then {{ reason_place('not_a_counted_message') }} end as own_place
        {%- elif group.of == 'ratings' %}
        case when not ({{ by_number(group, 'where') }}) then {{ reason_place('not_this_number') }} end as own_place
        {%- else %}
        cast(null as integer) as own_place
        {%- endif %}
    from {{ ref(kind.fact).include(database=false) }} as records
    inner join asked on records.{{ group.day }} between asked.first_date and asked.last_date
    where
        number in ('{{ group.numbers | map(attribute='name') | join("', '") }}')
        and {{ is_in_range('records.' ~ group.day) }}
        {%- if group.of == 'waits' %}
        and {{ kind.where }}
        {%- endif %}
        {%- if group.of != 'ratings' %}
        and {{ by_number(group, 'where') }}
        {%- endif %}
    union all
    {%- endfor %}
{%- endmacro %}

{#- Durations that ended as their measure says, by the clock of the number; a thread's without working time too. -#}
{% macro looked_at_durations() -%}
    {%- set names = numbers_of(['quantile']) %}
    select
        measured.thread_id,
        measured.duration_id as record_id,
        cast(null as {{ dbt.type_string() }}) as user_id,
        measured.timing as value,
        measured.timing_date as event_date,
        measured.agent_id,
        case
            when measured.seconds is null then {{ reason_place('time_inconsistent') }}
            when measured.timing is null then {{ reason_place('not_this_number') }}
        end as own_place
    from (
        select
            durations.thread_id,
            durations.duration_id,
            durations.agent_id,
            durations.seconds,
            {{ timing_date('durations.') }} as timing_date,
            case
                when number like '%business%' then durations.business_seconds
                else durations.seconds
            end as timing
        from {{ ref('fct_durations').include(database=false) }} as durations
        where
            durations.ended_at is not null
            and not (durations.measure = 'reply' and durations.ended_by = 'closing')
            and durations.measure = case number
                {%- for name in names %}
                when '{{ name }}' then '{{ numbers()[name].measure }}'
                {%- endfor %}
            end
    ) as measured
    inner join asked on measured.timing_date between asked.first_date and asked.last_date
{%- endmacro %}

{#- What users did: a thread begun, a counted message. Of new users, what those did whose first day ever lies in the range. -#}
{% macro looked_at_activities() -%}
    {%- for kind, day in {'threads': 'created_date', 'messages': 'sent_date'}.items() %}
    select
        records.thread_id,
        records.{{ record_id_of(kind) }} as record_id,
        records.user_id,
        cast(1 as {{ column_type('double precision') }}) as value,
        records.{{ day }} as event_date,
        records.assigned_agent_id as agent_id,
        case
            when number = 'new_users' and records.user_id not in (
                select days.user_id from {{ ref('fct_user_days').include(database=false) }} as days
                inner join asked on days.active_date between asked.first_date and asked.last_date
                where days.previous_active_date is null
            ) then {{ reason_place('not_this_number') }}
        end as own_place
    from {{ ref('fct_' ~ kind).include(database=false) }} as records
    inner join asked on records.{{ day }} between asked.first_date and asked.last_date
    where
        number in ('{{ numbers_of(['users']) | join("', '") }}')
        and {{ is_in_range('records.' ~ day) }}
        and records.user_id is not null{{ ' and records.is_counted' if kind == 'messages' }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- The threads of the end of a range: open ones, and those that wait. -#}
{% macro looked_at_ends() -%}
    {%- set ages = {'threads': ('created_date', 'created_at', ['open_threads']), 'waits': ('started_date', 'started_at', ['waiting_threads'])} %}
    {%- for kind, told in ages.items() %}
    {%- set day, instant, counts = told %}
    {%- set names = counts | list %}
    {%- for name in numbers_of(['age']) if numbers()[name].of == kind %}
        {%- do names.append(name) %}
    {%- endfor %}
    select
        records.thread_id,
        records.thread_id as record_id,
        cast(null as {{ dbt.type_string() }}) as user_id,
        case
            when number = '{{ counts[0] }}' then cast(1 as {{ column_type('double precision') }})
            else {{ seconds_between('records.' ~ instant, 'asked.ends_at') }}
        end as value,
        asked.balance_date as event_date,
        records.assigned_agent_id as agent_id,
        cast(null as integer) as own_place
    from {{ ref(record_kinds()[kind].fact).include(database=false) }} as records
    inner join asked on records.{{ day }} <= asked.balance_date
    where
        number in ('{{ names | join("', '") }}')
        {%- if kind == 'threads' %}
        and (records.closed_date is null or greatest(records.closed_date, records.created_date) > asked.balance_date)
        {%- else %}
        and records.{{ record_kinds()[kind].where }}
        and (records.ended_date is null or records.ended_date > asked.balance_date)
        {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
