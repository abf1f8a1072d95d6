"""`inbox serve`: the report as a page."""

from __future__ import annotations

import os

import click

from orchestration.cli.flags import PORT, read_settings, refuse_taken_port
from orchestration.cli.printing import console, warn_beyond_loopback
from orchestration.errors import InboxError


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=PORT, default=8501, show_default=True, help="Port to listen on.")
@click.option(
    "--home", type=click.Path(file_okay=False), help="What the pipeline writes (INBOX_HOME)."
)
def serve(host: str, port: int, home: str | None) -> None:
    """Serve the Inbox Report as a page in the browser, over the published file.

    It shows each new publication by itself. Without --host only this machine can open it; it asks
    for no password, so let others in through a proxy that does (INBOX_PAGE_URL).
    """
    from importlib.util import find_spec

    from orchestration.report_page.serve import serve

    settings = read_settings(home=home)
    if find_spec("streamlit") is None:
        raise InboxError(
            "The page needs the extra `report`", advice="pip install 'inbox-warehouse[report]'"
        )
    os.environ["INBOX_HOME"] = str(settings.home)
    refuse_taken_port(host, port)
    warn_beyond_loopback(host, "the report's page")
    console.print(f"The report opens on http://{host}:{port} (Ctrl-C ends it)")
    serve(host, port, settings.page_url)
