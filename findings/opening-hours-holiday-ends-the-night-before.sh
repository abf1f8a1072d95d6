#!/usr/bin/env bash
# opening-hours-py: a day that is off ends the night shift that opened the evening before.
#
# Packages: opening-hours-py==2.1.4
# Expected: with 22:00-06:00 each day and 5 March off, the shift of the 4th ends on the 5th at 06:00; the evening of the 5th
#           has none.
# Seen:     the shift of the 4th ends at midnight; any rule for the 5th, an opening too, cuts it in the same way.
# So:       our schedules say it the other way round (a date replaces the spans that open on it), documented and tested.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check opening-hours-py==2.1.4
cd "$folder"
cat >look.py <<'PYTHON'
from datetime import datetime
from opening_hours import OpeningHours

for rules in ("22:00-06:00", "22:00-06:00; 2024 Mar 05 off", "22:00-06:00; Tu 10:00-12:00"):
    spans = OpeningHours(rules).intervals(datetime(2024, 3, 4, 12), datetime(2024, 3, 5, 20))
    print(rules, [(f"{first:%d %H:%M}", f"{last:%d %H:%M}") for first, last, state, _ in spans if str(state) == "open"])
PYTHON
cat >seen.txt <<'SEEN'
22:00-06:00 [('04 22:00', '05 06:00')]
22:00-06:00; 2024 Mar 05 off [('04 22:00', '05 00:00')]
22:00-06:00; Tu 10:00-12:00 [('04 22:00', '05 00:00'), ('05 10:00', '05 12:00')]
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "opening-hours-py==2.1.4"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
