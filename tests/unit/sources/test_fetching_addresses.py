"""Which addresses are asked at all, whose certificates are trusted, and the command that asks."""

from __future__ import annotations

import datetime
import ipaddress
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from orchestration.sources.daily import read_sources
from orchestration.sources.errors import SourceUnreachable, WrongSource
from orchestration.sources.fetching import adapter, opening
from orchestration.sources.fetching.addresses import base_address
from orchestration.sources.fetching.limits import Limits
from orchestration.sources.keeping import read_state
from orchestration.sources.request import Source
from tests.unit.sources.api_server import TOKEN, ApiServer, Asked, served
from tests.unit.sources.desk import Desk
from tests.unit.sources.test_fetching_zendesk import RECORDS
from tests.unit.sources.zendesk_account import ZendeskAccount

DOMAINS = ("zendesk.com",)
LOGIN = "https://ann:secret@shop.zendesk.com"  # pragma: allowlist secret


@pytest.mark.parametrize(
    ("where", "domains", "allowed", "expected"),
    [
        ("https://shop.zendesk.com/", DOMAINS, [], "https://shop.zendesk.com"),
        ("https://desk.example/rt/", (), [], "https://desk.example/rt"),
        ("http://127.0.0.1:8080", DOMAINS, [], "http://127.0.0.1:8080"),
        ("https://proxy.example", DOMAINS, ["Proxy.example"], "https://proxy.example"),
        ("http://desk.example", (), ["desk.example"], "http://desk.example"),
    ],
)
def test_what_may_be_asked(
    where: str, domains: tuple[str, ...], allowed: list[str], expected: str
) -> None:
    assert base_address(where, "Zendesk", domains, allowed) == expected


@pytest.mark.parametrize(
    ("where", "domains", "message"),
    [
        ("http://shop.zendesk.com", DOMAINS, "over plain http, and the token could be read"),
        ("https://zendesk.com.evil.example", DOMAINS, "is not of zendesk.com"),
        ("https://evilzendesk.com", DOMAINS, "is not of zendesk.com"),
        ("http://desk.example", (), "over plain http"),
        (LOGIN, DOMAINS, "holds a login"),
        ("https://shop.zendesk.com?token=secret", DOMAINS, "holds a login, a query"),
        ("https://", (), "names no host"),
    ],
)
def test_what_may_not(where: str, domains: tuple[str, ...], message: str) -> None:
    with pytest.raises(WrongSource, match=message) as failed:
        base_address(where, "Zendesk", domains, [])
    assert "secret" not in str(failed.value)


def test_a_kind_without_an_api_is_told(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "gorgias")
    desk.change(where="https://desk.example")
    with pytest.raises(WrongSource, match="Gorgias is not fetched from an API"):
        desk.bring()


def test_a_daily_source_may_be_an_api(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(
        "sources:\n  support:\n    kind: zendesk\n    where: https://shop.zendesk.com\n"
        "    options: {since: '2024-01-01', allow_host: [proxy.example]}\n"
    )
    (source,) = read_sources(path)
    assert source == Source(
        "support", "zendesk", "https://shop.zendesk.com", prefix="support",
        options={"since": "2024-01-01", "allow_host": ["proxy.example"]},
    )  # fmt: skip


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine and its key, which no one else trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "desk.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    monkeypatch.setenv("INBOX_SOURCE_ZENDESK_TOKEN", TOKEN)
    with served(ZendeskAccount(RECORDS)) as server:
        yield server


def test_a_certificate_is_trusted_where_it_is_named(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INBOX_SOURCE_ZENDESK_TOKEN", TOKEN)
    # What switches the checks off elsewhere does not here.
    monkeypatch.setenv("CURL_CA_BUNDLE", str(certificate))
    monkeypatch.setattr(adapter, "pause", lambda seconds: None)
    monkeypatch.setattr(opening, "LIMITS", Limits(attempts=2))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with served(ZendeskAccount(RECORDS), context) as server:
        desk = Desk(tmp_path, "zendesk")
        desk.change(where=server.address)
        with pytest.raises(SourceUnreachable, match=r"certificate of 127\.0\.0\.1 is not trusted"):
            desk.bring()
        assert server.asked == []
        desk.change(options={"ca_file": str(certificate)})
        desk.bring()
        assert "1" in desk.live("threads")


def test_a_killed_fetch_leaves_no_text_and_is_done_again(tmp_path: Path, server: ApiServer) -> None:
    desk = Desk(tmp_path, "zendesk")
    desk.change(where=server.address)
    command = [
        sys.executable, "-m", "orchestration.cli", "import", "zendesk", server.address,
        "--to", str(desk.exports),
    ]  # fmt: skip
    environment = {**os.environ, "INBOX_HOME": str(desk.sources.parent)}
    started: list[subprocess.Popen[str]] = []

    def kill(asked: Asked) -> None:
        if "tickets/4/audits" in asked.path:
            started[0].send_signal(signal.SIGKILL)

    server.before = kill
    with subprocess.Popen(
        command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        started.append(process)
        told, _ = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert TOKEN not in told
    for path in desk.sources.rglob("*.parquet"):
        assert "hello" not in str(pyarrow.parquet.read_table(path).to_pylist())
    server.before = lambda asked: None
    desk.bring()
    assert set(desk.live("threads")) == {"1", "2", "4", "5"}
    assert list(tmp_path.rglob("*.unfinished")) == []
    assert read_state(desk.sources / "zendesk") is not None
