"""Landed files: written aside, then committed with their day's manifest, all of them or none.

Who decides what is landed (`landing`, `rewriting`) does not belong here.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.parquet

from orchestration.exports.landed_files import file_dictionary_columns, file_schema
from orchestration.exports.manifest import DayManifest, manifest_path
from orchestration.machine import files

_ROW_GROUP_ROWS = 122_880  # what DuckDB reads as one
_ROW_GROUP_BYTES = 128 * 2**20  # of rows with uncommonly long cells, fewer
INCOMING = ".incoming"
_ALIVE = ".alive"


@dataclass(frozen=True)
class StagedFile:
    """A finished file that waits for the commit, and the path that it will have.

    kind: the entity of its rows, or quarantine, or its history.
    """

    kind: str
    path: Path
    target: str


class DayFiles:
    """A day's Parquet files in a folder, one for each kind of rows that come; a context manager."""

    def __init__(self, export_date: date, folder: Path) -> None:
        self.export_date = export_date
        self.folder = folder
        self._open: dict[str, LandedFile] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        for file in self._open.values():
            file.close()

    def write(self, kind: str, rows: pa.Table) -> None:
        """Take rows of an entity, of quarantine or of its history."""
        if not rows.num_rows:
            return
        if kind not in self._open:
            self._open[kind] = LandedFile(
                self.folder / f"{kind}.parquet", file_schema(kind), file_dictionary_columns(kind)
            )
        self._open[kind].write(rows)

    def finish(self) -> list[StagedFile]:
        """Close and sync all files; what they will be called."""
        staged = []
        for kind, file in self._open.items():
            content_hash = file.finish()
            target = f"{kind}/export_date={self.export_date}/{content_hash}.parquet"
            staged.append(StagedFile(kind, file.path, target))
        return staged


class LandedFile:
    """A Parquet file whose bytes follow from its rows alone, however they come in blocks."""

    def __init__(self, path: Path, schema: pa.Schema, dictionary_columns: list[str]) -> None:
        self.path = path
        self._waiting: list[pa.Table] = []
        self._waiting_rows = 0
        self._waiting_bytes = 0
        self._file = path.open("w+b")
        self._writer = pyarrow.parquet.ParquetWriter(
            self._file, schema, compression="zstd", use_dictionary=dictionary_columns
        )

    def write(self, table: pa.Table) -> None:
        """Take rows; whole row groups are written at once."""
        self._waiting.append(table)
        self._waiting_rows += table.num_rows
        self._waiting_bytes += table.nbytes
        if self._waiting_rows >= _ROW_GROUP_ROWS or self._waiting_bytes > _ROW_GROUP_BYTES:
            rows = pa.concat_tables(self._waiting)
            whole = len(rows) - len(rows) % _ROW_GROUP_ROWS or len(rows)
            self._write(rows.slice(0, whole))
            rest = rows.slice(whole)
            self._waiting = [rest]
            self._waiting_rows = rest.num_rows
            self._waiting_bytes = rest.nbytes

    def finish(self) -> str:
        """Write what is left and sync; the hash of the file's bytes."""
        if self._waiting_rows:
            self._write(pa.concat_tables(self._waiting))
        self._writer.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.seek(0)
        content_hash = hashlib.file_digest(self._file, "sha256").hexdigest()
        self._file.close()
        return content_hash

    def close(self) -> None:
        """Let go of the file, finished or not."""
        if not self._file.closed:
            with suppress(OSError):  # a full disk has been told by then
                self._writer.close()
            self._file.close()

    def _write(self, rows: pa.Table) -> None:
        self._writer.write_table(
            rows.unify_dictionaries().combine_chunks(), row_group_size=_ROW_GROUP_ROWS
        )


@contextmanager
def incoming_folder(raw: Path) -> Iterator[Path]:
    """A folder for one load's files, marked as in use by a lock that dies with the process."""
    parent = raw / INCOMING
    parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        with raw_lock(raw):  # so that no garbage collection sees the folder before its mark
            folder = Path(tempfile.mkdtemp(dir=parent))
            mark = stack.enter_context((folder / _ALIVE).open("wb"))
            fcntl.flock(mark, fcntl.LOCK_EX)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        yield folder


def is_alive(folder: Path) -> bool:
    """Whether the load that made an incoming folder still runs."""
    try:
        with (folder / _ALIVE).open("rb") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


@contextmanager
def raw_lock(raw: Path) -> Iterator[None]:
    """Held while a day is committed, and while garbage is collected."""
    with (raw / ".lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def commit_day(
    manifest: DayManifest,
    staged: Sequence[StagedFile],
    folder: Path,
    raw: Path,
    check: Callable[[], None] = lambda: None,
) -> None:
    """Put a day's files and its manifest in place.

    check: raises, under the lock, where what the day was made from is no longer so.
    """
    written = folder / "manifest.json"
    written.write_text(manifest.model_dump_json(indent=2), encoding="utf-8")
    files.sync(written)
    target = manifest_path(raw, manifest.export_date)
    with raw_lock(raw):
        check()
        for staged_file in staged:
            landed = raw / staged_file.target
            landed.parent.mkdir(parents=True, exist_ok=True)
            staged_file.path.replace(landed)
        target.parent.mkdir(exist_ok=True)
        written.replace(target)
        # File systems keep renames in order, so this syncs those above too; where one does not, a
        # power cut may take a landed file from under its manifest, and the day is pending again.
        files.sync(target.parent)
