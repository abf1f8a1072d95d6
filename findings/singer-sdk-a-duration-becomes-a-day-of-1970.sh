#!/usr/bin/env bash
# Singer SDK: a duration in a record becomes an instant of 1970, under a schema that says text or a number alike.
#
# Packages: singer-sdk==0.54.9
# Expected: a handling time of 30 hours that a driver gives as a timedelta (an interval of PostgreSQL) is refused, or written
#           as 108000 seconds, as "30:00:00" or as an ISO duration.
# Seen:     "1970-01-02T06:00:00+00:00" in the RECORD message: a date whose sums and medians are dates; no warning, though the
#           column's schema is a number in one case and a plain text in the other.
# So:       docs/sources.md says so; waits are reckoned from instants, no length of time is read of a landing.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check singer-sdk==0.54.9
cd "$folder"
cat >look.py <<'PYTHON'
import io
import json
from contextlib import redirect_stdout
from datetime import timedelta

from singer_sdk import Stream, Tap
from singer_sdk import typing as th


class Tickets(Stream):
    name = "tickets"
    schema = th.PropertiesList(
        th.Property("of_number", th.NumberType), th.Property("of_text", th.StringType)
    ).to_dict()

    def get_records(self, context):
        yield {"of_number": timedelta(hours=30), "of_text": timedelta(hours=30)}


class Desk(Tap):
    name = "tap-desk"
    config_jsonschema = th.PropertiesList().to_dict()

    def discover_streams(self):
        return [Tickets(self)]


with redirect_stdout(io.TextIOWrapper(io.BytesIO())) as written:
    Desk(config={}).sync_all()
    written.flush()
    lines = written.buffer.getvalue().decode().splitlines()
for line in lines:
    message = json.loads(line)
    if message["type"] == "RECORD":
        print(message["record"])
PYTHON
cat >seen.txt <<'SEEN'
{'of_number': '1970-01-02T06:00:00+00:00', 'of_text': '1970-01-02T06:00:00+00:00'}
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "singer-sdk==0.54.9"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
