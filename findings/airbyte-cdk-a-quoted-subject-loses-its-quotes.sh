#!/usr/bin/env bash
# Airbyte CDK: AddFields reads a text that it copies as a line of Python, also where the value's type is said to be a string.
#
# Packages: airbyte-cdk==7.39.1
# Expected: {{ record['subject'] }} with the value type string copies each subject as it is; without a type, the type "is
#           inferred from the value", which is a text.
# Seen:     a subject in quotes loses them, two quoted words grow together, what follows a # is gone; without a type the
#           identifiers 1_000 and 1e3 become the numbers 1000 and 1000.0, while 007 stays.
# So:       identifiers are taken from the vendor's own columns, never from columns that a connector's manifest adds.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check airbyte-cdk==7.39.1
cd "$folder"
cat >look.py <<'PYTHON'
from airbyte_cdk.sources.declarative.transformations.add_fields import AddedFieldDefinition, AddFields


def copied(text, value_type):
    field = AddedFieldDefinition(path=["copy"], value="{{ record['subject'] }}", value_type=value_type, parameters={})
    record = {"subject": text}
    AddFields(fields=[field], parameters={}).transform(record, config={})
    return record["copy"]


for text in ('"Refund"', "'late' 'again'", "'late' # again", "late", "1_000", "1e3", "007"):
    print(f"{text:16} string: {copied(text, str)!r:18} inferred: {copied(text, None)!r}")
PYTHON
cat >seen.txt <<'SEEN'
"Refund"         string: 'Refund'           inferred: 'Refund'
'late' 'again'   string: 'lateagain'        inferred: 'lateagain'
'late' # again   string: 'late'             inferred: 'late'
late             string: 'late'             inferred: 'late'
1_000            string: '1_000'            inferred: 1000
1e3              string: '1e3'              inferred: 1000.0
007              string: '007'              inferred: '007'
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "airbyte-cdk==7.39.1"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
