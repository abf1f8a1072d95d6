#!/usr/bin/env bash
# DuckDB: a duration that pandas wrote to Parquet is an integer, and its unit is whatever the column had in pandas.
#
# Packages: duckdb==1.5.6 pandas==3.1.1 pyarrow==26.0.1
# Expected: 90 seconds are 90 seconds, an interval, as DuckDB has them from the same frame and pandas from the same file.
# Seen:     a BIGINT of 90, 90000, 90000000 or 90000000000, by the unit of the column (s, ms, us, ns); no word of it in DuckDB,
#           and files of two units are one column, whose median mixes them.
# So:       durations are published as doubles whose names end in _seconds; no export has a duration.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check duckdb==1.5.6 pandas==3.1.1 pyarrow==26.0.1
cd "$folder"
cat >look.py <<'PYTHON'
import duckdb
import pandas

for unit in ("s", "ms", "us", "ns"):
    frame = pandas.DataFrame({"first_response": pandas.to_timedelta([90], unit="s").as_unit(unit)})
    frame.to_parquet(f"{unit}.parquet")
    of_frame, of_file = (
        duckdb.sql(f"select typeof(first_response), cast(first_response as text) from {name}").fetchone()
        for name in ("frame", f"'{unit}.parquet'")
    )
    print(unit, of_frame, of_file, pandas.read_parquet(f"{unit}.parquet")["first_response"][0])
print("median of the four", duckdb.sql("select median(first_response) from '*.parquet'").fetchone())
PYTHON
cat >seen.txt <<'SEEN'
s ('INTERVAL', '00:01:30') ('BIGINT', '90') 0 days 00:01:30
ms ('INTERVAL', '00:01:30') ('BIGINT', '90000') 0 days 00:01:30
us ('INTERVAL', '00:01:30') ('BIGINT', '90000000') 0 days 00:01:30
ns ('INTERVAL', '00:01:30') ('BIGINT', '90000000000') 0 days 00:01:30
median of the four (45045000.0,)
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "duckdb==1.5.6 pandas==3.1.1 pyarrow==26.0.1"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
