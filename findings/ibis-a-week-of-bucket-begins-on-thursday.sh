#!/usr/bin/env bash
# ibis: bucket(weeks=1) on DuckDB begins its weeks on a Thursday; truncate("W") and the same expression on polars on a Monday.
#
# Packages: "ibis-framework[duckdb,polars]==12.0.0" duckdb==1.5.6 polars==2.1.0
# Expected: the Sunday 31 March 2024 is in the week of Monday the 25th, as truncate("W") says, as DuckDB's own
#           time_bucket(interval 1 week) says, and as the polars backend answers the very same expression.
# Seen:     on DuckDB the week of bucket(weeks=1) is that of Thursday the 28th: it counts from 1 January 1970.
# So:       docs/bi.md says so; weeks are read from period_start_date, which follows the week start that was set.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check "ibis-framework[duckdb,polars]==12.0.0" duckdb==1.5.6 polars==2.1.0
cd "$folder"
cat >look.py <<'PYTHON'
from datetime import datetime

import duckdb
import ibis

threads = ibis.memtable({"created_at": [datetime(2024, 3, 31, 12)]})
for backend in (ibis.duckdb, ibis.polars):
    connection = backend.connect()
    for name, week in (("truncate", threads.created_at.truncate("W")), ("bucket", threads.created_at.bucket(weeks=1))):
        print(backend.name, name, connection.execute(week)[0].strftime("%A %d"))
(week,) = duckdb.execute("select time_bucket(interval 1 week, timestamp '2024-03-31 12:00')").fetchone()
print("time_bucket", week.strftime("%A %d"))
PYTHON
cat >seen.txt <<'SEEN'
duckdb truncate Monday 25
duckdb bucket Thursday 28
polars truncate Monday 25
polars bucket Monday 25
time_bucket Monday 25
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "ibis-framework[duckdb,polars]==12.0.0 duckdb==1.5.6 polars==2.1.0"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
