"""What to do about faults of the machine, which libraries tell in words of their own."""

from __future__ import annotations

import os
from pathlib import Path

from orchestration.errors import InboxError

_FULL = "The disk is full or cannot be written: make room under INBOX_HOME and run again"
_MEMORY = (
    "The engine had not enough memory: raise INBOX_MEMORY_LIMIT, or lower INBOX_THREADS, run again"
)
_FORBIDDEN = "INBOX_HOME may not be written by this user: run as its owner, or give it back to them"

_ADVICE = (
    ("No space left on device", _FULL),
    ("File too large", _FULL),
    ("Disk quota exceeded", _FULL),
    ("Input/output error", _FULL),
    ("disk I/O error", _FULL),
    ("database or disk is full", _FULL),
    ("Out of Memory Error", _MEMORY),
    ("OutOfMemoryException", _MEMORY),
    ("MemoryError", _MEMORY),
    ("Permission denied", _FORBIDDEN),
    ("Read-only file system", _FORBIDDEN),
    ("readonly database", _FORBIDDEN),
)


def advice_for(text: str) -> str | None:
    """One sentence on what to do, where a message tells a fault of the machine; else None."""
    return next((advice for words, advice in _ADVICE if words in text), None)


def advice_on(error: BaseException) -> str | None:
    """The same for an error and what it came from."""
    cause: BaseException | None = error
    while cause is not None:
        advice = advice_for(f"{type(cause).__name__}: {cause}")
        if advice is not None:
            return advice
        cause = cause.__cause__ or cause.__context__
    return None


def as_inbox_error(error: Exception) -> InboxError | None:
    """An error as one that a person can act on: itself, or advice on a fault of the machine."""
    if isinstance(error, InboxError):
        return error
    advice = advice_on(error) or _on_place(error)
    return None if advice is None else InboxError(f"{advice}. Readers keep what they have.")


def _on_place(error: Exception) -> str | None:
    """What is wrong with a path that is no folder, such as a link to a disk that is not there."""
    if not isinstance(error, FileExistsError | NotADirectoryError) or error.filename is None:
        return None
    place = Path(os.fsdecode(error.filename))
    if isinstance(error, FileExistsError) and (not place.is_symlink() or place.exists()):
        return None
    return f"{place} leads to no folder: see that its disk is there, or give another folder"
