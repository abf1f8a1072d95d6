"""A local Superset over a home: its private files, its server on loopback, the dashboard in it.

Belongs here: what has to happen so that a reader can log in and see the dashboard. Does not: what
Superset is configured with (see superset_config), or what the dashboard shows (see assets).
"""

from __future__ import annotations

import http.cookiejar
import json
import os
import secrets
import socket
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bi.superset.bundle import Kind, database_uri, write_bundle
from orchestration.machine.access import OWNER_ONLY
from orchestration.publishing.published_report import NothingPublished
from orchestration.settings import PROJECT_ROOT, Settings

HERE = Path(__file__).parent
ENVIRONMENT = PROJECT_ROOT / "build" / "superset"
HOST = "127.0.0.1"
USER = "admin"
DASHBOARD = "/superset/dashboard/inbox-report/"
# Where a bundle of each kind is sent to, and as which field of the form.
IMPORTS: dict[Kind, tuple[str, str]] = {
    "Dashboard": ("/api/v1/dashboard/import/", "formData"),
    "assets": ("/api/v1/assets/import/", "bundle"),
}
# Requests that are answered at a time: a page of the dashboard asks for some ten charts at once.
THREADS = 8
SECONDS_TO_START = 120


class SupersetFailed(RuntimeError):
    """Superset did not do what it was asked to; the text says what to look at."""


@dataclass(frozen=True)
class LocalSuperset:
    """A Superset that answers, and the login that its owner has."""

    address: str
    user: str
    password: str

    @property
    def dashboard(self) -> str:
        """The address of the dashboard."""
        return self.address + DASHBOARD


@contextmanager
def running(settings: Settings, port: int) -> Iterator[LocalSuperset]:
    """Superset over the home's published file, with the dashboard as the assets say it.

    Everything of its own lies in <home>/superset, for the owner alone; what somebody made in it
    stays there from one start to the next, but for the dashboard, its charts and datasets.
    Raises NothingPublished where there is no published file yet, SupersetFailed where Superset
    cannot be started or does not take the dashboard. The server ends with the context.
    """
    database = settings.published_database
    if not database.exists():
        raise NothingPublished(f"Nothing is published yet: there is no {database}. Run: inbox run")
    # Else another server there would be taken for this one, and be told the password.
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            raise SupersetFailed(f"Port {port} cannot be listened on: {error.strerror}") from None
    os.umask(0o077)
    home = (settings.home / "superset").resolve()
    home.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    home.chmod(OWNER_ONLY)
    _secret(home / "secret_key")
    password = _secret(home / "password")
    environment = {
        # The warehouse's own settings hold secrets that are none of Superset's.
        **{name: value for name, value in os.environ.items() if not name.startswith("INBOX_")},
        "INBOX_SUPERSET_HOME": str(home),
        "SUPERSET_HOME": str(home),
        "SUPERSET_CONFIG_PATH": str(HERE / "superset_config.py"),
    }
    log = home / "superset.log"
    with log.open("wb") as output:
        _prepare(password, environment, log)
        with subprocess.Popen(
            [
                *(ENVIRONMENT / "bin" / "gunicorn", "superset.app:create_app()"),
                *("--bind", f"{HOST}:{port}", "--worker-class", "gthread"),
                *("--workers", "1", "--threads", str(THREADS), "--timeout", "120"),
            ],
            env=environment,
            cwd=home,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as server:
            try:
                superset = LocalSuperset(f"http://{HOST}:{port}", USER, password)
                _wait_until_healthy(superset.address, server, log)
                bundle = home / "inbox_report.zip"
                write_bundle(bundle, database_uri(database), "assets")
                import_bundle(superset, bundle, "assets")
                yield superset
            finally:
                server.terminate()


def import_bundle(superset: LocalSuperset, bundle: Path, kind: Kind) -> None:
    """Sends a bundle of the kind, as one does to any Superset. Raises SupersetFailed."""
    opener = urllib.request.build_opener(
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    )

    def ask(path: str, headers: Mapping[str, str], content: bytes | None = None) -> Any:
        request = urllib.request.Request(superset.address + path, content, dict(headers))
        try:
            with opener.open(request, timeout=120) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise SupersetFailed(
                f"Superset answered {error.code} to {path}: {error.read().decode(errors='replace')}"
            ) from None

    login = {"username": superset.user, "password": superset.password, "provider": "db"}
    token = ask(
        "/api/v1/security/login",
        {"Content-Type": "application/json"},
        json.dumps(login).encode(),
    )["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Referer": superset.address}
    headers["X-CSRFToken"] = ask("/api/v1/security/csrf_token/", headers)["result"]
    path, name = IMPORTS[kind]
    boundary = uuid.uuid4().hex
    part = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{bundle.name}"'
        "\r\nContent-Type: application/zip\r\n\r\n"
    )
    ask(
        path,
        headers | {"Content-Type": f"multipart/form-data; boundary={boundary}"},
        part.encode() + bundle.read_bytes() + f"\r\n--{boundary}--\r\n".encode(),
    )


def _prepare(password: str, environment: Mapping[str, str], log: Path) -> None:
    done = subprocess.run(
        [ENVIRONMENT / "bin" / "python", HERE / "prepare.py", USER],
        env=environment,
        cwd=log.parent,
        input=password.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    log.with_name("prepare.log").write_bytes(done.stdout)
    if done.returncode != 0:
        raise SupersetFailed(f"Superset could not be prepared; see {log.with_name('prepare.log')}")


def _wait_until_healthy(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    give_up_at = time.monotonic() + SECONDS_TO_START
    while True:
        if server.poll() is not None or time.monotonic() > give_up_at:
            raise SupersetFailed(f"Superset did not start; see {log}")
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):
                return
        except OSError:
            time.sleep(0.2)


def _secret(file: Path) -> str:
    """The text of a private file; a random one is written where there is none."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text(encoding="utf-8")
    with os.fdopen(descriptor, "w", encoding="utf-8") as new:
        new.write(secrets.token_urlsafe(32))
    return file.read_text(encoding="utf-8")
