"""Serving the page: where it listens, its two themes, and that it talks to nobody else."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from orchestration.machine.core_files import leave_no_core_file

APP = Path(__file__).with_name("app.py")
SERVER = Path(__file__).with_name("server.py")

# Colours keep a contrast of 4.5 as text and 3 as marks, and are told apart by the colour-blind.
THEME = {
    "theme.baseRadius": "8px",
    "theme.baseFontSize": "15",
    "theme.headingFontWeights": "[650, 650, 600, 600]",
    "theme.metricValueFontSize": "1.75rem",
    "theme.showWidgetBorder": "true",
    "theme.light.primaryColor": "#1d5fbf",
    "theme.light.linkColor": "#1d5fbf",
    "theme.light.backgroundColor": "#ffffff",
    "theme.light.secondaryBackgroundColor": "#f3f5f8",
    "theme.light.textColor": "#1b2430",
    "theme.light.grayTextColor": "#566173",
    "theme.light.borderColor": "#d9dee6",
    "theme.light.chartCategoricalColors": '["#1d5fbf", "#c2570c", "#0f766e", "#7a3fc4", "#1d5fbf"]',
    "theme.dark.primaryColor": "#7db2ff",
    "theme.dark.linkColor": "#7db2ff",
    "theme.dark.backgroundColor": "#12161c",
    "theme.dark.secondaryBackgroundColor": "#1c222b",
    "theme.dark.textColor": "#e8ecf2",
    "theme.dark.grayTextColor": "#a6b0bf",
    "theme.dark.borderColor": "#343d4a",
    "theme.dark.chartCategoricalColors": '["#7db2ff", "#ffac6b", "#52d0bd", "#c3a3ff", "#7db2ff"]',
}
OPTIONS = {
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.showEmailPrompt": "false",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "viewer",
    # The page's own downloads take care that no cell runs as a formula.
    "client.disableDataExport": "true",
    "client.showErrorDetails": "none",
    # In MB, the least that it takes: the guard closes the way of uploads, and lets no message in
    # that is longer than a click.
    "server.maxUploadSize": "1",
    "server.maxWidgetStateSize": "1",
    "server.maxMessageSize": "16",
    # The script is rewritten for it at each run, and it shows nothing that this script has.
    "runner.magicEnabled": "false",
    # What is shown goes packed too: charts are texts, a tenth of their length when packed.
    "server.enableWebsocketCompression": "true",
    "server.enableCORS": "true",
    "server.enableXsrfProtection": "true",
    "server.enableStaticServing": "false",
    "server.enableAgentApi": "false",
    "server.scriptHealthCheckEnabled": "false",
    "server.disconnectedSessionTTL": "30",
}


def serve(host: str, port: int, page_url: str | None = None) -> NoReturn:
    """Becomes the page's server, over the INBOX_* settings of the environment."""
    leave_no_core_file()
    options = flags(host, port, page_url)
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", str(SERVER), *options])


def flags(host: str, port: int, page_url: str | None = None) -> list[str]:
    """The server's options as flags, which win over any other Streamlit setting of the machine.

    page_url: where readers open the page, if that is through a proxy.
    """
    options = THEME | OPTIONS | {"server.address": host, "server.port": str(port)}
    if page_url is not None:
        options["server.corsAllowedOrigins"] = page_url
        options["server.baseUrlPath"] = base_path(page_url).strip("/")
    return [part for name, value in options.items() for part in (f"--{name}", value)]


def base_path(page_url: str | None) -> str:
    """The path under which readers open the page, with a slash at its end."""
    path = urlsplit(page_url or "").path.strip("/")
    return f"/{path}/" if path else "/"
