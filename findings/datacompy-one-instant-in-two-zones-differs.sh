#!/usr/bin/env bash
# datacompy: one instant in two zones differs in every row, although its columns join by it.
#
# Packages: datacompy==1.1.0 pandas==2.3.3 polars==1.44.2 pyarrow==26.0.1
# Expected: of values that are no numbers exact matches are True; pandas says of each of these pairs that they are equal, and
#           numbers of two types are compared by their value.
# Seen:     a table in UTC and the same in Warsaw's zone or +01:00, as DuckDB and Parquet give them, match in no row, in pandas
#           as in polars; as a join column the same instants find each other, and all rows match.
# So:       docs/bi.md names the zones in which a table comes; our comparison of two warehouses compares instants in SQL.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check datacompy==1.1.0 pandas==2.3.3 polars==1.44.2 pyarrow==26.0.1
cd "$folder"
cat >look.py <<'PYTHON'
import datacompy
import pandas
import polars

CREATED = pandas.to_datetime(["2024-03-03T23:30Z", "2024-03-04T09:00Z"])
published = pandas.DataFrame({"thread_id": [1, 2], "created_at": CREATED, "messages": [3, 4]})

for zone in ("UTC", "Europe/Warsaw", "+01:00"):
    other = published.assign(created_at=CREATED.tz_convert(zone), messages=[3.0, 4.0])
    in_pandas = datacompy.PandasCompare(published, other, join_columns="thread_id")
    in_polars = datacompy.PolarsCompare(polars.from_pandas(published), polars.from_pandas(other), join_columns="thread_id")
    joined = datacompy.PandasCompare(published, other, join_columns="created_at")
    print(
        f"UTC and {zone}: equal in pandas {(published['created_at'] == other['created_at']).all()},",
        f"PandasCompare {in_pandas.matches()}, PolarsCompare {in_polars.matches()}, joined by it {joined.matches()}",
    )
PYTHON
cat >seen.txt <<'SEEN'
UTC and UTC: equal in pandas True, PandasCompare True, PolarsCompare True, joined by it True
UTC and Europe/Warsaw: equal in pandas True, PandasCompare False, PolarsCompare False, joined by it True
UTC and +01:00: equal in pandas True, PandasCompare False, PolarsCompare False, joined by it True
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "datacompy==1.1.0 pandas==2.3.3 polars==1.44.2 pyarrow==26.0.1"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
