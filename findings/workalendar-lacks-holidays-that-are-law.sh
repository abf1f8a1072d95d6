#!/usr/bin/env bash
# workalendar: days that are public holidays by law are working days.
#
# Packages: workalendar==17.0.0 holidays==0.108
# Expected: two libraries of public holidays agree on Poland's Christmas Eve (since 2025) and on the bank holiday for the
#           coronation in the United Kingdom (8 May 2023).
# Seen:     holidays has both, workalendar neither.
# So:       docs name holidays for writing a schedules file, and a schedule is a file that people can read and mend.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check workalendar==17.0.0 holidays==0.108
cd "$folder"
cat >look.py <<'PYTHON'
from datetime import date
import holidays
from workalendar.europe import Poland, UnitedKingdom

for code, calendar, day in (("PL", Poland(), date(2025, 12, 24)), ("GB", UnitedKingdom(), date(2023, 5, 8))):
    print(code, day, "holidays", day in holidays.country_holidays(code), "workalendar", calendar.is_holiday(day))
PYTHON
cat >seen.txt <<'SEEN'
PL 2025-12-24 holidays True workalendar False
GB 2023-05-08 holidays True workalendar False
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "workalendar==17.0.0 holidays==0.108"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
