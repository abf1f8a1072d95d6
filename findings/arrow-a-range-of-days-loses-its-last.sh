#!/usr/bin/env bash
# arrow: a range of days from 02:30 that crosses the change to summer time goes on at 03:30, and lacks its last day.
#
# Packages: arrow==1.4.0
# Expected: Arrow.range("day") gives the same wall time on each day, as shift(days=n) of the start does, and both ends, which it
#           includes: four days from 30 March to 2 April.
# Seen:     the hour that does not exist on the 31st moves all days after it by an hour, and the last is past the end: three days.
#           A job that asks a help desk day by day, cut at 02:30, leaves the last day out.
# So:       days are dates, reckoned once from the instant in the inbox's zone; a range of days is a range of dates.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check arrow==1.4.0
cd "$folder"
cat >look.py <<'PYTHON'
import arrow

first, last = (arrow.get(day, tzinfo="Europe/Warsaw") for day in ("2024-03-30T02:30", "2024-04-02T02:30"))
print("range", [f"{day:MM-DD HH:mm}" for day in arrow.Arrow.range("day", first, last)])
print("shift", [f"{first.shift(days=day):MM-DD HH:mm}" for day in range(4)])
PYTHON
cat >seen.txt <<'SEEN'
range ['03-30 02:30', '03-31 03:30', '04-01 03:30']
shift ['03-30 02:30', '03-31 03:30', '04-01 02:30', '04-02 02:30']
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "arrow==1.4.0"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
