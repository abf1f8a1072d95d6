"""Who is let in to the page's server, and how each answer goes out."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from orchestration.report_page.guard import HEADERS, LONGEST_MESSAGE, MOST_READERS, Guard

PUBLIC = "https://reports.example"


class Server:
    """Stands for Streamlit: notes what comes through, and answers."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.received: list[dict[str, Any]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.seen.append(scope["path"])
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            self.received.append(await receive())
            return
        headers = [(b"content-type", b"text/html"), (b"X-Frame-Options", b"ALLOWALL")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"page"})


def ask(
    guard: Guard,
    path: str = "/",
    method: str = "GET",
    host: str = "127.0.0.1:8501",
    origin: str | None = None,
    message: bytes | None = None,
) -> list[dict[str, Any]]:
    """What is sent for a request, or for a socket where there is a message."""
    kind = "http" if message is None else "websocket"
    headers = [(b"host", host.encode())] + ([(b"origin", origin.encode())] if origin else [])
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.receive", "bytes": message}

    async def send(answer: Any) -> None:
        sent.append(answer)

    scope = {"type": kind, "path": path, "method": method, "headers": headers}
    asyncio.run(guard(scope, receive, send))
    return sent


def status(sent: list[dict[str, Any]]) -> int:
    return int(sent[0]["status"])


@pytest.mark.parametrize(
    ("host", "origin", "expected"),
    [
        ("127.0.0.1:8501", None, 200),
        ("[::1]:8501", None, 200),
        ("localhost", "http://localhost", 200),
        (socket.gethostname(), None, 200),
        ("10.1.2.3:8501", "http://10.1.2.3:8501", 200),
        ("reports.example", PUBLIC, 200),
        ("127.0.0.1:8501", PUBLIC, 200),
        ("rebound.example:8501", None, 421),
        ("reports.example.rebound.example", None, 421),
        ("", None, 421),
        ("127.0.0.1:8501", "https://other.example", 403),
        ("127.0.0.1:8501", "http://127.0.0.1:9000", 403),
        ("127.0.0.1:8501", "null", 403),
        ("reports.example", "http://reports.example.other", 403),
    ],
)
def test_names_and_origins(host: str, origin: str | None, expected: int) -> None:
    server = Server()
    sent = ask(Guard(server, PUBLIC), host=host, origin=origin)
    assert status(sent) == expected
    assert bool(server.seen) == (expected == 200)
    opened = ask(Guard(server, PUBLIC), host=host, origin=origin, message=b"x")
    assert opened[0]["type"] == ("websocket.accept" if expected == 200 else "websocket.close")


def test_without_a_public_address_no_name_but_this_machines_is_answered() -> None:
    assert status(ask(Guard(Server()), host="reports.example")) == 421


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("HEAD", "/", 200),
        ("GET", "/_stcore/health", 200),
        ("PUT", "/_stcore/upload_file/session/file", 405),
        ("GET", "/_stcore/upload_file/session/file", 404),
        ("POST", "/", 405),
        ("OPTIONS", "/_stcore/upload_file/session/file", 405),
        ("GET", "/_stcore/metrics", 404),
        ("GET", "/inbox/_stcore/metrics", 404),
        ("GET", "/_stcore/agent/openapi.json", 404),
    ],
)
def test_methods_and_paths(method: str, path: str, expected: int) -> None:
    server = Server()
    sent = ask(Guard(server), path, method)
    assert status(sent) == expected
    assert bool(server.seen) == (expected == 200)


@pytest.mark.parametrize("path", ["/", "/_stcore/metrics"])
def test_every_answer_forbids_frames_guessed_types_and_referrers(path: str) -> None:
    headers = ask(Guard(Server()), path)[0]["headers"]
    for pair in HEADERS:
        assert headers.count(pair) == 1
    assert len([name for name, _ in headers if name.lower() == b"x-frame-options"]) == 1


def test_a_message_that_is_longer_than_a_click_ends_its_socket() -> None:
    server = Server()
    ask(Guard(server), message=b"x" * LONGEST_MESSAGE)
    ask(Guard(server), message=b"x" * (LONGEST_MESSAGE + 1))
    kinds = [message["type"] for message in server.received]
    assert kinds == ["websocket.receive", "websocket.disconnect"]


def test_so_many_readers_at_once_are_enough() -> None:
    """Those beyond are refused; one who leaves makes room."""

    async def story() -> list[str]:
        leave = asyncio.Event()

        async def app(_scope: Any, _receive: Any, send: Any) -> None:
            await send({"type": "websocket.accept"})
            await leave.wait()

        guard = Guard(app)
        answers: list[str] = []

        async def receive() -> dict[str, Any]:
            return {"type": "websocket.connect"}

        async def send(answer: Any) -> None:
            answers.append(answer["type"])

        scope = {"type": "websocket", "path": "/", "headers": [(b"host", b"localhost")]}
        readers = [asyncio.create_task(guard(scope, receive, send)) for _ in range(MOST_READERS)]
        while len(answers) < MOST_READERS:
            await asyncio.sleep(0)
        await guard(scope, receive, send)
        leave.set()
        await asyncio.gather(*readers)
        await guard(scope, receive, send)
        return answers

    answers = asyncio.run(story())
    assert answers[MOST_READERS:] == ["websocket.close", "websocket.accept"]
