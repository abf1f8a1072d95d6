#!/usr/bin/env bash
# businesstimedelta: whatever is asked while a night shift runs has a working time of 0.
#
# Packages: businesstimedelta==1.0.1
# Expected: of a shift 22:00-06:00, from 22:00 on are 8 hours, from 23:30 on 6.5, from 01:00 on 5.
# Seen:     8 hours from 21:59, none from any time between 22:00 and 06:00.
# So:       a clock for working time is tested with starts within each kind of span, its very first instant among them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check businesstimedelta==1.0.1
cd "$folder"
cat >look.py <<'PYTHON'
from datetime import datetime, time
import businesstimedelta as b

shift = b.Rules([b.WorkDayRule(start_time=time(22), end_time=time(6), working_days=range(5))])
for start in (datetime(2024, 3, 4, 21, 59), datetime(2024, 3, 4, 22, 0), datetime(2024, 3, 4, 23, 30), datetime(2024, 3, 5, 1, 0)):
    print(start, shift.difference(start, datetime(2024, 3, 5, 6, 0)).timedelta)
PYTHON
cat >seen.txt <<'SEEN'
2024-03-04 21:59:00 8:00:00
2024-03-04 22:00:00 0:00:00
2024-03-04 23:30:00 0:00:00
2024-03-05 01:00:00 0:00:00
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "businesstimedelta==1.0.1"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
