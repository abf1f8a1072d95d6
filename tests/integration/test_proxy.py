"""The recipe of a proxy, by a real nginx: who gets to the Dagster UI and to the report's page."""

from __future__ import annotations

import base64
import http.client
import http.server
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from orchestration.settings import PROJECT_ROOT
from tests.services.ports import free_port

NGINX = "/usr/sbin/nginx"
RECIPE = PROJECT_ROOT / "deploy" / "nginx" / "inbox.conf"
NAMES = {"dagster.example": 3000, "dagster-view.example": 3001, "reports.example": 8501}
LOGIN = "Basic " + base64.b64encode(b"anna:a long word").decode()  # pragma: allowlist secret


class Upstream(http.server.BaseHTTPRequestHandler):
    """Stands for Dagster and the page: tells what has come through to it."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        self.send_response(200)
        for name in ("Host", "Upgrade", "Connection", "Authorization"):
            self.send_header(f"Seen-{name}", self.headers.get(name, "-"))
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Nothing."""


class Proxy:
    """nginx with the recipe, at ports of ours."""

    def __init__(self, folder: Path, upstreams: dict[str, int]) -> None:
        self.folder = folder
        self.https, self.http = free_port(), free_port()
        self._write(upstreams)

    def _write(self, upstreams: dict[str, int]) -> None:
        text = RECIPE.read_text()
        for port, ours in ((443, self.https), (80, self.http)):
            text = text.replace(f"listen {port}", f"listen 127.0.0.1:{ours}")
        for name, port in NAMES.items():
            text = text.replace(f"127.0.0.1:{port};", f"127.0.0.1:{upstreams[name]};")
            subprocess.run(
                f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={name} "
                f"-keyout {name}.key -out {name}.pem".split(),
                cwd=self.folder,
                check=True,
                capture_output=True,
            )
        text = text.replace("/etc/ssl/inbox/", f"{self.folder}/")
        text = text.replace("/etc/nginx/", f"{self.folder}/")
        hashed = subprocess.run(
            ["openssl", "passwd", "-apr1", "a long word"],  # pragma: allowlist secret
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for who in ("operators", "viewers", "readers"):
            (self.folder / f"inbox-{who}.htpasswd").write_text(f"anna:{hashed}")
        (self.folder / "inbox.conf").write_text(text)
        temporary = "".join(
            f"{kind}_temp_path {self.folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (self.folder / "nginx.conf").write_text(
            f"user root;\ndaemon off;\npid {self.folder}/pid;\nerror_log {self.folder}/error.log;\n"
            "events {}\n"
            f"http {{\naccess_log off;\n{temporary}include {self.folder}/inbox.conf;\n}}\n"
        )

    def ask(
        self,
        name: str,
        path: str = "/",
        method: str = "GET",
        body: bytes | None = None,
        certificate: str | None = None,
        **headers: str,
    ) -> http.client.HTTPResponse:
        """An answer, by HTTPS; certificate: the name whose certificate is asked for."""
        trust = ssl.create_default_context(cafile=str(self.folder / f"{certificate or name}.pem"))
        trust.check_hostname = False
        plain = socket.create_connection(("127.0.0.1", self.https), timeout=60)
        connection = http.client.HTTPConnection(name)
        connection.sock = trust.wrap_socket(plain, server_hostname=certificate or name)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, {"Authorization": LOGIN, "Host": name, **given})
        answer = connection.getresponse()
        answer.read()
        return answer


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    assert Path(NGINX).exists(), "No nginx is installed: make services"
    with ExitStack() as stack:
        upstreams = {}
        for name in NAMES:
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
            stack.callback(server.shutdown)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            upstreams[name] = server.server_port
        proxy = Proxy(tmp_path_factory.mktemp("nginx"), upstreams)
        command = [NGINX, "-p", str(proxy.folder), "-c", str(proxy.folder / "nginx.conf")]
        process = subprocess.Popen(command, stderr=subprocess.PIPE)
        stack.callback(process.wait)
        stack.callback(process.terminate)
        give_up_at = time.monotonic() + 60
        while not (proxy.folder / "pid").exists():
            assert process.poll() is None, process.stderr and process.stderr.read().decode()
            assert time.monotonic() < give_up_at
            time.sleep(0.05)
        yield proxy


@pytest.mark.parametrize("name", NAMES)
def test_who_logs_in_gets_through_and_the_login_does_not(proxy: Proxy, name: str) -> None:
    answer = proxy.ask(name, Origin=f"https://{name}", Sec_Fetch_Site="same-origin")
    assert answer.status == 200
    assert answer.headers["Seen-Host"] == name
    assert answer.headers["Seen-Authorization"] == "-"
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    assert proxy.ask(name, Authorization="").status == 401
    assert proxy.ask(name, Authorization=LOGIN[:-4]).status == 401


@pytest.mark.parametrize("name", NAMES)
def test_a_socket_is_passed_on(proxy: Proxy, name: str) -> None:
    answer = proxy.ask(name, Upgrade="websocket", Connection="Upgrade", Origin=f"https://{name}")
    assert (answer.headers["Seen-Upgrade"], answer.headers["Seen-Connection"]) == (
        "websocket",
        "upgrade",
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://other.example"},
        {"Origin": "null"},
        {"Origin": "https://{name}.other.example"},
        {"Origin": "http://{name}"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "websocket"},
    ],
)
def test_pages_of_others_get_nothing_with_a_readers_login(
    proxy: Proxy, name: str, headers: dict[str, str]
) -> None:
    given = {key: value.format(name=name) for key, value in headers.items()}
    assert proxy.ask(name, "/graphql", **given).status == 403
    assert proxy.ask(name, **given, Upgrade="websocket", Connection="Upgrade").status == 403


def test_one_of_our_pages_is_another_to_the_others(proxy: Proxy) -> None:
    assert proxy.ask("dagster.example", Origin="https://reports.example").status == 403


@pytest.mark.parametrize("name", NAMES)
def test_a_link_from_elsewhere_opens_the_page(proxy: Proxy, name: str) -> None:
    assert proxy.ask(name, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate").status == 200


def test_other_names_get_neither_a_certificate_nor_an_answer(proxy: Proxy) -> None:
    plain = socket.create_connection(("127.0.0.1", proxy.https), timeout=60)
    anything = ssl._create_unverified_context()
    with pytest.raises((ssl.SSLError, ConnectionError)):
        anything.wrap_socket(plain, server_hostname="other.example")
    with pytest.raises(http.client.RemoteDisconnected):
        proxy.ask("other.example", certificate="dagster.example")
    connection = http.client.HTTPConnection("127.0.0.1", proxy.http, timeout=60)
    connection.request("GET", "/", headers={"Host": "other.example"})
    with pytest.raises(http.client.RemoteDisconnected):
        connection.getresponse()


def test_a_name_without_encryption_is_sent_to_the_one_with_it(proxy: Proxy) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", proxy.http, timeout=60)
    connection.request("GET", "/runs?x=1", headers={"Host": "dagster.example"})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Location"]) == (308, "https://dagster.example/runs?x=1")


@pytest.mark.parametrize(
    ("name", "method", "path", "status"),
    [
        ("dagster.example", "POST", "/graphql", 200),
        ("dagster.example", "POST", "/report_asset_materialization/raw_threads", 404),
        ("dagster.example", "POST", "/runs", 403),
        ("dagster-view.example", "POST", "/graphql", 200),
        ("dagster-view.example", "POST", "/report_asset_observation/raw_threads", 404),
        ("dagster-view.example", "DELETE", "/", 403),
        ("reports.example", "GET", "/_stcore/health", 200),
        ("reports.example", "GET", "/_stcore/metrics", 404),
        ("reports.example", "PUT", "/_stcore/upload_file/a/b", 404),
        ("reports.example", "POST", "/", 403),
    ],
)
def test_what_nobody_has_to_send_is_closed(
    proxy: Proxy, name: str, method: str, path: str, status: int
) -> None:
    assert proxy.ask(name, path, method, b"{}" if method == "POST" else None).status == status


def test_what_is_sent_is_small(proxy: Proxy) -> None:
    assert proxy.ask("dagster.example", "/graphql", "POST", b"x" * 2**20).status == 200
    assert proxy.ask("dagster.example", "/graphql", "POST", b"x" * (2**20 + 1)).status == 413


@pytest.mark.parametrize("name", ["dagster.example", "dagster-view.example"])
@pytest.mark.parametrize("path", ["/", "/report_asset_x"])
def test_dagsters_answers_forbid_frames(proxy: Proxy, name: str, path: str) -> None:
    headers = proxy.ask(name, path).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
