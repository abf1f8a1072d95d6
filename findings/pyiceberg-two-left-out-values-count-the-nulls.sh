#!/usr/bin/env bash
# PyIceberg: a filter that leaves out two labels also gives the threads that have none; one that leaves out one label does not.
#
# Packages: "pyiceberg[pyarrow,sql-sqlite]==0.12.0" pyarrow==26.0.1
# Expected: a row filter is the text of a condition, so label not in ('spam', 'test') is label != 'spam' and label != 'test', as in SQL,
#           with the nulls or without them, but the same; and what a delete removes is what a scan with its filter gives.
# Seen:     a list of two counts the thread without label, a list of one and the two conditions do not; a delete with the list
#           leaves the thread that the scan gives.
# So:       a condition on a column that may be null says itself what becomes of nulls; the filters of inbox_series name what is wanted.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check "pyiceberg[pyarrow,sql-sqlite]==0.12.0" pyarrow==26.0.1
cd "$folder"
cat >look.py <<'PYTHON'
import pyarrow
from pyiceberg.catalog.sql import SqlCatalog

THREADS = pyarrow.table({"thread": ["1", "2", "3", "4"], "label": ["billing", "spam", "test", None]})
catalog = SqlCatalog("desk", uri="sqlite:///:memory:", warehouse="file:lake")
catalog.create_namespace("desk")


def table(name):
    made = catalog.create_table(f"desk.{name}", schema=THREADS.schema)
    made.append(THREADS)
    return made


threads = table("threads")
for label in ("label != 'spam'", "label not in ('spam')", "label != 'spam' and label != 'test'", "label not in ('spam', 'test')"):
    print(f"scan, {label}: {threads.scan(row_filter=label).to_arrow()['thread'].to_pylist()}")
thinned = table("thinned")
thinned.delete("label not in ('spam', 'test')")
print(f"left after a delete of the last: {thinned.scan().to_arrow()['thread'].to_pylist()}")
PYTHON
cat >seen.txt <<'SEEN'
scan, label != 'spam': ['1', '3']
scan, label not in ('spam'): ['1', '3']
scan, label != 'spam' and label != 'test': ['1']
scan, label not in ('spam', 'test'): ['1', '4']
left after a delete of the last: ['2', '3', '4']
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "pyiceberg[pyarrow,sql-sqlite]==0.12.0 pyarrow==26.0.1"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
