#!/usr/bin/env bash
# Singer: a boolean that an API writes as the text 0 or no becomes true.
#
# Packages: singer-python==6.8.0
# Expected: the schema says boolean, so the texts "0" and "no" become false, or are refused as an integer's "5.0" is.
# Seen:     true for every text but "false" and the empty one; the number 0 is false. No error and no warning.
# So:       docs/sources.md says so; the desks whose Singer landings we read write true and false.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check singer-python==6.8.0
cd "$folder"
cat >look.py <<'PYTHON'
from singer import transform

schema = {"type": "object", "properties": {"is_private": {"type": ["null", "boolean"]}}}
for value in (False, 0, "false", "0", "no", "f", "1"):
    print(repr(value), transform({"is_private": value}, schema)["is_private"])
PYTHON
cat >seen.txt <<'SEEN'
False False
0 False
'false' False
'0' True
'no' True
'f' True
'1' True
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "singer-python==6.8.0"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
