#!/usr/bin/env bash
# cuallee: one check of a median passes in DuckDB and fails in pandas and polars, as soon as a thread is unanswered.
#
# Packages: cuallee==0.15.4 duckdb==1.5.6 pandas==2.3.3 polars==2.1.0 pyarrow==26.0.1
# Expected: a check means the same on each dataframe; of waits of 60, 120 and 3600 seconds the median is 120, whether a thread
#           without an answer (null) stands beside them or not, as it is for has_mean.
# Seen:     with the null has_percentile(wait, 120, 0.5) passes in DuckDB alone; elsewhere every row counts as a violation. The
#           number of different values changes as well: in polars, and only there, null is one of them.
# So:       a median that is null says that there was nothing to measure; checks of ours are SQL of the engine that has the table.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check cuallee==0.15.4 duckdb==1.5.6 pandas==2.3.3 polars==2.1.0 pyarrow==26.0.1
cd "$folder"
cat >look.py <<'PYTHON'
import duckdb
import pandas
import polars
from cuallee import Check, CheckLevel

WAITS = {"all answered": [60.0, 120.0, 3600.0], "one not": [60.0, 120.0, 3600.0, None]}


def verdicts(check, frame):
    told = check.validate(frame)
    rows = told.to_dicts() if isinstance(told, polars.DataFrame) else told.to_dict("records")
    return " ".join(f"{row['rule']} {row['status']} ({float(row['violations']):.0f})," for row in rows)


def checks(**table):
    check = Check(CheckLevel.WARNING, "waits", **table)
    return check.has_percentile("wait", 120.0, 0.5).has_mean("wait", 1260.0).has_cardinality("wait", 3)


for name, waits in WAITS.items():
    frame = pandas.DataFrame({"wait": waits})
    connection = duckdb.connect()
    connection.register("threads", frame)
    print(name, "| duckdb:", verdicts(checks(table_name="threads"), connection))
    print(name, "| pandas:", verdicts(checks(), frame))
    print(name, "| polars:", verdicts(checks(), polars.DataFrame({"wait": waits})))
PYTHON
cat >seen.txt <<'SEEN'
all answered | duckdb: has_percentile PASS (0), has_mean PASS (0), has_cardinality PASS (0),
all answered | pandas: has_percentile PASS (0), has_mean PASS (0), has_cardinality PASS (0),
all answered | polars: has_percentile PASS (0), has_mean PASS (0), has_cardinality PASS (0),
one not | duckdb: has_percentile PASS (0), has_mean PASS (0), has_cardinality PASS (0),
one not | pandas: has_percentile FAIL (4), has_mean PASS (0), has_cardinality PASS (0),
one not | polars: has_percentile FAIL (4), has_mean PASS (0), has_cardinality FAIL (4),
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "cuallee==0.15.4 duckdb==1.5.6 pandas==2.3.3 polars==2.1.0 pyarrow==26.0.1"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
