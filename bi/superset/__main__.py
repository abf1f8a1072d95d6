"""The commands behind `make superset` and `make superset-bundle`."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click

from bi.superset.bundle import database_uri, write_bundle
from bi.superset.server import IMPORTS, SupersetFailed, running
from orchestration.publishing.published_report import NothingPublished
from orchestration.settings import SettingsError, load_settings


@click.group()
def main() -> None:
    """The Inbox Report as a Superset dashboard."""


@main.command()
@click.option("--port", type=int, default=8088, show_default=True, help="Port on loopback.")
def serve(port: int) -> None:
    """Start a local Superset over the published file (INBOX_HOME), with the dashboard in it."""
    click.echo("Superset starts; the first time it takes about a minute")
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        with running(load_settings(), port) as superset:
            click.echo(f"The dashboard:  {superset.dashboard}  (Ctrl-C ends it)")
            click.echo(f"The login:      {superset.user} / {superset.password}")
            ended.wait()
    except (NothingPublished, SettingsError, SupersetFailed) as error:
        raise click.ClickException(str(error)) from None


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--uri", help="SQLAlchemy's address of the published file, as Superset sees it.")
def bundle(folder: Path, uri: str | None) -> None:
    """Write the dashboard as zip files for a Superset of your own."""
    uri = uri or database_uri(load_settings().published_database)
    for kind in IMPORTS:
        file = folder / f"inbox_report_{kind.lower()}.zip"
        write_bundle(file, uri, kind)
        click.echo(f"{file}: {uri}")


if __name__ == "__main__":
    main()
