"""Landing a day: its checked rows as Parquet under the raw folder, all of them or none.

    raw/<entity>/export_date=YYYY-MM-DD/<content hash>.parquet
    raw/quarantine/export_date=YYYY-MM-DD/<content hash>.parquet
    raw/manifests/YYYY-MM-DD.json
    raw/.incoming/<a load>/     files of loads that run
    raw/.lock                   held while a day is committed, and while garbage is collected

Data files are written aside and renamed to a name that says what they hold; then the manifest
replaces the one before it, which is the moment the day changes. What no manifest names any more
stays for readers that still use it, until `collect_garbage`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet

from .checking import CheckedBlock, RejectedRow, check
from .layout import ExportDay, ExportFile
from .limits import ReadLimits
from .manifest import FORMAT_VERSION, DayManifest, FileEntry, manifest_path, read_manifests
from .reading import FileReader
from .schema import CONTRACTS, ENTITIES, QUARANTINE_SCHEMA

_ROW_GROUP_ROWS = 122_880  # what DuckDB reads as one
_ROW_GROUP_BYTES = 128 * 2**20  # of rows with uncommonly long cells, fewer
_INCOMING = ".incoming"
_ALIVE = ".alive"


def load_day(day: ExportDay, raw: Path, *, limits: ReadLimits | None = None) -> DayManifest:
    """Read, check and land one day's files, and give the manifest that was written.

    Raises `BadExportFile` for a file that cannot be read; the day then stays as it was.
    """
    limits = limits or ReadLimits()
    with _incoming(raw) as folder, _DayWriter(day.export_date, folder) as writer:
        entries = tuple(writer.add(file, limits) for file in day.files)
        landed = writer.finish()
        manifest = DayManifest(
            export_date=day.export_date,
            format_version=FORMAT_VERSION,
            files=entries,
            ignored=day.ignored,
            landed={file.entity: file.target for file in landed if file.entity in CONTRACTS},
            quarantine=next((file.target for file in landed if file.entity == "quarantine"), None),
            loaded_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        _commit(manifest, landed, folder, raw)
    return manifest


def collect_garbage(raw: Path, keep: Collection[Path] = ()) -> list[Path]:
    """Remove landed files that no manifest names, and what dead loads left; gives their paths.

    keep: files that somebody still reads though no manifest names them any more.
    """
    if not raw.is_dir():
        return []
    removed = []
    with _lock(raw):
        named = {raw / path for manifest in read_manifests(raw).values() for path in manifest.paths}
        named.update(keep)
        for entity in (*ENTITIES, "quarantine"):
            for folder in sorted((raw / entity).glob("export_date=*")):
                for path in sorted(folder.glob("*.parquet")):
                    if path not in named:
                        path.unlink()
                        removed.append(path)
                with suppress(OSError):  # not empty
                    folder.rmdir()
        for folder in sorted((raw / _INCOMING).glob("*")):
            if not _is_alive(folder):
                shutil.rmtree(folder)
                removed.append(folder)
    return removed


@dataclass(frozen=True)
class _StagedFile:
    """A finished file that waits for the commit, and the path that it will have."""

    entity: str
    path: Path
    target: str


class _DayWriter:
    """A Parquet file for each entity and one for quarantine, opened when their first row comes."""

    def __init__(self, export_date: date, folder: Path) -> None:
        self._export_date = export_date
        self._folder = folder
        self._open: dict[str, _ParquetFile] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for file in self._open.values():
            file.close()

    def add(self, file: ExportFile, limits: ReadLimits) -> FileEntry:
        """Read, check and write one file's rows."""
        reader = FileReader(file, self._export_date, limits)
        loaded = rejected = 0
        for block in reader:
            checked = check(block, reader.contract)
            loaded += checked.loaded.num_rows
            rejected += len(checked.rejected)
            reader.allow_rejected(rejected)
            self._write_loaded(file, checked)
            self._write_rejected(file, checked.rejected)
        if reader.rows_read != loaded + rejected:
            raise RuntimeError(
                f"{file.name}: {reader.rows_read} rows read, {loaded} loaded, {rejected} rejected"
            )
        return FileEntry(
            file_name=file.name,
            entity=file.entity,
            size_bytes=reader.size_bytes,
            modified_ns=reader.modified_ns,
            sha256=reader.sha256,
            rows_read=reader.rows_read,
            rows_loaded=loaded,
            rows_rejected=rejected,
            unknown_columns=reader.unknown_columns,
        )

    def finish(self) -> list[_StagedFile]:
        """Close and sync all files; what they will be called."""
        staged = []
        for entity, file in self._open.items():
            content_hash = file.finish()
            target = f"{entity}/export_date={self._export_date}/{content_hash}.parquet"
            staged.append(_StagedFile(entity, file.path, target))
        return staged

    def _write_loaded(self, file: ExportFile, checked: CheckedBlock) -> None:
        rows = checked.loaded.num_rows
        if not rows:
            return
        contract = CONTRACTS[file.entity]
        export_date = pa.repeat(pa.scalar(self._export_date, pa.date32()), rows)
        file_name = pa.DictionaryArray.from_arrays(
            pa.repeat(pa.scalar(0, pa.int32()), rows), pa.array([file.name])
        )
        *values, row_number = checked.loaded.columns
        table = pa.Table.from_arrays(
            [*values, export_date, file_name, row_number], schema=contract.landed_schema
        )
        writer = self._writer(file.entity, contract.landed_schema, contract.dictionary_columns)
        writer.write(table)

    def _write_rejected(self, file: ExportFile, rows: list[RejectedRow]) -> None:
        if not rows:
            return
        records = [
            {
                "entity": file.entity,
                "export_date": self._export_date,
                "file_name": file.name,
                "row_number": row.row_number,
                "line_number": row.line_number,
                "column_name": row.column_name,
                "reason": row.reason,
                "row_text": row.row_text,
            }
            for row in rows
        ]
        writer = self._writer("quarantine", QUARANTINE_SCHEMA, ["entity", "file_name", "reason"])
        writer.write(pa.Table.from_pylist(records, QUARANTINE_SCHEMA))

    def _writer(self, entity: str, schema: pa.Schema, dictionary: list[str]) -> _ParquetFile:
        if entity not in self._open:
            path = self._folder / f"{entity}.parquet"
            self._open[entity] = _ParquetFile(path, schema, dictionary)
        return self._open[entity]


class _ParquetFile:
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
def _incoming(raw: Path) -> Iterator[Path]:
    """A folder for one load's files, marked as in use by a lock that dies with the process."""
    parent = raw / _INCOMING
    parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        with _lock(raw):  # so that no garbage collection sees the folder before its mark
            folder = Path(tempfile.mkdtemp(dir=parent))
            mark = stack.enter_context((folder / _ALIVE).open("wb"))
            fcntl.flock(mark, fcntl.LOCK_EX)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        yield folder


def _is_alive(folder: Path) -> bool:
    try:
        with (folder / _ALIVE).open("rb") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


@contextmanager
def _lock(raw: Path) -> Iterator[None]:
    with (raw / ".lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _commit(manifest: DayManifest, staged: list[_StagedFile], folder: Path, raw: Path) -> None:
    written = folder / "manifest.json"
    with written.open("wb") as file:
        file.write(manifest.model_dump_json(indent=2).encode())
        file.flush()
        os.fsync(file.fileno())
    target = manifest_path(raw, manifest.export_date)
    with _lock(raw):
        for staged_file in staged:
            landed = raw / staged_file.target
            landed.parent.mkdir(parents=True, exist_ok=True)
            staged_file.path.replace(landed)
        target.parent.mkdir(exist_ok=True)
        written.replace(target)
        # File systems keep renames in order, so this syncs those above too; where one does not, a
        # power cut may take a landed file from under its manifest, and the day is pending again.
        _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
