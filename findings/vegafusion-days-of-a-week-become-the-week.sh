#!/usr/bin/env bash
# VegaFusion: days named by their week (yearweekday) become whole weeks, and the hours of a week those of its Sunday.
#
# Packages: altair==6.3.0 vegafusion==2.0.3 vl-convert-python==1.9.0.post1 pandas==2.3.3 pyarrow==25.0.1
# Expected: a chart shows the same with VegaFusion as without: altair's yearweekday, the day of a week of a year, of five threads
#           of four days gives four days, which are those of yearmonthdate, as Vega draws them.
# Seen:     VegaFusion answers with two Sundays and counts of four and one: beside the week the day is dropped, without a word. The
#           15 o'clock of a Monday and that of a Friday lie in one cell. By yearmonthdate the days are right.
# So:       docs/bi.md: group by the days and periods that are published, not by what a library makes of an instant.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check altair==6.3.0 vegafusion==2.0.3 vl-convert-python==1.9.0.post1 pandas==2.3.3 pyarrow==25.0.1
cd "$folder"
cat >look.py <<'PYTHON'
import os
import re

os.environ["TZ"] = "UTC"

import altair
import pandas
import vl_convert

CREATED = ["2024-03-04 09:00", "2024-03-04 15:00", "2024-03-05 10:00", "2024-03-08 15:00", "2024-03-11 09:00"]
threads = pandas.DataFrame({"created_at": pandas.to_datetime(CREATED)})

for unit in ("yearmonthdate", "yearweekday", "yearweekdayhours"):
    when = altair.Text("created_at:T", timeUnit=unit, format="%a %d %H:%M")
    chart = altair.Chart(threads).mark_text().encode(text=when, y="count()")
    drawn = re.findall(r">(\w{3} \d\d \d\d:\d\d)<", vl_convert.vegalite_to_svg(chart.to_dict()))
    counted = chart.transformed_data().sort_values(f"{unit}_created_at")
    print(unit)
    print("    Vega      ", ", ".join(sorted(drawn, key=lambda text: text.split()[1:])))
    print("    VegaFusion", ", ".join(f"{begin:%a %d %H:%M} ({count})" for begin, count in counted.itertuples(index=False)))
PYTHON
cat >seen.txt <<'SEEN'
yearmonthdate
    Vega       Mon 04 00:00, Tue 05 00:00, Fri 08 00:00, Mon 11 00:00
    VegaFusion Mon 04 00:00 (2), Tue 05 00:00 (1), Fri 08 00:00 (1), Mon 11 00:00 (1)
yearweekday
    Vega       Mon 04 00:00, Tue 05 00:00, Fri 08 00:00, Mon 11 00:00
    VegaFusion Sun 03 00:00 (4), Sun 10 00:00 (1)
yearweekdayhours
    Vega       Mon 04 09:00, Mon 04 15:00, Tue 05 10:00, Fri 08 15:00, Mon 11 09:00
    VegaFusion Sun 03 09:00 (1), Sun 03 10:00 (1), Sun 03 15:00 (2), Sun 10 09:00 (1)
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "altair==6.3.0 vegafusion==2.0.3 vl-convert-python==1.9.0.post1 pandas==2.3.3 pyarrow==25.0.1"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
