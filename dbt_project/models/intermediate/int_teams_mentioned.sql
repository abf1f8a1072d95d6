{{ config(materialized='changed_rows', unique_key='team_id') }}

with threads as (
    {{ signed_rows(ref('int_threads_versioned')) }}
    where is_current
),

differences as (
    select
        team_id,
        sum(row_sign) as mentions
    from threads
    where team_id is not null
    group by team_id
),

{{ accumulated_rows(['team_id'], ['mentions']) }}
