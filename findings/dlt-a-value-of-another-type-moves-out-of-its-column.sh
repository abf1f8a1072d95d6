#!/usr/bin/env bash
# dlt: a value of another type leaves null in its column and lies in a new one beside it.
#
# Packages: "dlt[duckdb]==1.31.0"
# Expected: a score that is a number in one row and a word in the next is widened to text, or refused.
# Seen:     the column keeps its type and is null where the word was; the word is in score__v_text.
# So:       a landing of dlt is read with its <column>__v_<type> columns; else ratings and identifiers vanish as nulls.
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


load([{"id": 1, "score": 5}, {"id": 2, "score": "good"}], "ratings")
PYTHON
cat >seen.txt <<'SEEN'
['id', 'score', 'score__v_text'] [(1, 5, None), (2, None, 'good')]
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo ""dlt[duckdb]==1.31.0""
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
