"""A small HTTP server on this machine that answers as a desk's API does, and fails as it may."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TOKEN = "the-token-of-the-tests"


@dataclass(frozen=True)
class Asked:
    """A request. path: without its query."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What comes back: JSON, or octets as they are. is_cut: it ends in the middle."""

    content: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    is_cut: bool = False

    @property
    def octets(self) -> bytes:
        """What goes over the wire."""
        if isinstance(self.content, bytes):
            return self.content
        return json.dumps(self.content).encode()


NOT_FOUND = Answer({"error": "a secret"}, 404)
Desk = Callable[[Asked], Answer]


class ApiServer:
    """Answers by `desk`, but first by what `faults` have for a path, each once.

    asked: every request that came, in order. shows_token: whether the token has to be in a header
    as it is.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.asked: list[Asked] = []
        self.faults: list[tuple[str, Answer]] = []
        self.before: Callable[[Asked], None] = lambda asked: None
        self.address = ""
        self.shows_token = True

    def fail(self, path: str, *answers: Answer) -> None:
        """Give these answers to the next requests whose path holds a text."""
        self.faults += [(path, answer) for answer in answers]

    def paths(self) -> list[str]:
        """The paths that were asked for."""
        return [asked.path for asked in self.asked]

    def answer(self, asked: Asked) -> Answer:
        """What comes back."""
        self.before(asked)
        self.asked.append(asked)
        for place, (path, answer) in enumerate(self.faults):
            if path in asked.path:
                del self.faults[place]
                return answer
        if self.shows_token and not any(TOKEN in value for value in asked.headers.values()):
            return Answer({"error": "a secret"}, 401)
        return self.desk(asked)


@contextmanager
def served(desk: Desk, tls: ssl.SSLContext | None = None) -> Iterator[ApiServer]:
    """A server that runs for as long as it is needed."""
    server = ApiServer(desk)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            sent = self.rfile.read(length)
            is_json = "json" in self.headers.get("Content-Type", "")
            body = json.loads(sent) if is_json and sent else sent.decode()
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            headers = dict(self.headers.items())
            self.write(server.answer(Asked(self.command, parts.path, query, body, headers)))

        do_GET = do_POST = answer  # noqa: N815

        def write(self, answer: Answer) -> None:
            octets = answer.octets
            self.send_response_only(answer.status)
            for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets[: len(octets) // 2] if answer.is_cut else octets)
            self.close_connection = answer.is_cut

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        if tls is not None:
            http.socket = tls.wrap_socket(http.socket, server_side=True)
        server.address = f"http{'s' if tls else ''}://127.0.0.1:{http.server_port}"
        threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server
        finally:
            http.shutdown()
