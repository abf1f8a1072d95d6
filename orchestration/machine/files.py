"""Files that are there whole or not at all, and stay there when the power goes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_aside(path: Path, *, by_many: bool = False) -> Iterator[Path]:
    """The path to write to instead of `path`; at the end it is synced and renamed into its place.

    Who fails leaves `path` as it was. What a dead process left is written over by the next one; so
    a lock has to keep others out, or `by_many` be said, which gives each process a name of its own.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(f".{os.getpid()}.unfinished" if by_many else ".unfinished")
    aside.unlink(missing_ok=True)
    try:
        yield aside
        sync(aside)
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    sync(path.parent)


def write_text(path: Path, text: str, *, by_many: bool = False) -> None:
    """Puts a text in place, whole and to last."""
    with written_aside(path, by_many=by_many) as aside:
        aside.write_text(text, encoding="utf-8")


def sync(path: Path) -> None:
    """Makes what a file holds, or the names in a folder, last."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
