"""A folder of an object store: its address, and its objects through fsspec.

A store's own errors do not leave this module: they can quote signed addresses, and differ by store.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from orchestration.errors import InboxError

_FULL_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class StoreUnavailable(InboxError):
    """A store that does not answer, or not as it should; the text is one line without secrets.

    `is_missing` tells whether it did answer, that there is no such thing.
    """

    def __init__(self, url: str, reason: str, *, is_missing: bool = False) -> None:
        super().__init__(url, reason)
        self.url = url
        self.reason = reason
        self.is_missing = is_missing

    @property
    def what(self) -> str:
        """Which store it is, and what is wrong."""
        return f"{self.url} {self.reason}"


@dataclass(frozen=True)
class ObjectInfo:
    """What a listing says of an object; `name` is relative to the listed folder.

    version: changes with the object's bytes, and where the store hashes them only with those.
    """

    name: str
    size_bytes: int
    modified_ns: int
    version: str


@dataclass(frozen=True)
class Listing:
    """What lies under a folder: objects by their relative names, and the names of folders."""

    objects: tuple[ObjectInfo, ...]
    folders: tuple[str, ...]


@dataclass(frozen=True)
class ObjectFolder:
    """A folder of a store by its address (as `settings.object_address` gives it)."""

    url: str

    def __str__(self) -> str:
        return self.url

    def __truediv__(self, name: str) -> ObjectFolder:
        return ObjectFolder(f"{self.url}/{name}")

    @property
    def name(self) -> str:
        """The last part of the address."""
        return self.url.rpartition("/")[2]

    def listing(self, folder: str = "") -> Listing:
        """Everything under the folder, or under a folder in it, however deep. None of it is empty.

        Raises StoreUnavailable.
        """
        root = self._key(folder) if folder else self._root
        with self._translated_errors():
            found = self._filesystem.find(root, detail=True, withdirs=True)
        objects, folders = [], []
        for key, info in found.items():
            name = key.removeprefix(root).lstrip("/")
            if not name:
                continue
            if info["type"] == "directory" or key.endswith("/"):
                folders.append(name.rstrip("/"))
            else:
                objects.append(_object_info(name, info))
        objects.sort(key=lambda item: item.name)
        return Listing(tuple(objects), tuple(sorted(folders)))

    def info(self, name: str) -> ObjectInfo:
        """What the store says of one object. Raises StoreUnavailable, also where it is gone."""
        with self._translated_errors():
            return _object_info(name, self._filesystem.info(self._key(name)))

    def read(self, name: str) -> bytes:
        """The bytes of a small object. Raises StoreUnavailable, also where there is none."""
        with self._translated_errors():
            data: bytes = self._filesystem.cat_file(self._key(name))
        return data

    def download(self, name: str, path: Path) -> None:
        """Copies an object's bytes to a file. Raises StoreUnavailable, OSError for a full disk."""
        with self._translated_errors():
            self._filesystem.get_file(self._key(name), str(path))

    def write(self, name: str, data: bytes) -> None:
        """Puts a small object in place, whole. Raises StoreUnavailable."""
        with self._translated_errors():
            self._filesystem.pipe_file(self._key(name), data)

    def upload(self, path: Path, name: str) -> None:
        """Puts a file in place as an object, whole or not at all. Raises StoreUnavailable."""
        with self._translated_errors():
            self._filesystem.put_file(str(path), self._key(name))

    def remove(self, folder: str) -> None:
        """Removes every object under a folder. Raises StoreUnavailable."""
        with self._translated_errors():
            self._filesystem.rm(self._key(folder), recursive=True)

    @property
    def _root(self) -> str:
        return self.url.partition("://")[2]

    def _key(self, name: str) -> str:
        return f"{self._root}/{name}"

    @cached_property
    def _filesystem(self) -> Any:
        import fsspec

        scheme = self.url.partition("://")[0]
        try:
            # Each run looks anew: listings are never remembered, nor clients of other credentials.
            return fsspec.filesystem(scheme, use_listings_cache=False, skip_instance_cache=True)
        except ImportError:
            raise StoreUnavailable(
                self.url,
                f"needs a client: install the extra inbox-warehouse[{scheme}]",
            ) from None

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        """Turns whatever a store's client raises into one line that names no secret."""
        is_missing = False
        try:
            yield
        except StoreUnavailable:
            raise
        except FileNotFoundError:
            is_missing = True
            reason = "does not exist: there is nothing of that name in the store"
        except PermissionError:
            reason = "may not be used with the credentials of this environment"
        except Exception as error:
            if isinstance(error, OSError) and error.errno in _FULL_DISK:
                raise
            reason = f"cannot be reached ({_kind(error)}); run again once the store answers"
        else:
            return
        raise StoreUnavailable(self.url, reason, is_missing=is_missing)


def _kind(error: BaseException) -> str:
    """What kind of error it is, by its class and its code: its text may quote a signed address."""
    for cause in (error, error.__cause__):
        response = getattr(cause, "response", None)
        code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
        if isinstance(code, str) and re.fullmatch(r"[A-Za-z0-9.]{1,60}", code):
            return code
    return type(error).__name__


def _object_info(name: str, info: dict[str, Any]) -> ObjectInfo:
    times = ("LastModified", "last_modified", "mtime", "updated")
    modified = next((info[key] for key in times if info.get(key)), None)
    if isinstance(modified, str):
        modified = datetime.fromisoformat(modified)
    modified_ns = round(modified.timestamp() * 1e6) * 1000 if isinstance(modified, datetime) else 0
    version = next((info[key] for key in ("md5Hash", "ETag", "etag") if info.get(key)), modified_ns)
    return ObjectInfo(name, int(info["size"]), modified_ns, str(version).strip('"'))
