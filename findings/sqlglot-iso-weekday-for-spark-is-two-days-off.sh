#!/usr/bin/env bash
# sqlglot: isodow of DuckDB becomes an expression of Spark's dayofweek that is two days off.
#
# Packages: sqlglot==30.30.0 duckdb==1.5.6
# Expected: Monday is 1 and Sunday 7 after the translation as before it.
# Seen:     with Spark's dayofweek (Sunday is 1, by its documentation) the written expression gives Monday 3 and Sunday 2.
# So:       weekdays are engine macros of ours (macros/engine), tested on each engine.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check sqlglot==30.30.0 duckdb==1.5.6
cd "$folder"
cat >look.py <<'PYTHON'
import duckdb
import sqlglot

written = sqlglot.transpile("select isodow(d)", read="duckdb", write="spark")[0]
print(written)
for day in ("2024-03-04", "2024-03-09", "2024-03-10"):
    iso, sunday_is_0 = duckdb.execute(f"select isodow(date '{day}'), dayofweek(date '{day}')").fetchone()
    expression = written.removeprefix("SELECT ").replace("DAYOFWEEK(d)", str(sunday_is_0 + 1))
    print(day, iso, duckdb.execute(f"select {expression}").fetchone()[0])
PYTHON
cat >seen.txt <<'SEEN'
SELECT ((DAYOFWEEK(d) % 7) + 1)
2024-03-04 1 3
2024-03-09 6 1
2024-03-10 7 2
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "sqlglot==30.30.0 duckdb==1.5.6"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
