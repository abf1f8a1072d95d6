#!/usr/bin/env bash
# MetricFlow: a range of days asked by month counts days outside of it, at both ends and without a word.
#
# Packages: dbt-core==1.11.16 dbt-duckdb==1.11.1 dbt-metricflow==0.15.0 metricflow==0.213.0 duckdb==1.5.6
# Expected: --start-time 2024-02-10 --end-time 2024-03-10 by month counts the threads of those 30 days: 20 in February
#           (10 to 29), 10 in March (1 to 10); one thread a day.
# Seen:     29 and 31: the range is widened to whole months of the grouping. By day it is as asked, and so it is by
#           month with --where on the day.
# So:       docs/bi.md says so where an analyst looks, and groups by periods of ours that are not widened.
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
select cast(day as date) as day from range(date '2024-01-01', date '2025-01-01', interval 1 day) as days (day)
SQL
cat >models/threads.sql <<'SQL'
{{ config(materialized="table") }}
select day as created_date, 't' || strftime(day, '%j') as thread_id from {{ ref("days") }}
SQL
cat >models/semantic.yml <<'YAML'
models:
  - name: days
    time_spine: {standard_granularity_column: day}
    columns: [{name: day, granularity: day}]
semantic_models:
  - name: threads
    model: ref('threads')
    defaults: {agg_time_dimension: created_date}
    entities: [{name: thread, type: primary, expr: thread_id}]
    dimensions: [{name: created_date, type: time, type_params: {time_granularity: day}}]
    measures: [{name: new_threads, agg: count, expr: thread_id, create_metric: true}]
YAML
export DBT_PROFILES_DIR=. DBT_SEND_ANONYMOUS_USAGE_STATS=false
asked() {
    "$folder/venv/bin/mf" query --metrics new_threads --order metric_time --csv answer.csv "$@" >/dev/null
    tail -n +2 answer.csv | tr -d '\r' | cut -d' ' -f1- | sed 's/ 00:00:00//; s/T00:00:00//'
}
range=(--start-time 2024-02-10 --end-time 2024-03-10)
{
    "$folder/venv/bin/dbt" --quiet run >/dev/null
    echo "by month"
    asked "${range[@]}" --group-by metric_time__month
    echo "by month, --where on the day"
    asked --where "{{ TimeDimension('metric_time', 'day') }} between '2024-02-10' and '2024-03-10'" --group-by metric_time__month
    echo "by day, counted"
    asked "${range[@]}" --group-by metric_time__day | wc -l
} >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
cat >seen.txt <<'SEEN'
by month
2024-02-01,29
2024-03-01,31
by month, --where on the day
2024-02-01,20
2024-03-01,10
by day, counted
30
SEEN
echo "metricflow==0.213.0 dbt-metricflow==0.15.0"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
