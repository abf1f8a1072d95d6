"""A real S3 server for tests (moto's, over HTTP, in a process of its own), which can fail on call.

`S3Server` starts it; run as a module, it is it.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import urllib.request
import uuid
from collections.abc import Iterable
from contextlib import closing
from typing import Any, Self

_CONTROL = "/-/outage"
_UNAVAILABLE = (
    b'<?xml version="1.0" encoding="UTF-8"?>'
    b"<Error><Code>ServiceUnavailable</Code><Message>Reduce your request rate</Message></Error>"
)


class S3Server:
    """A server on a free port of the loopback address, empty at first; use as a context manager."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.services.s3"], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.endpoint = self._process.stdout.readline().strip()
        assert self.endpoint, "the S3 server did not start"
        return self

    def __exit__(self, *failure: object) -> None:
        self._process.kill()
        self._process.communicate()

    @property
    def environment(self) -> dict[str, str]:
        """What the ordinary environment of S3 clients has to say to reach it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "inbox-test-key",
            "AWS_SECRET_ACCESS_KEY": "inbox-test-secret",  # pragma: allowlist secret
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_MAX_ATTEMPTS": "1",
        }

    def new_bucket(self) -> str:
        """An empty bucket of a name that no test had before; its address."""
        request = urllib.request.Request(f"{self.endpoint}/bucket-{uuid.uuid4()}", method="PUT")
        urllib.request.urlopen(request, timeout=60).close()
        return f"s3://{request.full_url.rpartition('/')[2]}"

    def put_empty(self, urls: list[str]) -> None:
        """An object without bytes at each address."""
        host, port = self.endpoint.removeprefix("http://").split(":")
        with closing(http.client.HTTPConnection(host, int(port))) as connection:
            for url in urls:
                connection.request("PUT", url.removeprefix("s3:/"), body=b"")
                answer = connection.getresponse()
                assert answer.status == 200, answer.read()
                answer.read()

    def fail_after(self, requests: int, method: str) -> None:
        """Answers that many more requests of a method, then none of any, until `recover`."""
        self._control({"left": requests, "method": method})

    def fail_at(self, text: str) -> None:
        """Answers no request for an object with a text in its name, until `recover`."""
        self._control({"name": text})

    def recover(self) -> None:
        """Answers again."""
        self._control({})

    def _control(self, state: dict[str, Any]) -> None:
        request = urllib.request.Request(
            self.endpoint + _CONTROL, data=json.dumps(state).encode(), method="POST"
        )
        urllib.request.urlopen(request, timeout=60).close()


class _Outages:
    """Answers for the server while it is to be unavailable."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._lock = threading.Lock()
        self._left: int | None = None
        self._method = ""
        self._name = ""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == _CONTROL:
            state = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            with self._lock:
                self._left, self._method = state.get("left"), state.get("method", "")
                self._name = state.get("name", "")
            start_response("204 No Content", [])
            return [b""]
        if self._is_unavailable(environ["REQUEST_METHOD"], environ["PATH_INFO"]):
            start_response("503 Service Unavailable", [("Content-Type", "application/xml")])
            return [_UNAVAILABLE]
        answer: Iterable[bytes] = self._application(environ, start_response)
        return answer

    def _is_unavailable(self, method: str, path: str) -> bool:
        with self._lock:
            if self._name and self._name in path:
                return True
            if self._left is None:
                return False
            if self._left == 0:
                return True
            if method == self._method:
                self._left -= 1
            return False


def main() -> None:
    """Serves until it is killed; the first line of output is the address."""
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log(self, type: str, message: str, *args: Any) -> None:
            pass

    application = _Outages(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    server.serve_forever()


def _end_with_parent(parent: int) -> None:
    """Ends with the tests, however they end."""
    waiting = threading.Event()
    while os.getppid() == parent:
        waiting.wait(1.0)
    os._exit(0)


if __name__ == "__main__":
    main()
