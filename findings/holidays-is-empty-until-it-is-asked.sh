#!/usr/bin/env bash
# holidays: a calendar that knows Christmas has no days when it is listed first.
#
# Packages: holidays==0.108
# Expected: writing a year's holidays to a schedule by going over the calendar gives that year's holidays.
# Seen:     none before a date was looked up, and then the days of that one year: a file written by the same lines differs
#           by what was asked before.
# So:       whoever writes a schedules file names the years (country_holidays(..., years=[...])).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check holidays==0.108
cd "$folder"
cat >look.py <<'PYTHON'
from datetime import date
import holidays

calendar = holidays.country_holidays("PL")
print(len(calendar), sorted(calendar))
print(date(2024, 12, 25) in calendar, len(calendar), {day.year for day in calendar})
print(len(holidays.country_holidays("PL", years=[2024, 2025])))
PYTHON
cat >seen.txt <<'SEEN'
0 []
True 13 {2024}
27
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "holidays==0.108"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
