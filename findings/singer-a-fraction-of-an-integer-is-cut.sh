#!/usr/bin/env bash
# Singer: of a number that its schema calls an integer the fraction is cut, while the same number as text is refused.
#
# Packages: singer-python==6.8.0
# Expected: 5.7 is no integer: refused, as "5.7" is; or both are kept as they are.
# Seen:     5.7 becomes 5 and -0.5 becomes 0, without a word; "5.7" and even "5.0" end the tap; "1,234" becomes 1234.
# So:       docs/sources.md says so; no integer that we read of Singer's landings has a fraction at its desk.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check singer-python==6.8.0
cd "$folder"
cat >look.py <<'PYTHON'
from singer import transform
from singer.transform import SchemaMismatch

schema = {"type": "object", "properties": {"score": {"type": ["null", "integer"]}}}
for value in (5.7, -0.5, "5.7", "5.0", "1,234"):
    try:
        print(repr(value), transform({"score": value}, schema)["score"])
    except SchemaMismatch:
        print(repr(value), "is refused")
PYTHON
cat >seen.txt <<'SEEN'
5.7 5
-0.5 0
'5.7' is refused
'5.0' is refused
'1,234' 1234
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "singer-python==6.8.0"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
