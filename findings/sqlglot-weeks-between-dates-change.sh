#!/usr/bin/env bash
# sqlglot: a number of weeks between dates changes on the way from DuckDB to PostgreSQL.
#
# Packages: sqlglot==30.30.0 duckdb==1.5.6
# Expected: a translated date_diff gives what it gave: from Monday 4 to Sunday 17 March 2024 is 1 week in DuckDB.
# Seen:     the translation divides the 13 days by 7 and casts: 2 weeks.
# So:       our functions are translated from date_trunc and differences of days alone, and every value is compared.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check sqlglot==30.30.0 duckdb==1.5.6
cd "$folder"
cat >look.py <<'PYTHON'
import duckdb
import sqlglot

for first, last in (("2024-03-04", "2024-03-11"), ("2024-03-04", "2024-03-17")):
    sql = f"select date_diff('week', date '{first}', date '{last}')"
    days = duckdb.execute(f"select date '{last}' - date '{first}'").fetchone()[0]
    print(first, last, duckdb.execute(sql).fetchone()[0], duckdb.execute(f"select cast({days} / 7 as bigint)").fetchone()[0])
print(sqlglot.transpile("select date_diff('week', a, b)", read="duckdb", write="postgres")[0])
PYTHON
cat >seen.txt <<'SEEN'
2024-03-04 2024-03-11 1 1
2024-03-04 2024-03-17 1 2
SELECT CAST(EXTRACT(days FROM (CAST(b AS TIMESTAMP) - CAST(a AS TIMESTAMP))) / 7 AS BIGINT)
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "sqlglot==30.30.0 duckdb==1.5.6"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
