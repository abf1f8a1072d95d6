#!/usr/bin/env bash
# pm4py: business hours are judged by Warsaw's clock, until the log is formatted as the documentation begins with; then by that of UTC.
#
# Packages: pm4py==2.7.23.11 pandas==3.1.1
# Expected: a thread of a Monday in July from 9 to 17 o'clock in Warsaw, at a desk that is open from 9 to 17, took 8 business
#           hours, as it has while the log's columns have their zone, whatever they are called.
# Seen:     format_dataframe turns instants into UTC, and the hours are then read from their clock: 6 hours of the very same log, and
#           in winter 7. A log without a zone is formatted alike and has 8, so that the more exact of two logs is the wrong one.
# So:       opening hours have the inbox's zone, and are laid over instants (docs/exports.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check pm4py==2.7.23.11 pandas==3.1.1
cd "$folder"
cat >look.py <<'PYTHON'
import pandas
import pm4py

HOUR = 3600
OPEN = [(day * 24 * HOUR + 9 * HOUR, day * 24 * HOUR + 17 * HOUR) for day in range(5)]


def hours(log):
    return [seconds / HOUR for seconds in pm4py.get_all_case_durations(log, business_hours=True, business_hour_slots=OPEN)]


for day in ("2024-07-01", "2024-12-02"):
    naive = pandas.DataFrame({
        "case:concept:name": ["thread", "thread"],
        "concept:name": ["opened", "closed"],
        "time:timestamp": pandas.to_datetime([f"{day} 09:00", f"{day} 17:00"]),
    })
    local = naive.assign(**{"time:timestamp": naive["time:timestamp"].dt.tz_localize("Europe/Warsaw")})
    for name, log in (("with a zone", local), ("without", naive)):
        formatted = pm4py.format_dataframe(log.copy())
        print(day, name, hours(log), "formatted", hours(formatted))
PYTHON
cat >seen.txt <<'SEEN'
2024-07-01 with a zone [8.0] formatted [6.0]
2024-07-01 without [8.0] formatted [8.0]
2024-12-02 with a zone [8.0] formatted [7.0]
2024-12-02 without [8.0] formatted [8.0]
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "pm4py==2.7.23.11 pandas==3.1.1"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
