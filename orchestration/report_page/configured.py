"""The settings of the page, read again where they changed: at each click it would cost."""

from __future__ import annotations

import os
from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path

from orchestration.errors import InboxError
from orchestration.settings import ENV_FILE, Settings, SettingsError, load_settings

# The last that could be read: a file that is being written may be read half-way.
_known: list[Settings] = []


def page_settings() -> Settings:
    """The settings of the environment and of `.env`, as they are now, or as they last were right.

    Raises as load_settings does where they never were.
    """
    return _as_they_are()[0]


def settings_problem() -> str:
    """Why those of now are not taken, in a line that tells no value; empty where they are."""
    return _as_they_are()[1]


def _as_they_are() -> tuple[Settings, str]:
    return _read(tuple(sorted(os.environ.items())), _version(Path(ENV_FILE)))


def _version(file: Path) -> Hashable:
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_ctime_ns, stat.st_size, stat.st_ino


@lru_cache(maxsize=1)
def _read(environment: tuple[tuple[str, str], ...], env_file: Hashable) -> tuple[Settings, str]:
    try:
        _known[:] = [load_settings()]
    except (InboxError, OSError, ValueError) as error:
        if not _known:
            raise
        return _known[0], _problem(error)
    return _known[0], ""


def _problem(error: Exception) -> str:
    """Which settings are wrong, without what they say: readers see it."""
    wrong = f"the file {ENV_FILE}"
    if isinstance(error, SettingsError):
        wrong = ", ".join(line.partition(":")[0] for line in str(error).splitlines())
    return f"Changed settings cannot be read ({wrong}): the page goes on with those it had."
