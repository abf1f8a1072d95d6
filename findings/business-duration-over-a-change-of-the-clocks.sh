#!/usr/bin/env bash
# business-duration: the night in which clocks go forward has 24 hours, although the times carry a zone.
#
# Packages: business-duration==0.68 pandas==3.1.1 holidays==0.108
# Expected: around the clock, three local days with the change of 31 March 2024 in Warsaw are 71 hours, as pandas says.
# Seen:     72 hours; in October, with 73 real hours, 72 again.
# So:       working time is a difference of instants (the business clock), never of wall clocks.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check business-duration==0.68 pandas==3.1.1 holidays==0.108
cd "$folder"
cat >look.py <<'PYTHON'
from datetime import time
import pandas as pd
from business_duration import businessDuration

for day in ("2024-03-30", "2024-10-26"):
    first = pd.Timestamp(day, tz="Europe/Warsaw")
    last = first + pd.DateOffset(days=3)
    hours = businessDuration(first, last, time(0), time(23, 59, 59), weekendlist=[], unit="hour")
    print(day, "real", (last - first).total_seconds() / 3600, "told", round(hours, 2))
PYTHON
cat >seen.txt <<'SEEN'
2024-03-30 real 71.0 told 72.0
2024-10-26 real 73.0 told 72.0
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "business-duration==0.68 pandas==3.1.1 holidays==0.108"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
