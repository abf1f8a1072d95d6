#!/usr/bin/env bash
# django-helpdesk: of a mail in UTF-8 that is sent as 8bit each letter with an accent becomes two, and a backslash is an escape.
#
# Packages: django-helpdesk==2.6.1
# Expected: the text is the same however the mail carries it: "C:\new żółw", 11 characters.
# Seen:     as 8bit it is 13 characters: "C:", a line's end, "ew", and seven letters in place of "żółw".
# So:       body_length is that of the text that the desk keeps; what its customers wrote may be shorter.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check django-helpdesk==2.6.1
cd "$folder"
cat >look.py <<'PYTHON'
import email
import email.message
import email.policy

import django
from django.conf import settings

settings.configure(
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "helpdesk"],
    HELPDESK_TEAMS_MODE_ENABLED=False,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()

from helpdesk.email import extract_email_message_content

for encoding in ("quoted-printable", "base64", "8bit"):
    mail = email.message.EmailMessage(policy=email.policy.default)
    mail.set_content("C:\\new żółw", charset="utf-8", cte=encoding)
    read = email.message_from_bytes(mail.as_bytes(), policy=email.policy.default)
    _, text = extract_email_message_content(read, [], False)
    print(encoding, len(text.rstrip("\n")), ascii(text.rstrip("\n")))
PYTHON
cat >seen.txt <<'SEEN'
quoted-printable 11 'C:\\new \u017c\xf3\u0142w'
base64 11 'C:\\new \u017c\xf3\u0142w'
8bit 13 'C:\new \xc5\xbc\xc3\xb3\xc5\x82w'
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "django-helpdesk==2.6.1"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
