"""Copies of files that cannot be read where they lie, for as long as they are read.

A copy has no name of its own, so that it goes with the process, however that ends: texts of
messages are in it. What DuckDB is given is a link to it, for which the file's name tells its form.
"""

from __future__ import annotations

import codecs
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from orchestration.machine.handles import allow_as_many_as_may_be

from ..unpacking import raise_for_machine, unpacked


class Copies:
    """The copies that are open; they live as long as a file of the listing does.

    folder: gets the links.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: list[IO[bytes]] = []

    def of(self, name: str, fill: Callable[[Path], None]) -> Path:
        """A link to a new copy, which is filled under the path that `fill` is given."""
        allow_as_many_as_may_be()  # a landing may have more files than a shell lets one open
        unnamed = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115
        copy = Path(f"/proc/self/fd/{unnamed.fileno()}")
        try:
            fill(copy)
        except BaseException:
            unnamed.close()
            raise
        self._open.append(unnamed)
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
            with unpacked(path) as file, copy.open("wb") as unmarked:
                file.read(len(codecs.BOM_UTF8))
                shutil.copyfileobj(file, unmarked)

        try:
            return self.of(path.name.removesuffix(".gz").removesuffix(".zst"), fill)
        except OSError as error:
            raise_for_machine(error)
            return path  # cut off: told of the file itself


def _is_marked(path: Path) -> bool:
    """Whether a file, unpacked as its name says, begins with a byte-order mark."""
    try:
        with unpacked(path) as file:
            return file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8
    except OSError:  # told when it is read
        return False
