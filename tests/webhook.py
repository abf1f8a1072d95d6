"""A real web server that takes alerts, and answers as a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

SECRET = "B0SECRET0PATH"  # pragma: allowlist secret


class Webhook:
    """bodies: what was posted, as JSON. answers: status codes to come; 200 after them."""

    def __init__(self) -> None:
        self.bodies: list[Any] = []
        self.answers: list[int] = []
        self.url = ""

    @property
    def texts(self) -> list[str]:
        return [body["text"] for body in self.bodies]


@contextmanager
def listening() -> Iterator[Webhook]:
    """A webhook on this machine; its address holds SECRET."""
    webhook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/json"
            webhook.bodies.append(json.loads(body))
            self.send_response(webhook.answers.pop(0) if webhook.answers else 200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        webhook.url = f"http://127.0.0.1:{server.server_port}/services/{SECRET}"
        try:
            yield webhook
        finally:
            server.shutdown()
            thread.join()
