"""The document loads no icons ahead; whatever else is answered stays as it is."""

from __future__ import annotations

import asyncio
from typing import Any

from orchestration.report_page.icons import IconsWhenShown

DOCUMENT = b"<!DOCTYPE html><html><head><title>Page</title></head></html>"


def ask(path: str, kind: bytes = b"text/html; charset=utf-8") -> tuple[dict[bytes, bytes], bytes]:
    messages: list[Any] = []

    async def files(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", kind), (b"content-length", str(len(DOCUMENT)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": DOCUMENT})

    async def send(message: Any) -> None:
        messages.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    asyncio.run(IconsWhenShown(files)(scope, receive, send))
    return dict(messages[0]["headers"]), messages[1]["body"]


def test_the_document_asks_for_no_font_of_icons() -> None:
    headers, body = ask("/")
    assert body.startswith(b"<!DOCTYPE html><html><head>\n    <script>")
    assert body.endswith(b"<title>Page</title></head></html>")
    assert headers[b"content-length"] == str(len(body)).encode()


def test_what_is_no_document_is_not_touched() -> None:
    assert ask("/static/js/index.js")[1] == DOCUMENT
    assert ask("/favicon.png", b"image/png")[1] == DOCUMENT
