#!/usr/bin/env bash
# pandera: of two days put together, an invalid row of the one takes a valid row of the other along.
#
# Packages: pandera==0.35.0 pandas==3.1.1
# Expected: drop_invalid_rows=True drops the rows that fail a check, and keeps the others.
# Seen:     rows are dropped by their index label: pandas.concat of two files keeps the numbers of each, so the row of the other day
#           with the same number goes too, and neither an error nor a warning says so. With ignore_index=True it stays.
# So:       a rejected row is known by its file and its place in it (docs/bad-exports.md), never by the label of an index.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check pandera==0.35.0 pandas==3.1.1
cd "$folder"
cat >look.py <<'PYTHON'
import pandas
import pandera.pandas as pandera

monday = pandas.DataFrame({"thread": ["a", "b", "c"], "score": [5, 4, 3]})
tuesday = pandas.DataFrame({"thread": ["d", "e", "f"], "score": [9, 5, 1]})
ratings = pandera.DataFrameSchema(
    {"thread": pandera.Column(str), "score": pandera.Column(int, pandera.Check.in_range(1, 5))}, drop_invalid_rows=True
)
for day, rows in (("monday", monday), ("tuesday", tuesday)):
    print(day, list(ratings.validate(rows, lazy=True)["thread"]))
print("both", list(ratings.validate(pandas.concat([monday, tuesday]), lazy=True)["thread"]))
both = pandas.concat([monday, tuesday], ignore_index=True)
print("both, numbered anew", list(ratings.validate(both, lazy=True)["thread"]))
PYTHON
cat >seen.txt <<'SEEN'
monday ['a', 'b', 'c']
tuesday ['e', 'f']
both ['b', 'c', 'e', 'f']
both, numbered anew ['a', 'b', 'c', 'e', 'f']
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "pandera==0.35.0 pandas==3.1.1"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
