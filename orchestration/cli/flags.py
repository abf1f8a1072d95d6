"""What commands share: the flags that stand for settings, days, what a failure says."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import click

from orchestration.cli.printing import Problem, WrongUse
from orchestration.settings import Settings, SettingsError, load_settings

ISO_DAY = click.DateTime(formats=["%Y-%m-%d"])


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
    ]
    for flag in reversed(flags):
        command = flag(command)
    return command


def read_settings(**flags: Any) -> Settings:
    """Settings with flags over the environment; also for Dagster, which reads the environment."""
    try:
        settings = load_settings(**flags)
    except SettingsError as error:
        raise WrongUse(str(error)) from None
    for name, value in flags.items():
        if value is not None:
            os.environ[f"INBOX_{name.upper()}"] = str(getattr(settings, name))
    return settings


def day_of(value: Any) -> date | None:
    """The day of a flag that takes one."""
    return None if value is None else value.date()


@contextmanager
def told_problems() -> Iterator[None]:
    """What a run may raise, as a text and an exit code."""
    from orchestration.exports import (
        BrokenManifest,
        ExportsNotFound,
        ExportsUnreachable,
        WrongPseudonymKey,
    )
    from orchestration.machine.advice import advice_on
    from orchestration.machine.lock import LockBusy
    from orchestration.pipeline import InstanceUnavailable, Interrupted
    from orchestration.warehouse.dbt import DbtFailed

    try:
        yield
    except ExportsUnreachable as error:
        raise Problem(str(error)) from None
    except (SettingsError, ExportsNotFound, WrongPseudonymKey) as error:
        raise WrongUse(str(error)) from None
    except (LockBusy, BrokenManifest, DbtFailed, InstanceUnavailable, Interrupted) as error:
        raise Problem(str(error)) from None
    except Exception as error:
        advice = advice_on(error)
        if advice is None:
            raise
        raise Problem(f"{advice}. Readers keep what they have.") from None
