#!/usr/bin/env bash
# lifelines: a thread that is still unanswered has waited -9e18 hours, and leaves the median before it began.
#
# Packages: lifelines==0.30.3 pandas==2.3.3 numpy==2.4.6 scipy==1.17.1
# Expected: datetimes_to_durations takes times as texts, an end that is missing is filled by fill_date, "the last date of
#           observation": seen until 10 March, a thread of the 4th at 10:00 has waited 134 hours, and the median of waits of 2, 4 and
#           at least 134 hours is 4.
# Seen:     so it is with fill_date="2024-03-10 00:00". With "2024-03-10", a text of another form than the times, the wait is
#           the least number there is: as censored it leaves before all others, and the median is 2, that of the answered threads
#           alone. Nothing is refused; what is warned of are starts after their ends. Of a thread answered after that day the same
#           text cuts the wait rightly.
# So:       what is still unanswered has a row in fct_durations whose seconds are null, never a number (docs/bi.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check lifelines==0.30.3 pandas==2.3.3 numpy==2.4.6 scipy==1.17.1
cd "$folder"
cat >look.py <<'PYTHON'
import warnings

from lifelines import KaplanMeierFitter
from lifelines.utils import datetimes_to_durations

CREATED = ["2024-03-04 09:00", "2024-03-04 09:00", "2024-03-04 10:00"]
ANSWERED = {
    "unanswered": ["2024-03-04 11:00", "2024-03-04 13:00", None],
    "answered on the 20th": ["2024-03-04 11:00", "2024-03-04 13:00", "2024-03-20 12:00"],
}

for name, answered in ANSWERED.items():
    for day in ("2024-03-10 00:00", "2024-03-10"):
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            waits, seen = datetimes_to_durations(CREATED, answered, fill_date=day, freq="h")
        median = KaplanMeierFitter().fit(waits, seen).median_survival_time_
        words = [str(warning.message).strip() for warning in warned if "start_times" in str(warning.message)]
        print(f"{name}, until {day}: {[f'{wait:.3g}' for wait in waits]}, median {median:g}", *words)
PYTHON
cat >seen.txt <<'SEEN'
unanswered, until 2024-03-10 00:00: ['2', '4', '134'], median 4
unanswered, until 2024-03-10: ['2', '4', '-9.22e+18'], median 2 Warning: some values of start_times are after end_times.
answered on the 20th, until 2024-03-10 00:00: ['2', '4', '134'], median 4
answered on the 20th, until 2024-03-10: ['2', '4', '134'], median 4
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "lifelines==0.30.3 pandas==2.3.3 numpy==2.4.6 scipy==1.17.1"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
