{#-
The columns of each entity as the layers behind staging know them: named, defaults filled. One definition for all
records (stg_inbox__<entity>) and for those of a batch, which versioned_records reads.
-#}

{% macro staged_columns(entity) -%}
    {{ context['staged_' ~ entity]() }}
{%- endmacro %}

{% macro staged_threads() -%}
        thread_id,
        user_id,
        assigned_agent_id,
        closed_by_agent_id,
        team_id,
        case when deleted_at is not null then merged_into_thread_id end as merged_into_thread_id,

        coalesce(channel, 'unknown') as channel,
        status,
        priority,
        labels,

        coalesce(reopen_count, 0) as reopen_count,

        created_at,
        updated_at as version_at,
        case when status = 'closed' then closed_at end as closed_at,
        first_closed_at,
        deleted_at,

        export_date,
        file_name,
        row_number
{%- endmacro %}

{% macro staged_messages() -%}
        message_id,
        thread_id,
        author_id,

        author_type,

        body_length,

        coalesce(is_private, false) as is_private,

        sent_at,
        coalesce(updated_at, sent_at) as version_at,
        deleted_at,

        export_date,
        file_name,
        row_number
{%- endmacro %}

{% macro staged_ratings() -%}
        rating_id,
        thread_id,
        agent_id,

        score,

        rated_at,
        coalesce(updated_at, rated_at) as version_at,
        deleted_at,

        export_date,
        file_name,
        row_number
{%- endmacro %}

{% macro staged_agents() -%}
        agent_id,

        name,
        team,

        coalesce(is_active, true) as is_active,

        updated_at as version_at,

        export_date,
        file_name,
        row_number
{%- endmacro %}

{% macro staged_thread_events() -%}
        event_id,
        thread_id,
        actor_id,

        type as event_type,
        value as event_value,
        actor_type,

        occurred_at,
        coalesce(updated_at, occurred_at) as version_at,
        deleted_at,

        export_date,
        file_name,
        row_number
{%- endmacro %}

{% macro staged_teams() -%}
        team_id,

        name,

        updated_at as version_at,

        export_date,
        file_name,
        row_number
{%- endmacro %}
