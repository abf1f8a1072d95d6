"""How the page is served: closed to others, and telling nobody."""

from __future__ import annotations

from orchestration.report_page.serve import flags


def test_the_server_listens_where_it_is_told_and_sends_no_usage() -> None:
    given = flags("127.0.0.1", 8501)
    options = dict(zip(given[::2], given[1::2], strict=True))
    assert options["--server.address"] == "127.0.0.1"
    assert options["--server.port"] == "8501"
    assert options["--browser.gatherUsageStats"] == "false"
    assert options["--client.showErrorDetails"] == "none"
    assert options["--client.disableDataExport"] == "true"
