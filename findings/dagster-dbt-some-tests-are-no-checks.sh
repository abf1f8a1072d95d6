#!/usr/bin/env bash
# dagster-dbt: a test over two models and a test of a source are no asset checks.
#
# Packages: dagster==1.13.27 dagster-dbt==0.29.27 dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==1.5.6
# Expected: each of the three tests of the project is an asset check in the UI.
# Seen:     one of them is: the singular test over two models and the test of the source fail a run without a check that
#           says so.
# So:       results of tests are reported by code of ours, each on an asset, with its words (dagster_app/assets_dbt).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check dagster==1.13.27 dagster-dbt==0.29.27 dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==1.5.6
cd "$folder"
cat >look.py <<'PYTHON'
import subprocess
import sys
from pathlib import Path


def write(**files):
    for name, text in files.items():
        path = Path(name.replace("__", "/").replace("_dot_", "."))
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def dbt(*arguments):
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", *arguments, "--profiles-dir", "."]
    subprocess.run(command, check=True, stdout=sys.stderr)


write(
    dbt_project_dot_yml="name: desk\nprofile: desk\n",
    profiles_dot_yml="desk: {target: here, outputs: {here: {type: duckdb, path: desk.duckdb}}}\n",
)

write(
    macros__day_dot_sql="{% macro day(instant) %}cast({{ instant }} as date){% endmacro %}",
    models__threads_dot_sql="select 1 as thread_id, {{ day(\"'2024-03-01'\") }} as day",
    models__messages_dot_sql="select 1 as thread_id, 2 as message_id",
    models__schema_dot_yml="""
sources: [{name: raw, schema: main, tables: [{name: landed, columns: [{name: thread_id, data_tests: [not_null]}]}]}]
models: [{name: threads, columns: [{name: thread_id, data_tests: [not_null]}]}]
""",
    tests__every_message_has_its_thread_dot_sql="select * from {{ ref('messages') }} "
    "where thread_id not in (select thread_id from {{ ref('threads') }})",
)
import json

from dagster_dbt import dbt_assets


def assets():
    dbt("parse")
    manifest = json.loads(Path("target/manifest.json").read_text())

    @dbt_assets(manifest=manifest)
    def models(context):
        yield

    return manifest, models

manifest, models = assets()
print("tests", sorted(name.split(".")[2] for name in manifest["nodes"] if name.startswith("test.")))
print("checks", sorted(key.name for key in models.check_keys))
PYTHON
cat >seen.txt <<'SEEN'
tests ['every_message_has_its_thread', 'not_null_threads_thread_id', 'source_not_null_raw_landed_thread_id']
checks ['not_null_threads_thread_id']
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "dagster==1.13.27 dagster-dbt==0.29.27 dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==1.5.6"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
