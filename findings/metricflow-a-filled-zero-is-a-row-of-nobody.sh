#!/usr/bin/env bash
# MetricFlow: the zero that fills a day without ratings is a row of nobody, as nobody's own ratings are.
#
# Packages: dbt-core==1.11.16 dbt-duckdb==1.11.1 dbt-metricflow==0.15.0 metricflow==0.213.0 duckdb==1.5.6
# Expected: join_to_timespine with fill_nulls_with: 0, by day and agent: a zero for each agent on the days without ratings,
#           or no row where nobody was asked for; rows whose agent is null are ratings of nobody.
# Seen:     a day on which somebody was rated has no zero for the others, a day on which nobody was has one row, of the agent
#           null; it looks as the rows of 2 March do, where a rating of nobody was given.
# So:       nobody has a name in the semantic layer (Unassigned), so that a filled null is seen for what it is; the marts have
#           a row only where there is a number.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check \
    dbt-core==1.11.16 dbt-duckdb==1.11.1 dbt-metricflow==0.15.0 metricflow==0.213.0 duckdb==1.5.6
cd "$folder"
mkdir models
cat >dbt_project.yml <<'YAML'
name: desk
profile: desk
YAML
cat >profiles.yml <<'YAML'
desk: {target: here, outputs: {here: {type: duckdb, path: desk.duckdb}}}
YAML
cat >models/days.sql <<'SQL'
{{ config(materialized="table") }}
select cast(day as date) as day from range(date '2024-03-01', date '2024-03-05', interval 1 day) as days (day)
SQL
cat >models/ratings.sql <<'SQL'
{{ config(materialized="table") }}
select * from (values
    ('r1', date '2024-03-01', 'ann'), ('r2', date '2024-03-02', null), ('r3', date '2024-03-04', 'ben')
) as ratings (rating_id, rated_date, agent)
SQL
cat >models/semantic.yml <<'YAML'
models:
  - name: days
    time_spine: {standard_granularity_column: day}
    columns: [{name: day, granularity: day}]
semantic_models:
  - name: ratings
    model: ref('ratings')
    defaults: {agg_time_dimension: rated_date}
    entities: [{name: rating, type: primary, expr: rating_id}]
    dimensions:
      - {name: rated_date, type: time, type_params: {time_granularity: day}}
      - {name: agent, type: categorical}
    measures: [{name: ratings, agg: count, expr: rating_id}]
metrics:
  - name: ratings
    label: Ratings
    type: simple
    type_params: {measure: {name: ratings, fill_nulls_with: 0, join_to_timespine: true}}
YAML
export DBT_PROFILES_DIR=. DBT_SEND_ANONYMOUS_USAGE_STATS=false
{
    "$folder/venv/bin/dbt" --quiet run >/dev/null
    "$folder/venv/bin/mf" query --metrics ratings --group-by metric_time__day,rating__agent \
        --order metric_time__day --csv answer.csv >/dev/null
    tail -n +2 answer.csv | tr -d '\r' | sed 's/ 00:00:00//; s/T00:00:00//; s/,,/,null,/'
} >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
cat >seen.txt <<'SEEN'
2024-03-01,ann,1
2024-03-02,null,1
2024-03-03,null,0
2024-03-04,ben,1
SEEN
echo "metricflow==0.213.0 dbt-metricflow==0.15.0"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
