#!/usr/bin/env bash
# zdesk: an incremental export that is asked for in pages of 500 ends after the first, although all pages were asked for.
#
# Packages: zdesk==2.8.1 requests==2.34.2
# Expected: get_all_pages=True makes requests while the answer names a next page; Zendesk says that an incremental export takes a
#           per_page of up to 1,000, and that end_of_stream tells the end.
# Seen:     an answer of an incremental export that counts less than 1,000 is taken for the last one: of 1,500 tickets there are
#           500, in an answer that itself says that the stream has not ended. In pages of 1,000 there are all of them.
# So:       our fetch goes by end_of_stream and the cursor, never by how full a page is.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check zdesk==2.8.1 requests==2.34.2
cd "$folder"
cat >look.py <<'PYTHON'
import io
import json
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import BaseAdapter
from zdesk import Zendesk

PATH = "/api/v2/incremental/tickets.json"


class Desk(BaseAdapter):
    """An account in which a ticket was changed in each second from 1000 to 2499."""

    def send(self, request, **_):
        asked = {name: int(values[0]) for name, values in parse_qs(urlsplit(request.url).query).items()}
        start, size = asked["start_time"], asked.get("per_page", 1000)
        tickets = [{"id": second} for second in range(start, min(start + size, 2500))]
        end = start + len(tickets)
        following = f"https://desk.zendesk.com{PATH}?per_page={size}&start_time={end}"
        told = {"tickets": tickets, "count": len(tickets), "end_time": end, "next_page": following, "end_of_stream": end == 2500}
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = 200, request.url, request
        answer.headers["Content-Type"] = "application/json"
        answer.raw = io.BytesIO(json.dumps(told).encode())
        return answer

    def close(self):
        pass


desk = Zendesk("https://desk.zendesk.com", "someone@desk.example", "none")
desk.client.mount("https://", Desk())
for size in (1000, 500):
    told = desk.call(PATH, query={"start_time": 1000, "per_page": size}, get_all_pages=True)
    print(f"pages of {size}: {len(told['tickets'])} of 1500 tickets, end of stream: {told['end_of_stream']}")
PYTHON
cat >seen.txt <<'SEEN'
pages of 1000: 1500 of 1500 tickets, end of stream: True
pages of 500: 500 of 1500 tickets, end of stream: False
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "zdesk==2.8.1 requests==2.34.2"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
