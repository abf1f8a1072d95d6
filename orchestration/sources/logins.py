"""The login of a source, from the environment alone: it is in no file, state, log or error."""

from __future__ import annotations

import os
from pathlib import Path

from .errors import WrongSource


def login_of(name: str) -> dict[str, str]:
    """User and password of a source, those that are set.

    INBOX_SOURCE_<NAME>_USER; INBOX_SOURCE_<NAME>_TOKEN, or the file that ..._TOKEN_FILE names.
    """
    prefix = f"INBOX_SOURCE_{name.upper()}"
    found = {"user": os.environ.get(f"{prefix}_USER"), "password": _token(prefix)}
    return {key: value for key, value in found.items() if value}


def _token(prefix: str) -> str | None:
    path = os.environ.get(f"{prefix}_TOKEN_FILE")
    if path is None:
        return os.environ.get(f"{prefix}_TOKEN")
    try:
        return Path(path).read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSource(f"{prefix}_TOKEN_FILE cannot be read ({type(error).__name__})") from None
