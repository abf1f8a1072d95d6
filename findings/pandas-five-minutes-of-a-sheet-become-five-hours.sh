#!/usr/bin/env bash
# pandas: a length of five minutes in an .ods sheet that shows minutes and seconds is read as five hours.
#
# Packages: pandas==3.1.1 odfpy==1.4.1
# Expected: read_excel gives the value of a cell, as it does for numbers, percentages and dates: the cell's office:time-value says
#           PT00H05M00S, whatever format it is shown in.
# Seen:     engine="odf" reads the text that the sheet shows, as a time of day: 05:00 in the format MM:SS is five hours; the same
#           value shown as HH:MM:SS is five minutes. A median of first responses is 60 times too long, without a word.
# So:       lengths of time are numbers of seconds, in exports and in what is published (docs/bi.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check pandas==3.1.1 odfpy==1.4.1
cd "$folder"
cat >look.py <<'PYTHON'
import pandas
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P


def cell(shown, **value):
    made = TableCell(**value)
    made.addElement(P(text=shown))
    return made


sheet = Table(name="tickets")
titles = ("first response, shown MM:SS", "first response, shown HH:MM:SS")
rows = [[cell(title, valuetype="string") for title in titles]]
for minutes in (5, 12, 20):
    value = {"valuetype": "time", "timevalue": f"PT00H{minutes:02}M00S"}
    rows.append([cell(f"{minutes:02}:00", **value), cell(f"00:{minutes:02}:00", **value)])
for cells in rows:
    row = TableRow()
    for each in cells:
        row.addElement(each)
    sheet.addElement(row)
document = OpenDocumentSpreadsheet()
document.spreadsheet.addElement(sheet)
document.save("tickets.ods")

tickets = pandas.read_excel("tickets.ods", engine="odf")
for title in titles:
    seconds = pandas.to_timedelta(tickets[title].astype(str)).dt.total_seconds()
    print(f"{title}: {[str(length) for length in tickets[title]]}, median {seconds.median():.0f} seconds")
PYTHON
cat >seen.txt <<'SEEN'
first response, shown MM:SS: ['05:00:00', '12:00:00', '20:00:00'], median 43200 seconds
first response, shown HH:MM:SS: ['00:05:00', '00:12:00', '00:20:00'], median 720 seconds
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "pandas==3.1.1 odfpy==1.4.1"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
