"""`inbox dev`: the Dagster UI over the same home."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from orchestration.cli.flags import PORT, read_settings, refuse_taken_port, setting_flags
from orchestration.cli.printing import console, warn_beyond_loopback


@click.command()
@click.option("--exports", type=click.Path(), help="Folder of the exports (INBOX_EXPORTS).")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=PORT, default=3000, show_default=True, help="Port to listen on.")
@setting_flags
def dev(exports: str | None, host: str, port: int, **flags: Any) -> None:
    """Open the Dagster UI over the same instance: runs, assets, checks and schedules."""
    from orchestration.dagster_app.instance import prepare_dagster_home
    from orchestration.machine.access import make_private
    from orchestration.settings import PROJECT_ROOT

    settings = read_settings(exports=exports, **flags)
    make_private(settings)
    for name in ("exports", "home"):
        if getattr(settings, name) is not None:
            os.environ[f"INBOX_{name.upper()}"] = str(getattr(settings, name))
    prepare_dagster_home(settings)
    dagster = Path(sys.executable).with_name("dagster")
    workspace = str(PROJECT_ROOT / "workspace.yaml")
    refuse_taken_port(host, port)
    warn_beyond_loopback(host, "the Dagster UI, by which runs are started and removed,")
    console.print(f"The Dagster UI opens on http://{host}:{port} (Ctrl-C ends it)")
    os.execv(dagster, [str(dagster), "dev", "-w", workspace, "--host", host, "--port", str(port)])
