"""Files of a landing in an object store, each copied to this machine for as long as it is read."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from orchestration.machine.stores import ObjectFolder, StoreUnavailable
from orchestration.settings.addresses import object_address

from ..errors import SourceUnreachable, WrongSource
from .copies import Copies
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
    copies = Copies(folder)
    return [
        LandedFile(
            item.name,
            kind,
            f"{item.size_bytes}:{item.version}",
            partial(_copied, store, copies, item.name, kind),
        )
        for item in objects
        if (kind := format_of(item.name)) is not None
    ]


def _copied(store: ObjectFolder, copies: Copies, name: str, kind: str) -> Path:
    """A link to a copy of an object. Raises SourceUnreachable."""
    try:
        copy = copies.of(name, partial(store.download, name))
    except StoreUnavailable as error:
        raise SourceUnreachable(str(error)) from None
    return copies.without_mark(copy) if kind == "json" else copy
