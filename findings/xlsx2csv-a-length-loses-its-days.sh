#!/usr/bin/env bash
# xlsx2csv: a length of 50 hours becomes 02:02, one of a day 00:02, although the cell's format counts hours on.
#
# Packages: xlsx2csv==0.8.6 openpyxl==3.1.5
# Expected: the format [h]:mm:ss is what spreadsheets have for lengths of more than a day, and 50:02:05 is what the sheet shows;
#           openpyxl gives the length back, two days and all.
# Seen:     the number is written as a time of day, its days are dropped. The same length in the format [mm]:ss is a part of a day
#           instead, so that two columns of one sheet have two units.
# So:       lengths of time are numbers of seconds, in exports and in what is published (docs/bi.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check xlsx2csv==0.8.6 openpyxl==3.1.5
cd "$folder"
cat >look.py <<'PYTHON'
from datetime import timedelta

import openpyxl
from xlsx2csv import Xlsx2csv

book = openpyxl.Workbook()
sheet = book.active
sheet.append(["ticket", "resolution", "the same, in minutes"])
for ticket, hours in (("a", 5), ("b", 24), ("c", 50)):
    length = timedelta(hours=hours, minutes=2, seconds=5)
    sheet.append([ticket, length, length])
for row in sheet.iter_rows(min_row=2):
    row[1].number_format = "[h]:mm:ss"
    row[2].number_format = "[mm]:ss"
book.save("tickets.xlsx")

print("openpyxl:", [str(row[1]) for row in openpyxl.load_workbook("tickets.xlsx").active.iter_rows(min_row=2, values_only=True)])
Xlsx2csv("tickets.xlsx").convert("tickets.csv")
print(open("tickets.csv").read().strip())
PYTHON
cat >seen.txt <<'SEEN'
openpyxl: ['5:02:05', '1 day, 0:02:05', '2 days, 2:02:05']
ticket,resolution,"the same, in minutes"
a,05:02,0.20978
b,00:02,1.001447
c,02:02,2.08478
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "xlsx2csv==0.8.6 openpyxl==3.1.5"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
