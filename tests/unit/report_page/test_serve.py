"""How the page is served: closed to others, and telling nobody."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest
from streamlit import net_util
from streamlit.web.server.server_util import is_url_from_allowed_origins

from orchestration.report_page.serve import flags


def test_the_server_listens_where_it_is_told_and_sends_no_usage() -> None:
    given = flags("127.0.0.1", 8501)
    options = dict(zip(given[::2], given[1::2], strict=True))
    assert options["--server.address"] == "127.0.0.1"
    assert options["--server.port"] == "8501"
    assert options["--browser.gatherUsageStats"] == "false"
    assert options["--client.showErrorDetails"] == "none"
    assert options["--server.enableWebsocketCompression"] == "true"
    assert options["--client.disableDataExport"] == "true"


def test_what_readers_send_is_small_and_no_file() -> None:
    given = flags("127.0.0.1", 8501)
    options = dict(zip(given[::2], given[1::2], strict=True))
    assert options["--server.maxUploadSize"] == "1"
    assert options["--server.enableStaticServing"] == "false"
    assert options["--server.enableCORS"] == options["--server.enableXsrfProtection"] == "true"


def test_a_public_address_is_an_origin_of_the_page() -> None:
    given = flags("127.0.0.1", 8501, "https://bi.example/reports/inbox/")
    options = dict(zip(given[::2], given[1::2], strict=True))
    assert options["--server.corsAllowedOrigins"] == "https://bi.example/reports/inbox/"
    assert options["--server.baseUrlPath"] == "reports/inbox"


def test_nobody_outside_is_asked_for_the_address_of_this_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Streamlit asks when a foreign origin connects, and when it listens on every address."""
    asked: list[str] = []
    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda url, **_: asked.append(url))
    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)
    monkeypatch.setenv("INBOX_HOME", str(tmp_path))
    monkeypatch.setitem(sys.modules, "orchestration.report_page.server", None)
    del sys.modules["orchestration.report_page.server"]
    importlib.import_module("orchestration.report_page.server")
    assert not is_url_from_allowed_origins("https://other.example")
    assert asked == []
