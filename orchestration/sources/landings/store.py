"""Files of a landing in an object store, each copied to this machine for as long as it is read.

A copy has no name of its own, so that it goes with the process, however that ends: texts of
messages are in it. What DuckDB is given is a link to it, for which the file's name tells its form.
"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import IO

from orchestration.machine.stores import ObjectFolder, StoreUnavailable
from orchestration.settings.addresses import object_address

from ..errors import SourceUnreachable, WrongSource
from .folder import LandedFile, format_of


def list_stored(where: str, folder: Path) -> list[LandedFile]:
    """The files below a store's folder that may hold records. folder: gets the links."""
    try:
        store = ObjectFolder(object_address(where))
        objects = store.listing().objects
    except ValueError as error:
        raise WrongSource(f"where: {error}") from None
    except StoreUnavailable as error:
        raise SourceUnreachable(str(error)) from None
    copies = _Copies(store, folder)
    return [
        LandedFile(
            item.name, kind, f"{item.size_bytes}:{item.version}", partial(copies.of, item.name)
        )
        for item in objects
        if (kind := format_of(item.name)) is not None
    ]


class _Copies:
    """The copies that are open; they live as long as a file of the listing does."""

    def __init__(self, store: ObjectFolder, folder: Path) -> None:
        self._store = store
        self._folder = folder
        self._open: list[IO[bytes]] = []

    def of(self, name: str) -> Path:
        """A link to a copy of an object. Raises SourceUnreachable."""
        unnamed = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115
        self._open.append(unnamed)
        copy = Path(f"/proc/self/fd/{unnamed.fileno()}")
        try:
            self._store.download(name, copy)
        except StoreUnavailable as error:
            raise SourceUnreachable(str(error)) from None
        link = self._folder / f"{len(self._open):06d}-{Path(name).name}"
        link.symlink_to(copy)
        return link
