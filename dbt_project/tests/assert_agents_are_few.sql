{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'dim_agents'}}}) }}
-- A warning: so many are hardly people. Most often a column holds users, or texts, in the place of agents.
select count(*) as agents
from {{ ref('dim_agents') }}
having count(*) > 10000
