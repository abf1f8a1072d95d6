"""The document loads no icons ahead and knows the week; all else is answered as it is."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path
from typing import Any

from starlette.middleware.gzip import GZipMiddleware

from orchestration.report_page.document import Document, published_week_start

DOCUMENT = b"<!DOCTYPE html><html><head><title>Page</title></head></html>"


def ask(
    path: str,
    kind: bytes = b"text/html; charset=utf-8",
    week_start: str | None = "sunday",
    base: str = "/",
    query: bytes = b"",
) -> tuple[dict[bytes, bytes], bytes]:
    messages: list[Any] = []

    async def files(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", kind), (b"content-length", str(len(DOCUMENT)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": DOCUMENT})

    async def send(message: Any) -> None:
        messages.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    headers = [(b"accept-encoding", b"gzip, br")]
    scope = {"type": "http", "method": "GET", "path": path, "headers": headers}
    scope["query_string"] = query
    packing = GZipMiddleware(files, minimum_size=1)
    asyncio.run(Document(packing, lambda: week_start, base)(scope, receive, send))
    return dict(messages[0]["headers"]), messages[1]["body"]


def test_the_document_asks_for_no_font_of_icons() -> None:
    headers, body = ask("/")
    assert body.startswith(b"<!DOCTYPE html><html><head>\n    <script>")
    assert body.endswith(b"<title>Page</title></head></html>")
    assert b"Material Symbols" in body
    assert headers[b"content-length"] == str(len(body)).encode()


def test_weeks_of_the_calendar_begin_as_the_reports() -> None:
    assert b"firstDay: 7," in ask("/")[1]
    assert b"firstDay: 1," in ask("/", week_start="monday")[1]
    assert b"firstDay: 0," in ask("/", week_start=None)[1]


def test_a_publication_that_cannot_be_read_says_nothing_of_weeks(tmp_path: Path) -> None:
    file = tmp_path / "inbox.duckdb"
    assert published_week_start(file) is None
    file.write_bytes(b"no database" * 999)
    assert published_week_start(file) is None


def test_a_document_that_would_come_packed_gets_the_script_too() -> None:
    headers, body = ask("/some")
    assert b"content-encoding" not in headers
    assert b"firstDay: 7," in body


def test_a_path_of_several_parts_leads_to_the_page() -> None:
    """There the document would look for its scripts in a folder that is none."""
    headers, body = ask("/some/deep/path", query=b"range=all&grain=week")
    assert (headers[b"location"], body) == (b"/?range=all&grain=week", b"")
    headers, _ = ask("/teams/support/some/deep", base="/teams/support/")
    assert headers[b"location"] == b"/teams/support/"
    for base in ("/teams/support", "/teams/support/", "/teams/support/some"):
        assert b"location" not in ask(base, base="/teams/support/")[0]


def test_what_is_no_document_is_not_touched() -> None:
    assert gzip.decompress(ask("/static/js/index.js")[1]) == DOCUMENT
    assert ask("/favicon.png", b"image/png")[1] == DOCUMENT
