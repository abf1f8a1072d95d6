#!/usr/bin/env bash
# quotequail: of "On Mon, Mar 4, 2024 at 9:00 AM NAME wrote:" the year and the time become the sender's.
#
# Packages: quotequail==0.5.4
# Expected: date "Mon, Mar 4, 2024 at 9:00 AM" and sender "Care <care@shop.example>", as Gmail writes the line.
# Seen:     the date ends at "Mar 4"; the sender begins with the year.
# So:       times and authors come from headers and keys, never from the line above a quote.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check quotequail==0.5.4
cd "$folder"
cat >look.py <<'PYTHON'
import quotequail

mail = "Thank you.\n\nOn Mon, Mar 4, 2024 at 9:00 AM Care <care@shop.example> wrote:\n> Please try again.\n"
found = quotequail.unwrap(mail)
print(found["date"], "|", found["from"])
PYTHON
cat >seen.txt <<'SEEN'
Mon, Mar 4 | 2024 at 9:00 AM Care <care@shop.example>
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "quotequail==0.5.4"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
