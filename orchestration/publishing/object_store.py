"""Copying a publication to an object store, so that readers get all of one or all of another.

    <target>/publications/<publication>/inbox.duckdb
    <target>/publications/<publication>/parquet/<table>/*.parquet
    <target>/latest.json

A store has no rename of folders. So each publication has a folder of its own that is never written
again, and the one small object `latest.json`, which a store replaces as a whole, names the folder
that is whole. It is written last.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from orchestration.machine.stores import ObjectFolder, StoreUnavailable
from orchestration.publishing.record import Publication, read_publication

logger = logging.getLogger("inbox.publishing")

KEPT_PUBLICATIONS = 3
"""How many publications stay in the store: the latest, and those that readers may still be in."""

_POINTER = "latest.json"
_FOLDER = "publications"


def is_uploaded(target: ObjectFolder, publication: Publication) -> bool:
    """Whether readers of the store are sent to this publication. Raises StoreUnavailable."""
    return _latest(target) == publication.name


def upload_publication(target: ObjectFolder, published: Path) -> bool:
    """Brings the store to the publication that is in place on this machine.

    published: its folder; nobody may publish meanwhile. Files that an upload before this one got
    through are not sent again. False where the store had it.
    Raises StoreUnavailable; readers of the store then keep the publication before it.
    """
    publication = read_publication(published)
    if publication is None or is_uploaded(target, publication):
        return False
    name = publication.name
    files = _files(published, publication)
    folder = target / _FOLDER / name
    there = {item.name: item.size_bytes for item in folder.listing().objects}
    for key, path in files.items():
        if there.get(key) != path.stat().st_size:
            folder.upload(path, key)
    pointer = _pointer(name, publication, list(files))
    target.write(_POINTER, json.dumps(pointer, indent=2).encode())
    logger.info("Published to %s: %d files", folder, len(files))
    _remove_old(target, name)
    return True


def remove_earlier(target: ObjectFolder, published: Path) -> None:
    """Removes every publication but the one in place on this machine, also from under readers.

    Does nothing while the store's readers are not sent to that one. Raises StoreUnavailable.
    """
    publication = read_publication(published)
    if publication is not None and is_uploaded(target, publication):
        _remove_old(target, publication.name, kept=1)


def _files(published: Path, publication: Publication) -> dict[str, Path]:
    """The files of a publication by their names in the store."""
    parquet = {
        f"parquet/{table}/{path.name}": path
        for table in publication.rows
        for path in sorted((published / "parquet" / table).glob("*.parquet"))
    }
    return {"inbox.duckdb": published / "inbox.duckdb", **parquet}


def _pointer(name: str, publication: Publication, files: Sequence[str]) -> dict[str, Any]:
    """What `latest.json` says; its paths are relative to the target."""
    folder = f"{_FOLDER}/{name}"
    return {
        "publication": name,
        "as_of_date": publication.as_of_date.isoformat(),
        "published_at": publication.published_at.isoformat(),
        "fingerprint": publication.fingerprint,
        "database": f"{folder}/inbox.duckdb",
        "parquet_of_publication": publication.parquet.publication,
        "tables": {
            table: {
                "rows": rows,
                "parquet": [
                    f"{folder}/{file}" for file in files if file.startswith(f"parquet/{table}/")
                ],
            }
            for table, rows in publication.rows.items()
        },
    }


def _latest(target: ObjectFolder) -> str | None:
    """The publication to which readers are sent, or None where there is none."""
    try:
        pointer = json.loads(target.read(_POINTER))
    except StoreUnavailable as error:
        if error.is_missing:
            return None
        raise
    except ValueError:  # written by something else
        return None
    name = pointer.get("publication") if isinstance(pointer, dict) else None
    return name if isinstance(name, str) else None


def _remove_old(target: ObjectFolder, name: str, kept: int = KEPT_PUBLICATIONS) -> None:
    """Removes the publications before the latest few, and what was never finished."""
    objects = (target / _FOLDER).listing().objects
    older = sorted({item.name.partition("/")[0] for item in objects} - {name}, reverse=True)
    for old in older[kept - 1 :]:
        target.remove(f"{_FOLDER}/{old}")
