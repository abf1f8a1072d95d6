"""What commands share: the flags that stand for settings, and days."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from datetime import date
from typing import Any

import click

from orchestration.errors import InboxError, WrongUse
from orchestration.settings import Settings, load_settings

ISO_DAY = click.DateTime(formats=["%Y-%m-%d"])
PORT = click.IntRange(min=1, max=65535)


class PortTaken(InboxError):
    """A port on which another program listens."""


def output_format(*machine_formats: str) -> Callable[..., Any]:
    """The flag --format: text, or one of those for machines."""
    return click.option(
        "--format",
        "output",
        type=click.Choice(["text", *machine_formats]),
        default="text",
        show_default=True,
        help=f"text for people; {' and '.join(machine_formats)} for machines.",
    )


def setting_flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """The flags that stand for INBOX_* settings."""
    flags = [
        click.option(
            "--home",
            type=click.Path(file_okay=False),
            help="What the pipeline writes (INBOX_HOME).",
        ),
        click.option("--timezone", help="Zone of the days, an IANA name (INBOX_TIMEZONE)."),
        click.option("--week-start", help="monday or sunday (INBOX_WEEK_START)."),
        click.option("--max-rejected", help="Share of bad rows allowed (INBOX_MAX_REJECTED)."),
        click.option(
            "--schedules",
            type=click.Path(dir_okay=False),
            help="File of the opening hours (INBOX_SCHEDULES).",
        ),
    ]
    for flag in reversed(flags):
        command = flag(command)
    return command


def read_settings(**flags: Any) -> Settings:
    """Settings with flags over the environment; also for Dagster, which reads the environment."""
    settings = load_settings(**flags)
    for name, value in flags.items():
        if value is not None:
            os.environ[f"INBOX_{name.upper()}"] = str(getattr(settings, name))
    return settings


def settings_of_home(**flags: Any) -> Settings:
    """Settings of a home that is there, for commands that tell of it.

    Of a folder misspelt, or of `data` in another folder than the run's, they would say that all is
    well, or prove that nobody is in it. Raises WrongUse where there is none.
    """
    settings = read_settings(**flags)
    if not settings.home.exists():
        raise WrongUse(
            f"There is no home {settings.home}: give the one that inbox run has filled, "
            "with --home or INBOX_HOME"
        )
    return settings


def check_published(settings: Settings, **flags: Any) -> None:
    """Raises WrongUse where a flag asks for days or weeks other than those that are published.

    They would not be those of the numbers. Of the environment it may be so until the next run.
    """
    asked = [name for name in ("timezone", "week_start") if flags.get(name) is not None]
    if not asked:
        return
    from orchestration.publishing.published_report import PublishedReport

    reach = PublishedReport(settings.published_database).reach
    for name in asked:
        given, published = str(getattr(settings, name)), getattr(reach, name)
        if given != published:
            raise WrongUse(
                f"--{name.replace('_', '-')} is {given}, and what is published has {published}: "
                "leave it out, or publish with it first (inbox run)"
            )


def check_range(first: Any, last: Any) -> None:
    """Raises WrongUse where a range ends before it begins."""
    if first is not None and last is not None and first > last:
        raise WrongUse(
            f"The range ends on {last:%Y-%m-%d}, before it begins on {first:%Y-%m-%d}: "
            "give --from the earlier day"
        )


def day_of(value: Any) -> date | None:
    """The day of a flag that takes one."""
    return None if value is None else value.date()


def refuse_taken_port(host: str, port: int) -> None:
    """Raise PortTaken where something listens there; what else is wrong the server says itself."""
    try:
        [(family, kind, _, _, address), *_] = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        with socket.socket(family, kind) as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(
                f"Something else listens on port {port} of {host}", advice="give another by --port"
            ) from None
