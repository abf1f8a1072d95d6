"""What the page's server lets in, before Streamlit sees it: readers of the page, and nothing else.

Belongs here: which names, origins, methods, paths and messages are answered, and the headers of
each answer. Does not: who a reader is, which a proxy before it asks.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# The page only reads, so nothing is ever sent to it but through its socket.
METHODS = frozenset({"GET", "HEAD"})
CLOSED = ("_stcore/upload_file", "_stcore/metrics", "_stcore/agent", "_stcore/script-health-check")
MOST_READERS = 200
LONGEST_MESSAGE = 256 * 2**10
HEADERS = (
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"frame-ancestors 'none'; object-src 'none'; base-uri 'self'"),
    (b"x-content-type-options", b"nosniff"),
    # The address tells which agent and which days somebody looks at.
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)


class Guard:
    """The page's server behind its own name: an ASGI application around another."""

    def __init__(self, app: App, public_url: str | None = None) -> None:
        """public_url: where readers open the page, through a proxy; None is this machine alone."""
        self._app = app
        self._public = urlsplit(public_url or "")
        self._readers = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hold one reader's socket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await _refuse(scope, receive, send, refusal)
        elif scope["type"] == "http":
            await self._app(scope, receive, _with_headers(send))
        else:
            await self._hold(scope, receive, send)

    async def _hold(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._readers += 1
        try:
            await self._app(scope, _small(receive), send)
        finally:
            self._readers -= 1

    def _refusal(self, scope: Scope) -> int | None:
        """The status of the refusal of what is not for this page."""
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host, origin = headers.get(b"host", ""), headers.get(b"origin")
        if not self._is_own_name(host):
            return 421
        if origin is not None and not self._is_own_origin(origin, host):
            return 403
        if scope["type"] == "http" and scope["method"] not in METHODS:
            return 405
        if any(path in scope["path"] for path in CLOSED):
            return 404
        if scope["type"] == "websocket" and self._readers >= MOST_READERS:
            return 503
        return None

    def _is_own_name(self, host: str) -> bool:
        """Whether a name leads here by our doing.

        A page of somebody else can give its own name our address, but never take an address or the
        name of this machine for its own.
        """
        name = urlsplit(f"//{host}").hostname or ""
        if name in ("localhost", socket.gethostname().lower(), self._public.hostname):
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def _is_own_origin(self, origin: str, host: str) -> bool:
        public = f"{self._public.scheme}://{self._public.netloc}"
        return urlsplit(origin).netloc == host or origin == public


def _with_headers(send: Send) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            ours = {name for name, _ in HEADERS}
            theirs = [pair for pair in message.get("headers", []) if pair[0].lower() not in ours]
            message = {**message, "headers": [*theirs, *HEADERS]}
        await send(message)

    return with_headers


def _small(receive: Receive) -> Receive:
    """What a reader sends, until it is longer than any click is."""

    async def small() -> Message:
        message = await receive()
        data = message.get("bytes") or message.get("text") or b""
        if len(data) > LONGEST_MESSAGE:
            return {"type": "websocket.disconnect", "code": 1009}
        return message

    return small


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    start = {"type": "http.response.start", "status": status, "headers": list(HEADERS)}
    await send(start)
    await send({"type": "http.response.body", "body": b""})
