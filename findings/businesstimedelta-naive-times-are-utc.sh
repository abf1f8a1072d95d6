#!/usr/bin/env bash
# businesstimedelta: a time without a zone is read as UTC, although the rule names a zone.
#
# Packages: businesstimedelta==1.0.1 pytz==2026.2
# Expected: 9:00 to 17:00 without a zone, against a rule of 9 to 17 in Warsaw, is a whole working day: 8 hours.
# Seen:     7 hours in winter and 6 in summer: the times were taken for UTC and no word was said.
# So:       times get their zone where they are read; none without one reaches a clock.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check businesstimedelta==1.0.1 pytz==2026.2
cd "$folder"
cat >look.py <<'PYTHON'
from datetime import datetime, time
import businesstimedelta as b
import pytz

day = b.Rules([b.WorkDayRule(time(9), time(17), list(range(5)), tz=pytz.timezone("Europe/Warsaw"))])
for month in (3, 7):
    first, last = datetime(2024, month, 4, 9), datetime(2024, month, 4, 17)
    print(first, last, day.difference(first, last).timedelta)
PYTHON
cat >seen.txt <<'SEEN'
2024-03-04 09:00:00 2024-03-04 17:00:00 7:00:00
2024-07-04 09:00:00 2024-07-04 17:00:00 6:00:00
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "businesstimedelta==1.0.1 pytz==2026.2"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
