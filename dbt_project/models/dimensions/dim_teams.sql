with records as (
    select * from {{ ref('int_teams_deduplicated') }}
),

mentioned as (
    select * from {{ ref('int_teams_mentioned') }}
),

named as (
    select team_id from records
    union
    select team_id from mentioned
),

final as (
    select
        named.team_id,
        coalesce(records.name, named.team_id) as name
    from named
    left join records on named.team_id = records.team_id
)

select * from final
order by team_id
