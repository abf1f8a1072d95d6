"""A copy of the landed files in an object store, for a cluster that does not see this disk.

The copy follows the catalog: what it names is there before a build begins, the rest is removed
after one. Landed files never change, so a file that is there is not sent again.
"""

from __future__ import annotations

from pathlib import Path

from orchestration.engines.interface import LandedFiles
from orchestration.machine.stores import ObjectFolder

CATALOG = "raw_catalog.json"


def upload_catalog(store: ObjectFolder, raw: Path, catalog: LandedFiles) -> None:
    """Brings the store what a catalog names, and last the catalog.

    raw: the folder of the landed files, whose layout the copy has. Raises StoreUnavailable.
    """
    there = {found.name for found in store.listing().objects}
    for path in sorted(catalog.paths):
        name = Path(path).relative_to(raw).as_posix()
        if name not in there:
            store.upload(Path(path), name)
    store.write(CATALOG, catalog.as_json().encode())


def remove_unnamed(store: ObjectFolder, raw: Path, catalog: LandedFiles) -> None:
    """Removes the objects that a catalog does not name. Raises StoreUnavailable."""
    named = {Path(path).relative_to(raw).as_posix() for path in catalog.paths} | {CATALOG}
    for found in store.listing().objects:
        if found.name not in named:
            store.remove(found.name)


def cluster_address(store: ObjectFolder) -> str:
    """A folder's address as Hadoop's clients know it: theirs for S3 is s3a."""
    scheme, _, rest = store.url.partition("://")
    return f"{'s3a' if scheme == 's3' else scheme}://{rest}"
