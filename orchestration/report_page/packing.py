"""What the page is made of, packed for the way: Streamlit sends its scripts as they lie.

Belongs here: scripts and styles of fixed names, each packed once and kept. Does not: what a reader
asks for, which goes through the socket.
"""

from __future__ import annotations

import gzip
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

KINDS = (".js", ".css")
FOLDER = "/static/"


class Packing:
    """An ASGI application around another, whose static texts are sent as gzip."""

    def __init__(self, app: App) -> None:
        """app: what answers."""
        self._app = app
        self._kept: dict[str, tuple[Headers, bytes]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not _is_to_pack(scope):
            await self._app(scope, receive, send)
            return
        packed = self._kept.get(scope["path"])
        if packed is None:
            answer = Answer()
            await self._app(scope, receive, answer.take)
            if not answer.is_whole_file:
                await answer.give(send)
                return
            packed = self._kept[scope["path"]] = answer.packed()
        await give(send, 200, *packed)


class Answer:
    """What an application has answered, taken in place of being sent."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.status = 500
        self.headers: Headers = []
        self.body = b""

    async def take(self, message: Message) -> None:
        """Takes what would be sent."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", []))
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    @property
    def is_whole_file(self) -> bool:
        """Whether what was asked for is there, and not empty."""
        return self.status == 200 and bool(self.body)

    def packed(self) -> tuple[Headers, bytes]:
        """The headers and the body as gzip, the same on each machine."""
        body = gzip.compress(self.body, 9, mtime=0)
        kept = self.headers_but(b"content-length", b"accept-ranges", b"content-encoding", b"vary")
        length = (b"content-length", str(len(body)).encode())
        return [*kept, (b"content-encoding", b"gzip"), (b"vary", b"accept-encoding"), length], body

    def header(self, name: bytes) -> bytes:
        """A header by its name in small letters; empty where there is none."""
        return next((value for given, value in self.headers if given.lower() == name), b"")

    def headers_but(self, *names: bytes) -> Headers:
        """The headers but those of these names."""
        return [(name, value) for name, value in self.headers if name.lower() not in names]

    async def give(self, send: Send) -> None:
        """Sends it as it is."""
        await give(send, self.status, self.headers, self.body)


async def give(send: Send, status: int, headers: Headers, body: bytes) -> None:
    """Sends an answer whose body is whole."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _is_to_pack(scope: Scope) -> bool:
    """Whether a whole script or style is asked for by somebody who takes gzip."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    headers = {name.lower(): value for name, value in scope["headers"]}
    is_text = FOLDER in scope["path"] and scope["path"].endswith(KINDS)
    return is_text and b"gzip" in headers.get(b"accept-encoding", b"") and b"range" not in headers
