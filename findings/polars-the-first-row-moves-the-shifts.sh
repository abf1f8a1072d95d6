#!/usr/bin/env bash
# polars: which eight-hour shift a thread falls in depends on the first row of the frame.
#
# Packages: polars==2.1.0
# Expected: group_by_dynamic(every="8h") of a column in Warsaw's zone makes shifts from midnight, 8 and 16 o'clock, as
#           dt.truncate("8h") does and as it does itself while clocks stand. Of start_by="window" the documentation says how the first
#           window is found, not that later ones are so many hours after it by the clock of another season.
# Seen:     only the first window is truncated; after a change of clocks all others begin at 23, 7 and 15 o'clock, for as long as
#           the frame goes on. Without the rows before the change the same threads fall in other shifts.
# So:       docs/bi.md: group by the days and periods that are published, not by what a library makes of an instant.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check polars==2.1.0
cd "$folder"
cat >look.py <<'PYTHON'
from datetime import datetime, timezone

import polars

CREATED = [datetime(2024, 10, 26, 8), datetime(2024, 11, 29, 22, 30), datetime(2024, 11, 30, 5, 30), datetime(2024, 11, 30, 6, 30)]
instants = polars.Series("created_at", [instant.replace(tzinfo=timezone.utc) for instant in CREATED])
threads = polars.DataFrame({"created_at": instants.dt.convert_time_zone("Europe/Warsaw")})


def shown(groups):
    return [f"{begin:%d %b %H:%M} {count}" for begin, count in groups.agg(polars.len()).sort("created_at").rows() if begin.month == 11]


print("of October and November", shown(threads.group_by_dynamic("created_at", every="8h")))
print("of November alone      ", shown(threads[1:].group_by_dynamic("created_at", every="8h")))
print("truncated              ", shown(threads.group_by(polars.col("created_at").dt.truncate("8h"))))
PYTHON
cat >seen.txt <<'SEEN'
of October and November ['29 Nov 23:00 2', '30 Nov 07:00 1']
of November alone       ['29 Nov 16:00 1', '30 Nov 00:00 2']
truncated               ['29 Nov 16:00 1', '30 Nov 00:00 2']
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "polars==2.1.0"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
