"""The document that Streamlit serves, with what it has no setting for put into its head.

The font of icons, a quarter of a first view in which no icon is seen, comes when an icon is shown.
Weeks of the calendar begin as those of the report, whatever the reader's language would have.
Belongs here: that script. Does not: Streamlit's own scripts, which go as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from functools import lru_cache
from pathlib import Path

import duckdb

from orchestration.publishing.published_file import Identity, answer, identify, open_file
from orchestration.report_page.packing import Answer, App, Receive, Scope, Send, give

FOLDERS = ("/static/", "/_stcore/", "/media/", "/component/")
HEAD = b"<head>"
ENCODINGS = b"accept-encoding"
# As Intl.Locale numbers them.
FIRST_DAYS = {"monday": 1, "sunday": 7}
SCRIPT = """
    <script>
      {{
        const load = document.fonts.load.bind(document.fonts)
        document.fonts.load = (font, ...rest) =>
          font.includes("Material Symbols") ? Promise.resolve([]) : load(font, ...rest)
        const week = {{ firstDay: {first_day}, weekend: [6, 7], minimalDays: 4 }}
        if (week.firstDay) Intl.Locale.prototype.getWeekInfo = () => week
      }}
    </script>"""


class Document:
    """An ASGI application around another, whose document gets the script."""

    def __init__(self, app: App, week_start: Callable[[], str | None], base: str = "/") -> None:
        """app: what answers. week_start: monday or sunday, None where nobody knows.

        base: the path under which the page is, with a slash at its end.
        """
        self._app = app
        self._week_start = week_start
        self._base = base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not _may_be_document(scope):
            await self._app(scope, receive, send)
            return
        answered = Answer()
        await self._app(_unpacked(scope), receive, answered.take)
        if not (answered.is_whole_file and b"html" in answered.header(b"content-type")):
            await answered.give(send)
            return
        if "/" in f"{scope['path']}/".removeprefix(self._base).strip("/"):
            # Its scripts are looked for beside it, where they are not two folders down.
            query = scope.get("query_string", b"")
            location = self._base.encode() + (b"?" + query if query else b"")
            await give(send, 307, [(b"location", location)], b"")
            return
        script = SCRIPT.format(first_day=FIRST_DAYS.get(self._week_start() or "", 0))
        body = answered.body.replace(HEAD, HEAD + script.encode(), 1)
        length = (b"content-length", str(len(body)).encode())
        await give(send, 200, [*answered.headers_but(b"content-length", b"etag"), length], body)


def published_week_start(database: Path) -> str | None:
    """On which day the weeks of the publication begin; None where there is none to be read."""
    identity = identify(database)
    return None if identity is None else _week_start(database, identity)


@lru_cache(maxsize=1)
def _week_start(database: Path, identity: Identity) -> str | None:
    with suppress(duckdb.Error, IndexError), closing(open_file(database, {})) as connection:
        return str(answer(connection, "select week_start from dim_report")["week_start"].iloc[0])
    return None


def _unpacked(scope: Scope) -> Scope:
    """The same request by somebody who takes no gzip: nothing can be put into a packed document."""
    headers = [(name, value) for name, value in scope["headers"] if name.lower() != ENCODINGS]
    return {**scope, "headers": headers}


def _may_be_document(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    return not any(folder in scope["path"] for folder in FOLDERS)
