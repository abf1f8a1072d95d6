#!/usr/bin/env bash
# python-intercom: the next page of a search is the first page again; of a list it is the next.
#
# Packages: python-intercom==5.0.1 httpx==0.28.1
# Expected: a search gives a pager as a list does, whose pages follow each other by the cursor of the answer (starting_after), as
#           Intercom's API says and as the client itself does for lists.
# Seen:     the pager knows that there is more, and asks the very same again: the same conversations come a second and a third
#           time, with and without a pagination of one's own, so that going over it never comes to page two, nor to an end.
# So:       our fetch writes each cursor into the next search itself, and ends with a word where a cursor comes twice.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check python-intercom==5.0.1 httpx==0.28.1
cd "$folder"
cat >look.py <<'PYTHON'
import json

import httpx
from intercom import Intercom, SingleFilterSearchRequest, StartingAfterPaging

PAGES = {None: (["1", "2"], "b"), "b": (["3", "4"], "c"), "c": (["5", "6"], None)}


def desk(request):
    """Six conversations, two a page, each page named by the cursor that the page before gave."""
    searched = json.loads(request.content or "{}").get("pagination", {})
    cursor = searched.get("starting_after") or request.url.params.get("starting_after")
    identifiers, following = PAGES[cursor]
    pages = {"type": "pages", "total_pages": 3, "next": following and {"page": 2, "starting_after": following}}
    conversations = [{"type": "conversation", "id": identifier} for identifier in identifiers]
    return httpx.Response(200, json={"type": "conversation.list", "pages": pages, "conversations": conversations})


client = Intercom(token="none", httpx_client=httpx.Client(transport=httpx.MockTransport(desk)))
changed = SingleFilterSearchRequest(field="updated_at", operator=">", value=1709506800)
for name, page in (
    ("list", client.conversations.list(per_page=2)),
    ("search", client.conversations.search(query=changed)),
    ("search by two", client.conversations.search(query=changed, pagination=StartingAfterPaging(per_page=2))),
):
    told = [page, page.next_page()]
    told.append(told[-1].next_page())
    print(name, [[conversation.id for conversation in page.items] for page in told], "more:", told[-1].has_next)
PYTHON
cat >seen.txt <<'SEEN'
list [['1', '2'], ['3', '4'], ['5', '6']] more: False
search [['1', '2'], ['1', '2'], ['1', '2']] more: True
search by two [['1', '2'], ['1', '2'], ['1', '2']] more: True
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "python-intercom==5.0.1 httpx==0.28.1"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
