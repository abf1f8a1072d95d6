"""A folder of this machine in the place of a cloud's object store, behind the client's door."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.dirfs import DirFileSystem
from fsspec.implementations.local import LocalFileSystem


class FolderStore(DirFileSystem):
    """Buckets are folders; as in a store, a key brings its folders with it."""

    @classmethod
    def stand_in(cls, monkeypatch: pytest.MonkeyPatch, scheme: str, folder: Path) -> None:
        """Whoever asks for the client of a scheme gets this folder."""
        folder.mkdir(parents=True, exist_ok=True)

        def client(asked: str, **options: Any) -> FolderStore:
            assert asked == scheme
            return cls(path=str(folder), fs=LocalFileSystem(auto_mkdir=True))

        monkeypatch.setattr(fsspec, "filesystem", client)
