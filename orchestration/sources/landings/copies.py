"""Copies of files that cannot be read where they lie, for as long as they are read.

A copy has no name of its own, so that it goes with the process, however that ends: texts of
messages are in it. What DuckDB is given is a link to it, for which the file's name tells its form.
"""

from __future__ import annotations

import codecs
import gzip
import shutil
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

CUT_OFF = (EOFError, gzip.BadGzipFile, zlib.error)


class Copies:
    """The copies that are open; they live as long as a file of the listing does.

    folder: gets the links.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: list[IO[bytes]] = []

    def of(self, name: str, fill: Callable[[Path], None]) -> Path:
        """A link to a new copy, which is filled under the path that `fill` is given."""
        unnamed = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115
        self._open.append(unnamed)
        copy = Path(f"/proc/self/fd/{unnamed.fileno()}")
        fill(copy)
        link = self._folder / f"{len(self._open):06d}-{Path(name).name}"
        link.symlink_to(copy)
        return link

    def without_mark(self, path: Path) -> Path:
        """A file of JSON, or a copy without the byte-order mark that it begins with.

        DuckDB takes the mark for a part of the first record, and drops that.
        """
        if not _is_marked(path):
            return path

        def fill(copy: Path) -> None:
            with _opened(path) as file, copy.open("wb") as unmarked:
                file.read(len(codecs.BOM_UTF8))
                shutil.copyfileobj(file, unmarked)

        try:
            return self.of(path.name.removesuffix(".gz"), fill)
        except CUT_OFF:  # told of the file itself
            return path


def _is_marked(path: Path) -> bool:
    try:
        with _opened(path) as file:
            return file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8
    except (*CUT_OFF, OSError):  # told when it is read
        return False


def _opened(path: Path) -> IO[bytes] | gzip.GzipFile:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")
