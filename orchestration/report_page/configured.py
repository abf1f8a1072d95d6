"""The settings of the page, read again where they changed: at each click it would cost."""

from __future__ import annotations

import os
from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path

from orchestration.settings import ENV_FILE, Settings, load_settings


def page_settings() -> Settings:
    """The settings of the environment and of `.env`, as they are now."""
    return _settings(tuple(sorted(os.environ.items())), _version(Path(ENV_FILE)))


def _version(file: Path) -> Hashable:
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_ctime_ns, stat.st_size, stat.st_ino


@lru_cache(maxsize=1)
def _settings(environment: tuple[tuple[str, str], ...], env_file: Hashable) -> Settings:
    return load_settings()
