#!/usr/bin/env bash
# dlt: a column in which every value is null so far does not exist in the landing.
#
# Packages: "dlt[duckdb]==1.31.0"
# Expected: tickets none of which was closed yet land with a column closed_at that is null.
# Seen:     the table has no column closed_at (nor the nested name), so a query that names it fails until the first ticket
#           is closed.
# So:       a landing of dlt may lack any column: a missing one is read as null, and only a missing key is an error.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check "dlt[duckdb]==1.31.0"
cd "$folder"
cat >look.py <<'PYTHON'
import os

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
import dlt
import duckdb


def load(rows, table):
    pipeline = dlt.pipeline("p", destination=dlt.destinations.duckdb("lake.duckdb"), dataset_name="desk", pipelines_dir="state")
    pipeline.run(rows, table_name=table)
    with duckdb.connect("lake.duckdb") as connection:
        found = connection.execute(f"select * exclude (_dlt_load_id, _dlt_id) from desk.{table} order by all")
        print([column[0] for column in found.description], found.fetchall())


load([{"id": 1, "closed_at": None, "requester": {"id": 7, "name": None}}], "tickets")
PYTHON
cat >seen.txt <<'SEEN'
['id', 'requester__id'] [(1, 7)]
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo ""dlt[duckdb]==1.31.0""
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
