#!/usr/bin/env bash
# businesstime: eight working hours are 8 hours at closing time, and 24 when the next day opens.
#
# Packages: businesstime==0.3.0
# Expected: from 9:00 on Monday the desk (9 to 17) has worked 8 hours at 17:00, and at 9:00 on Tuesday as many, as
#           businesstime_hours says; the example of its documentation has a day in a timedelta, and does not say of how many hours.
# Seen:     businesstimedelta counts a whole day that lies between as a day of 24 hours, and what is left by the clock: the two
#           differ by 16 hours, in a timedelta whose total_seconds, mean and median know nothing of it. The threads' median
#           is 24 hours in place of 8.
# So:       business_seconds are seconds in which the desk was open; a working day is no unit of ours.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check businesstime==0.3.0
cd "$folder"
cat >look.py <<'PYTHON'
from datetime import datetime, time
from statistics import median

import businesstime

desk = businesstime.BusinessTime(business_hours=(time(9), time(17)))
opened = datetime(2024, 3, 4, 9)
answered = [
    datetime(2024, 3, 4, 10),
    datetime(2024, 3, 4, 17),
    datetime(2024, 3, 5, 9),
    datetime(2024, 3, 5, 9, 1),
    datetime(2024, 3, 5, 12),
]
for name, clock in (("businesstimedelta", desk.businesstimedelta), ("businesstime_hours", desk.businesstime_hours)):
    waits = [clock(opened, answer) for answer in answered]
    print(name, "median", median(waits).total_seconds() / 3600)
    for answer, wait in zip(answered, waits):
        print(f"    answered {answer:%a %H:%M}: {wait}, {wait.total_seconds() / 3600:.2f} hours")
PYTHON
cat >seen.txt <<'SEEN'
businesstimedelta median 24.0
    answered Mon 10:00: 1:00:00, 1.00 hours
    answered Mon 17:00: 8:00:00, 8.00 hours
    answered Tue 09:00: 1 day, 0:00:00, 24.00 hours
    answered Tue 09:01: 1 day, 0:01:00, 24.02 hours
    answered Tue 12:00: 1 day, 3:00:00, 27.00 hours
businesstime_hours median 8.0
    answered Mon 10:00: 1:00:00, 1.00 hours
    answered Mon 17:00: 8:00:00, 8.00 hours
    answered Tue 09:00: 8:00:00, 8.00 hours
    answered Tue 09:01: 8:01:00, 8.02 hours
    answered Tue 12:00: 11:00:00, 11.00 hours
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "businesstime==0.3.0"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
