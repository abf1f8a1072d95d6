{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'mart_labels_yearly'}}}) }}
-- A warning: so many are hardly chosen from a list. Most often an export puts texts or identifiers in labels.
select count(distinct label) as labels
from {{ ref('mart_labels_yearly') }}
having count(distinct label) > 10000
