#!/usr/bin/env bash
# dlt: two keys that differ by case or by style land in one column, and one value is lost.
#
# Packages: "dlt[duckdb]==1.31.0"
# Expected: custom fields named fooBar and foo_bar are two columns, or a collision is told.
# Seen:     one column foo_bar with the later value; no warning.
# So:       custom fields are on no list of ours; only columns of the vendor's own names are read.
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


load([{"id": 1, "orderNo": "A", "order_no": "B"}], "tickets")
PYTHON
cat >seen.txt <<'SEEN'
['id', 'order_no'] [(1, 'B')]
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo ""dlt[duckdb]==1.31.0""
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
