#!/usr/bin/env bash
# sqlglot: DuckDB's ~, which matches a whole text, is written back as a function that matches a part of it.
#
# Packages: sqlglot==30.30.0 duckdb==1.5.6
# Expected: read and written as DuckDB, a query gives what it gave: of three labels, 'bug' alone matches ~ 'bug'.
# Seen:     ~ becomes regexp_matches, for which 'not a bug' and 'debugging' match too; for PostgreSQL ~ stays ~, which there
#           means a part as well. (sqlglot 30.8.0 wrote regexp_full_match.)
# So:       functions that are translated match labels by equality alone; sqlglot is pinned, and every value is compared.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check sqlglot==30.30.0 duckdb==1.5.6
cd "$folder"
cat >look.py <<'PYTHON'
import duckdb
import sqlglot

asked = "select count(*) from (values ('bug'), ('not a bug'), ('debugging')) as labels (label) where label ~ 'bug'"
(written,) = sqlglot.transpile(asked, read="duckdb", write="duckdb")
for sql in (asked, written):
    print(duckdb.sql(sql).fetchone()[0], sql.lower().rpartition("where ")[2])
(postgres,) = sqlglot.transpile(asked, read="duckdb", write="postgres")
print("postgres", postgres.rpartition("WHERE ")[2])
PYTHON
cat >seen.txt <<'SEEN'
1 label ~ 'bug'
3 regexp_matches(label, 'bug')
postgres label ~ 'bug'
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "sqlglot==30.30.0 duckdb==1.5.6"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
