#!/usr/bin/env bash
# pm4py: the median duration of four cases is the third longest, that of the same four steps the middle of the second and third.
#
# Packages: pm4py==2.7.23.11 pandas==3.1.1
# Expected: of threads answered after 1, 2, 3 and 10 hours the median is 2.5 hours, as statistics.median says and as the step from
#           "opened" to "answered", which is the whole thread, has in the performance graph of the same log.
# Seen:     get_median_case_duration says 3 hours, for a frame and for an event log alike: the upper of the two in the middle. Of
#           two threads it is the longer one, so that an agent with two answers has the worse as the median.
# So:       medians are interpolated, on each engine and in the oracle alike (docs/metrics.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check pm4py==2.7.23.11 pandas==3.1.1
cd "$folder"
cat >look.py <<'PYTHON'
from statistics import median

import pandas
import pm4py
from pm4py.statistics.traces.generic.log import case_statistics as of_logs
from pm4py.statistics.traces.generic.pandas import case_statistics as of_frames

HOUR = 3600
OPENED = pandas.Timestamp("2024-03-04 09:00", tz="UTC")


def log_of(hours):
    events = [
        {"case:concept:name": f"thread {hour}", "concept:name": name, "time:timestamp": OPENED + pandas.Timedelta(hours=after)}
        for hour in hours
        for name, after in (("opened", 0), ("answered", hour))
    ]
    return pm4py.format_dataframe(pandas.DataFrame(events))


for hours in ([1, 2, 3, 10], [1, 10], [1, 2, 10]):
    log = log_of(hours)
    steps, _, _ = pm4py.discover_performance_dfg(log)
    print(
        f"{hours}: median {median(hours)}, of the step {steps['opened', 'answered']['median'] / HOUR},",
        f"of the cases {of_frames.get_median_case_duration(log) / HOUR}",
        f"and {of_logs.get_median_case_duration(pm4py.convert_to_event_log(log)) / HOUR}",
    )
PYTHON
cat >seen.txt <<'SEEN'
[1, 2, 3, 10]: median 2.5, of the step 2.5, of the cases 3.0 and 3.0
[1, 10]: median 5.5, of the step 5.5, of the cases 10.0 and 10.0
[1, 2, 10]: median 2, of the step 2.0, of the cases 2.0 and 2.0
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "pm4py==2.7.23.11 pandas==3.1.1"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
