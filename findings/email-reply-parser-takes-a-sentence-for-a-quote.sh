#!/usr/bin/env bash
# email-reply-parser: a customer's own sentence is taken for a quoted mail.
#
# Packages: email-reply-parser==0.5.12
# Expected: a mail that quotes nothing is its own reply.
# Seen:     a sentence "On the ... wrote:" takes the whole mail away, one that begins with "From:" all that follows.
# So:       lengths of messages come from the desk's own plain text; no quote is guessed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check email-reply-parser==0.5.12
cd "$folder"
cat >look.py <<'PYTHON'
from email_reply_parser import EmailReplyParser

for text in (
    "On the invoice you wrote:\n12 pieces. I ordered 10.\n",
    "The parcel came today.\n\nFrom: the box one part is missing.\n",
):
    print(len(text), repr(EmailReplyParser.parse_reply(text)))
PYTHON
cat >seen.txt <<'SEEN'
51 ''
59 'The parcel came today.'
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "email-reply-parser==0.5.12"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
