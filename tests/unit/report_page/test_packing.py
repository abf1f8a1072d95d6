"""Scripts and styles go packed over the wire, and nothing else is changed."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

from orchestration.report_page.packing import Packing

SCRIPT = b"const a = 1;" * 1_000


class Files:
    """An application that has one script, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        status = 200 if scope["path"].endswith("index.js") else 404
        headers = [(b"content-type", b"text/javascript"), (b"content-length", b"12000")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": SCRIPT[:100], "more_body": True})
        await send({"type": "http.response.body", "body": SCRIPT[100:]})


def ask(app: Packing, path: str, **headers: str) -> tuple[int, dict[bytes, bytes], bytes]:
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "headers": given}
    asyncio.run(app(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in messages[1:])
    return messages[0]["status"], dict(messages[0]["headers"]), body


def test_a_script_is_packed_once_for_all_who_take_it() -> None:
    files = Files()
    app = Packing(files)
    for _ in range(2):
        status, headers, body = ask(app, "/static/js/index.js", accept_encoding="br, gzip")
        assert (status, headers[b"content-encoding"]) == (200, b"gzip")
        assert headers[b"content-length"] == str(len(body)).encode()
        assert gzip.decompress(body) == SCRIPT
    assert files.asked == 1


def test_who_does_not_take_it_or_asks_for_a_part_gets_it_as_it_is() -> None:
    app = Packing(Files())
    assert ask(app, "/static/js/index.js")[2] == SCRIPT
    assert ask(app, "/static/js/index.js", accept_encoding="gzip", range="bytes=0-9")[2] == SCRIPT
    assert ask(app, "/_stcore/health/index.js", accept_encoding="gzip")[2] == SCRIPT


def test_what_is_not_there_is_not_kept() -> None:
    files = Files()
    app = Packing(files)
    for _ in range(2):
        status, headers, _ = ask(app, "/static/js/none.js", accept_encoding="gzip")
        assert (status, b"content-encoding" in headers) == (404, False)
    assert files.asked == 2
