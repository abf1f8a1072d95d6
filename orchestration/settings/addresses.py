"""Addresses of folders, of this machine or of an object store, as settings give them."""

from __future__ import annotations

import re
from pathlib import Path

OBJECT_STORES = ("s3", "gs", "az")
"""Schemes of addresses, each also the extra of the package that brings its client."""


def object_address(text: str) -> str:
    """The address of a folder of an object store, without a slash at its end.

    Credentials in it are refused: addresses are shown and stored. Raises ValueError, whose text
    does not quote the address.
    """
    scheme, _, path = text.partition("://")
    scheme = scheme.lower()
    if not is_address(text) or scheme not in OBJECT_STORES:
        raise ValueError("of addresses, only s3://, gs:// and az:// are supported")
    bucket, _, key = path.partition("/")
    if "@" in bucket or "?" in path or "#" in path:
        raise ValueError(
            "an address must hold a bucket and a folder alone; credentials belong in the "
            "environment of the store's client"
        )
    if not bucket or any(part in ("", ".", "..") for part in key.rstrip("/").split("/") if key):
        raise ValueError(f"give it as {scheme}://<bucket>/<folder>")
    return f"{scheme}://{path.rstrip('/')}"


def is_address(text: str) -> bool:
    """Whether it has a scheme other than `file`."""
    match = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", text)
    return match is not None and match[1].lower() != "file"


def local_folder(text: str) -> Path:
    """A folder of this machine, also given as file://."""
    return Path(text.removeprefix("file://"))
