#!/usr/bin/env bash
# mail-parser: zone words of Europe and India become UTC, without a word; those of America are right.
#
# Packages: mail-parser==4.8.0
# Expected: 09:00 CEST is 07:00 UTC, or the parser says that it does not know the word.
# Seen:     CEST, BST and IST give 09:00 UTC with the offset +0.0, as a mail of UTC has it; EST gives 14:00 UTC.
# So:       a zone word that RFC 5322 does not list counts as unknown, and the time of the last Received header is taken.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check mail-parser==4.8.0
cd "$folder"
cat >look.py <<'PYTHON'
import mailparser

for zone in ("+0200", "CEST", "BST", "IST", "EST"):
    mail = mailparser.parse_from_string(
        f"From: a@shop.example\nTo: b@shop.example\nSubject: s\nDate: Mon, 01 Jul 2024 09:00:00 {zone}\n\ntext\n"
    )
    print(zone, mail.date.isoformat(), mail.timezone)
PYTHON
cat >seen.txt <<'SEEN'
+0200 2024-07-01T07:00:00+00:00 +2.0
CEST 2024-07-01T09:00:00+00:00 +0.0
BST 2024-07-01T09:00:00+00:00 +0.0
IST 2024-07-01T09:00:00+00:00 +0.0
EST 2024-07-01T14:00:00+00:00 -5.0
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "mail-parser==4.8.0"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
