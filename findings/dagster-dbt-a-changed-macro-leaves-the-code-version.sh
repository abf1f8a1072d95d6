#!/usr/bin/env bash
# dagster-dbt: a model whose macro has changed keeps its code version.
#
# Packages: dagster==1.13.27 dagster-dbt==0.29.27 dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==1.5.6
# Expected: the code version of a model changes with what its SQL compiles to, so that the UI marks it as out of date.
# Seen:     the same code version before and after: it follows the model's own file alone.
# So:       fingerprints of ours take in the macros that a model uses; nothing relies on code_version.
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


def code_version():
    return next(spec.code_version for spec in assets()[1].specs if spec.key.path == ["threads"])


before = code_version()
write(macros__day_dot_sql="{% macro day(instant) %}date_trunc('month', cast({{ instant }} as date)){% endmacro %}")
print("the same" if code_version() == before else "another")
PYTHON
cat >seen.txt <<'SEEN'
the same
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "dagster==1.13.27 dagster-dbt==0.29.27 dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==1.5.6"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
