#!/usr/bin/env bash
# opening-hours-py: a wall time that comes twice opens at its second instant.
#
# Packages: opening-hours-py==2.1.4 tzdata==2026.2
# Expected: in the night in which clocks go back, 02:15-02:45 opens at the first 02:15 (00:15 UTC), as Python reads such a
#           time (fold=0).
# Seen:     it opens at the second, an hour later (01:15 UTC).
# So:       the business clock takes the first instant; the choice is written down and tested.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check opening-hours-py==2.1.4 tzdata==2026.2
cd "$folder"
cat >look.py <<'PYTHON'
from datetime import UTC, datetime
from zoneinfo import ZoneInfo
from opening_hours import OpeningHours

zone = ZoneInfo("Europe/Warsaw")
print("python", datetime(2024, 10, 27, 2, 15, tzinfo=zone).astimezone(UTC).time())
spans = OpeningHours("02:15-02:45", timezone=zone).intervals(
    datetime(2024, 10, 27, 0, tzinfo=zone), datetime(2024, 10, 27, 12, tzinfo=zone)
)
print("opening_hours", [first.astimezone(UTC).time().isoformat() for first, _, state, _ in spans if str(state) == "open"])
PYTHON
cat >seen.txt <<'SEEN'
python 00:15:00
opening_hours ['01:15:00']
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "opening-hours-py==2.1.4 tzdata==2026.2"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
