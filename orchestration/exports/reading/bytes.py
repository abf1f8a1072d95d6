"""The bytes of an export file: unpacked while read, hashed as they lie on the disk, and unchanged.

What the bytes mean is for the readers of each format.
"""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import BinaryIO, Protocol, Self

import pyarrow as pa

from orchestration.exports.errors import UnreadableFile
from orchestration.exports.layout import ExportFile
from orchestration.exports.reading.limits import ReadLimits

_CODECS = {"gz": "gzip", "zst": "zstd"}
_SIGNATURES = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PAR1": "Parquet",
    b"PARE": "encrypted Parquet",
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"SQLite format 3": "an SQLite database",
}
_DRAIN_BYTES = 2**20
_CHANGED = "it changed while it was read; run again once it is complete"


def signature_of(head: bytes) -> str | None:
    """What a file's first bytes give it away as: gzip, zstd, Parquet, ... or None."""
    return next((name for magic, name in _SIGNATURES.items() if head.startswith(magic)), None)


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class ExportBytes:
    """One open export file; use as a context manager, read to its end, then call `finish`.

    `size_bytes`, `modified_ns` and, after `finish`, `sha256` are those of the file on the disk.
    """

    def __init__(self, file: ExportFile, limits: ReadLimits) -> None:
        self._path = file.path
        self._name_says = file.name.rpartition(".")[2]
        self._limits = limits
        self._unpacked_bytes = 0
        self._codec = _CODECS.get(file.compression or "")
        self._raw = _HashingFile(_open(file.path))
        status = os.fstat(self._raw.fileno())
        self._identity = (status.st_ino, status.st_size, status.st_mtime_ns)
        self.size_bytes = status.st_size
        self.modified_ns = status.st_mtime_ns
        self.sha256 = ""
        try:
            self._stream = self._unpacked_stream()
        except BaseException:
            self._raw.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self._raw.close()

    def read(self, size: int) -> bytes:
        """The next `size` unpacked bytes; fewer only at the end, none after it."""
        parts = []
        missing = size
        while missing > 0:
            part = self._read_part(missing)
            if not part:
                break
            parts.append(part)
            missing -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def hash_only(self) -> Path:
        """Hash the whole file and give its path, for a reader that must seek in it."""
        self._raw.drain()
        return self._path

    def finish(self) -> None:
        """Take the hash; raises `UnreadableFile` when the file changed while it was read."""
        self._raw.drain()
        self.check_unchanged()
        if self._raw.bytes_read != self.size_bytes:
            raise UnreadableFile(_CHANGED)
        self.sha256 = self._raw.sha256.hexdigest()

    def check_unchanged(self) -> None:
        """Raise `UnreadableFile` when the file is another than the one that was opened."""
        try:
            status = self._path.stat()
            identity = (status.st_ino, status.st_size, status.st_mtime_ns)
        except OSError:
            identity = None
        if identity != self._identity:
            raise UnreadableFile(_CHANGED)

    def _unpacked_stream(self) -> _Stream:
        if self._codec is None:
            return self._raw
        found = signature_of(self._raw.peek(16))
        if self.size_bytes and found != self._codec and not self._starts_with_skippable_frame():
            inside = f"is {found} inside" if found else f"is not {self._codec}"
            raise UnreadableFile(f"it {inside}, though its name ends in .{self._name_says}")
        stream = pa.PythonFile(self._raw, mode="r")
        return pa.CompressedInputStream(stream, self._codec)  # type: ignore[no-any-return]

    def _starts_with_skippable_frame(self) -> bool:
        head = self._raw.peek(4)  # zstd allows frames of metadata before and between those of data
        return self._codec == "zstd" and head[1:] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F

    def _read_part(self, size: int) -> bytes:
        try:
            part = self._stream.read(size)
        except OSError as error:
            if error.errno is not None:  # the disk's, not the codec's
                raise
            state = "cut off" if "Truncated" in str(error) else "damaged"
            reason = f"its {self._codec} data is {state}; copy the file again"
        else:
            self._unpacked_bytes += len(part)
            bound = self._most_unpacked_bytes()
            if self._unpacked_bytes <= bound:
                return part
            reason = f"it unpacks to more than {bound} bytes"
        raise UnreadableFile(reason)

    def _most_unpacked_bytes(self) -> int:
        """How much may come of it: the larger the file, the more, so that a bomb cannot grow."""
        limits = self._limits
        by_ratio = max(limits.free_unpacked_bytes, limits.max_unpacked_ratio * self.size_bytes)
        return min(limits.max_unpacked_bytes, by_ratio)


class _HashingFile(io.RawIOBase):
    """A file that hashes what is read from it, front to back."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self.sha256 = hashlib.sha256()
        self.bytes_read = 0

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._file.fileno()

    def peek(self, size: int) -> bytes:
        return os.pread(self._file.fileno(), size, 0)

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.sha256.update(data)
        self.bytes_read += len(data)
        return data

    def drain(self) -> None:
        while self.read(_DRAIN_BYTES):
            pass

    def close(self) -> None:
        self._file.close()
        super().close()


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb", buffering=0)
    except FileNotFoundError:
        pass
    raise UnreadableFile("it is gone; run again")
