#!/usr/bin/env bash
# Airbyte CDK: 20240304, the fourth of March as ISO 8601 writes it in short, is a second of August 1970; with an hour it is 2024.
#
# Packages: airbyte-cdk==7.39.1
# Expected: ab_datetime_parse, by which the start date of a connector for files and the cursors of others are read, handles
#           "ISO8601/RFC3339 format strings": 20240304 is the day that 20240304T00 and 2024-03-04 are, or it is refused.
# Seen:     whatever is digits alone is seconds since 1970, although this short form has an eighth of their range, and a year is
#           half an hour: a start that is meant as March 2024 brings every file since 1970, and ab_datetime_try_parse says that
#           it is valid. In 14 digits, the same form with a time is refused as too large.
# So:       the option since reads 20240304 as that day, also as a number of YAML; a moment is seconds where a desk writes them so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check airbyte-cdk==7.39.1
cd "$folder"
cat >look.py <<'PYTHON'
import warnings

warnings.simplefilter("ignore")

from airbyte_cdk.utils.datetime_helpers import ab_datetime_parse, ab_datetime_try_parse

for text in ("2024-03-04", "20240304", "20240304T00", "20240304T000000Z", "20240304000000", "2024"):
    try:
        read = ab_datetime_parse(text)
    except ValueError as error:
        read = f"refused: {error}"
    print(f"{text:16} {read}, valid: {ab_datetime_try_parse(text) is not None}")
PYTHON
cat >seen.txt <<'SEEN'
2024-03-04       2024-03-04T00:00:00+00:00, valid: True
20240304         1970-08-23T06:18:24+00:00, valid: True
20240304T00      2024-03-04T00:00:00+00:00, valid: True
20240304T000000Z 2024-03-04T00:00:00+00:00, valid: True
20240304000000   refused: Timestamp value too large, valid: False
2024             1970-01-01T00:33:44+00:00, valid: True
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "airbyte-cdk==7.39.1"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
