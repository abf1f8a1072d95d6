#!/usr/bin/env bash
# pandas: one and a half hours written with a comma are fifteen.
#
# Packages: pandas==3.1.1 pytimeparse2==1.7.1
# Expected: "1,5h", as a desk in Poland or Germany shows a target, is an hour and a half, or refused as to_numeric refuses "1,5",
#           pytimeparse2 "1,5h" and Timedelta itself "PT1,5H".
# Seen:     Timedelta and to_timedelta leave commas out wherever they stand: 15 hours, "0,25h" is 25 hours, and a column of both
#           spellings is read through without a word.
# So:       lengths of time are published as numbers of seconds (docs/bi.md), and a decimal comma in an export is refused.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check pandas==3.1.1 pytimeparse2==1.7.1
cd "$folder"
cat >look.py <<'PYTHON'
import pandas
import pytimeparse2

TEXTS = ("1.5h", "1,5h", "0,25h", "1,5 hours", "PT1,5H")


def read(parse, text):
    try:
        told = parse(text)
    except ValueError:
        return "refused"
    return "refused" if told is None else f"{pandas.Timedelta(told, unit='s').total_seconds() / 3600:g} h"


for text in TEXTS:
    print(f"{text:10} Timedelta {read(pandas.Timedelta, text)}, pytimeparse2 {read(pytimeparse2.parse, text)}")
waits = pandas.to_timedelta(pandas.Series(["1.5h", "1,5h", "2h"]))
print("sum of 1.5h, 1,5h and 2h:", waits.sum().total_seconds() / 3600)
PYTHON
cat >seen.txt <<'SEEN'
1.5h       Timedelta 1.5 h, pytimeparse2 1.5 h
1,5h       Timedelta 15 h, pytimeparse2 refused
0,25h      Timedelta 25 h, pytimeparse2 refused
1,5 hours  Timedelta 15 h, pytimeparse2 refused
PT1,5H     Timedelta refused, pytimeparse2 refused
sum of 1.5h, 1,5h and 2h: 18.5
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "pandas==3.1.1 pytimeparse2==1.7.1"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
