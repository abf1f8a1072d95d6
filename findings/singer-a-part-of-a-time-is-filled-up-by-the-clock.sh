#!/usr/bin/env bash
# Singer: a time without a day, or a day without a month, is filled up from the clock of the machine that runs the tap.
#
# Packages: singer-python==6.8.0
# Expected: "10:30", "5" and "monday" are no date-time, so the record is refused as "2024-13-01" is.
# Seen:     the day of the run at 10:30, the fifth of its month, the next Monday: a tap that runs again next month lands other
#           records of the same answer.
# So:       docs/sources.md says so; the desks whose Singer landings we read write whole instants.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check singer-python==6.8.0
cd "$folder"
cat >look.py <<'PYTHON'
from datetime import datetime, timedelta

from singer import transform
from singer.transform import SchemaMismatch

schema = {"type": "object", "properties": {"closed_at": {"type": ["null", "string"], "format": "date-time"}}}


def read(value):
    return transform({"closed_at": value}, schema)["closed_at"][:16]


today = datetime.now()
monday = today + timedelta(days=-today.weekday() % 7)
print("10:30 is today:", read("10:30") == f"{today:%Y-%m-%d}T10:30")
print("5 is the fifth of this month:", read("5") == f"{today:%Y-%m}-05T00:00")
print("monday is the next one:", read("monday") == f"{monday:%Y-%m-%d}T00:00")
try:
    read("2024-13-01")
except SchemaMismatch:
    print("2024-13-01 is refused")
PYTHON
cat >seen.txt <<'SEEN'
10:30 is today: True
5 is the fifth of this month: True
monday is the next one: True
2024-13-01 is refused
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "singer-python==6.8.0"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
