"""A file of staff: an address or an account a line; what follows # is a comment."""

from __future__ import annotations

from pathlib import Path

from .errors import WrongSource


def read_staff(path: Path) -> tuple[str, ...]:
    """The entries of the file. Raises WrongSource where it cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSource(f"{path} cannot be read ({type(error).__name__})") from None
    entries = (line.partition("#")[0].strip() for line in lines)
    return tuple(entry for entry in entries if entry)
