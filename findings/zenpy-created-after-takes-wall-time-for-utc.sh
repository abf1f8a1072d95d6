#!/usr/bin/env bash
# Zenpy: a search by created_after sends the wall time of a time in Warsaw as UTC, without a word.
#
# Packages: zenpy==2.0.57 requests==2.34.2
# Expected: midnight of 4 March in Warsaw is asked for as 2024-03-03T23:00:00Z: tickets.incremental converts the same value
#           (1709506800), and created_between at least warns of a zone that is not UTC.
# Seen:     created_after asks for 2024-03-04T00:00:00Z, an hour (in summer two) late, and neither converts nor warns.
# So:       times go to an API as seconds or with the letter Z after a conversion of ours, tested against a server that reads them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check zenpy==2.0.57 requests==2.34.2
cd "$folder"
cat >look.py <<'PYTHON'
import io
import logging
from datetime import datetime, timedelta
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import requests
from requests.adapters import BaseAdapter
from zenpy import Zenpy


class Desk(BaseAdapter):
    """Answers as an empty account would, and prints what it was asked."""

    def send(self, request, **_):
        print("   ", unquote(unquote(request.url.partition("?")[2])))
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = 200, request.url, request
        answer.raw = io.BytesIO(b'{"results": [], "tickets": [], "count": 0, "next_page": null, "end_of_stream": true}')
        return answer

    def close(self):
        pass


class Warnings(logging.Handler):
    def emit(self, record):
        print("    warning:", record.getMessage())


logging.getLogger("zenpy").addHandler(Warnings(logging.WARNING))
session = requests.Session()
session.mount("https://", Desk())
desk = Zenpy(subdomain="desk", email="someone@desk.example", token="none", session=session)
midnight = datetime(2024, 3, 4, tzinfo=ZoneInfo("Europe/Warsaw"))
print("incremental")
list(desk.tickets.incremental(start_time=midnight))
print("created_between")
list(desk.search(type="ticket", created_between=[midnight, midnight + timedelta(days=1)]))
print("created_after")
list(desk.search(type="ticket", created_after=midnight))
PYTHON
cat >seen.txt <<'SEEN'
incremental
    start_time=1709506800
created_between
    warning: search parameter 'created_between' requires UTC time, results likely incorrect.
    warning: search parameter 'created_between' requires UTC time, results likely incorrect.
    query=type:ticket created>2024-03-04T00:00:00Z created<2024-03-05T00:00:00Z&filter[type]=ticket
created_after
    query=type:ticket created>2024-03-04T00:00:00Z&filter[type]=ticket
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "zenpy==2.0.57 requests==2.34.2"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
