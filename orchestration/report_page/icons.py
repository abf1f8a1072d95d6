"""The icons' font comes when an icon is shown: Streamlit asks for all of it before anything else.

It is a quarter of a first view, in which no icon is seen. Belongs here: the document and what is
put into it. Does not: scripts, which go as they are.
"""

from __future__ import annotations

from orchestration.report_page.packing import Answer, App, Receive, Scope, Send, give

FOLDERS = ("/static/", "/_stcore/", "/media/", "/component/")
HEAD = b"<head>"
WITHOUT_ICONS = b"""
    <script>
      {
        const load = document.fonts.load.bind(document.fonts)
        document.fonts.load = (font, ...rest) =>
          font.includes("Material Symbols") ? Promise.resolve([]) : load(font, ...rest)
      }
    </script>"""


class IconsWhenShown:
    """An ASGI application around another, whose document loads no font of icons ahead."""

    def __init__(self, app: App) -> None:
        """app: what answers."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not _may_be_document(scope):
            await self._app(scope, receive, send)
            return
        answer = Answer()
        await self._app(scope, receive, answer.take)
        if answer.is_whole_file and b"html" in answer.header(b"content-type"):
            body = answer.body.replace(HEAD, HEAD + WITHOUT_ICONS, 1)
            length = (b"content-length", str(len(body)).encode())
            await give(send, 200, [*answer.headers_but(b"content-length", b"etag"), length], body)
        else:
            await answer.give(send)


def _may_be_document(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    return not any(folder in scope["path"] for folder in FOLDERS)
