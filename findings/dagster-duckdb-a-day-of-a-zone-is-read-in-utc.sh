#!/usr/bin/env bash
# dagster-duckdb: a partition of a local day replaces and loads the rows of the day in UTC.
#
# Packages: dagster==1.13.27 dagster-duckdb==0.29.27 dagster-duckdb-pandas==0.29.27 duckdb==1.5.6 pandas==2.3.3
# Expected: with DailyPartitionsDefinition(timezone="Europe/Warsaw") and a column of instants as partition_expr, 4 March is
#           23:00 UTC to 23:00 UTC, as the partition's own window says; made anew, it replaces its own rows.
# Seen:     the window goes into SQL as wall times without a zone, and the session's counts, here UTC: the 4th loads the first
#           thread of the 5th in place of its own; made anew, it has its own first twice and has taken that of the 5th away.
# So:       a day is a date of its own, reckoned once from the instant in the inbox's zone; nothing is replaced by a window of
#           instants.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check dagster==1.13.27 dagster-duckdb==0.29.27 dagster-duckdb-pandas==0.29.27 duckdb==1.5.6 pandas==2.3.3
cd "$folder"
cat >look.py <<'PYTHON'
import os

os.environ["TZ"] = "UTC"
import dagster
import duckdb
import pandas
from dagster_duckdb_pandas import DuckDBPandasIOManager

DAYS = dagster.DailyPartitionsDefinition("2024-03-01", timezone="Europe/Warsaw")
CREATED = pandas.to_datetime(["2024-03-03T23:30Z", "2024-03-04T12:00Z", "2024-03-04T23:30Z"])
THREADS = pandas.DataFrame({"thread": ["first of the 4th", "noon of the 4th", "first of the 5th"], "created_at": CREATED})


@dagster.asset(partitions_def=DAYS, metadata={"partition_expr": "created_at"})
def threads(context) -> pandas.DataFrame:
    window = context.partition_time_window
    return THREADS[(THREADS["created_at"] >= window.start) & (THREADS["created_at"] < window.end)]


@dagster.asset(partitions_def=DAYS)
def loaded(context, threads: pandas.DataFrame) -> None:
    print("loaded for", context.partition_key, sorted(threads["thread"]))


def make(asset, day, *others):
    io_manager = DuckDBPandasIOManager(database="desk.duckdb", schema="main")
    done = dagster.materialize([asset, *others], selection=[asset], partition_key=day, resources={"io_manager": io_manager})
    assert done.success


def kept():
    with duckdb.connect("desk.duckdb") as connection:
        return connection.execute("select thread, count(*) from threads group by all order by all").fetchall()


for day in ("2024-03-04", "2024-03-05"):
    make(threads, day)
print("each day made once", kept())
for day in ("2024-03-04", "2024-03-05"):
    make(loaded, day, threads)
make(threads, "2024-03-04")
print("4 March made anew", kept())
PYTHON
cat >seen.txt <<'SEEN'
each day made once [('first of the 4th', 1), ('first of the 5th', 1), ('noon of the 4th', 1)]
loaded for 2024-03-04 ['first of the 5th', 'noon of the 4th']
loaded for 2024-03-05 []
4 March made anew [('first of the 4th', 2), ('noon of the 4th', 1)]
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "dagster==1.13.27 dagster-duckdb==0.29.27 dagster-duckdb-pandas==0.29.27 duckdb==1.5.6 pandas==2.3.3"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
