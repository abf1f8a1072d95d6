"""The settings that the page is served with, read once: reading them anew costs each click."""

from __future__ import annotations

import os
from functools import lru_cache

from orchestration.settings import Settings, load_settings


def page_settings() -> Settings:
    """The settings of the environment as it is now, and of the `.env` as it was at first."""
    return _settings(tuple(sorted(os.environ.items())))


@lru_cache(maxsize=1)
def _settings(environment: tuple[tuple[str, str], ...]) -> Settings:
    return load_settings()
