"""Landing a day: its checked rows as Parquet under the raw folder, all of them or none.

    raw/<entity>/export_date=YYYY-MM-DD/<content hash>.parquet
    raw/quarantine/export_date=YYYY-MM-DD/<content hash>.parquet
    raw/quarantine_history/export_date=YYYY-MM-DD/<content hash>.parquet
    raw/manifests/YYYY-MM-DD.json
    raw/users.json              the check of the pseudonym key, and who was erased
    raw/.incoming/<a load>/     files of loads that run
    raw/.lock                   held while a day is committed, and while garbage is collected

Data files are written aside and renamed to a name that says what they hold; then the manifest
replaces the one before it, which is the moment the day changes. What no manifest names any more
stays for readers that still use it, until `collect_garbage`.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from orchestration.exports.door import Door, Identifiers
from orchestration.exports.errors import ErasureStarted, LandingFailed
from orchestration.exports.landed_files import (
    QUARANTINE,
    QUARANTINE_HISTORY,
    QUARANTINE_HISTORY_SCHEMA,
    QUARANTINE_SCHEMA,
)
from orchestration.exports.layout import ExportDay, ExportFile
from orchestration.exports.manifest import (
    FORMAT_VERSION,
    DayManifest,
    Decision,
    FileEntry,
    Retention,
    read_manifest,
    read_manifests,
)
from orchestration.exports.quarantine import history_after
from orchestration.exports.reading.checking import CheckedBlock, check
from orchestration.exports.reading.file import FileReader
from orchestration.exports.reading.limits import ReadLimits
from orchestration.exports.reading.rejecting import RejectedRow
from orchestration.exports.reading.remarks import Remarks, as_json
from orchestration.exports.reading.schema import CONTRACTS, ENTITIES
from orchestration.exports.writing import (
    INCOMING,
    DayFiles,
    commit_day,
    incoming_folder,
    is_alive,
    raw_lock,
)


def load_day(
    day: ExportDay,
    raw: Path,
    door: Door,
    *,
    limits: ReadLimits | None = None,
) -> DayManifest:
    """Read, check and land one day's files, and give the manifest that was written.

    door: what becomes of users' identifiers.
    Raises `BadExportFile` for a file or a folder that cannot be read, `ExportsUnreachable` where
    its store does not answer, `LandingFailed` where the raw folder cannot be written,
    `WrongPseudonymKey`; the day then stays as it was.
    """
    if day.problem is not None:
        raise day.problem
    while True:
        try:
            return _load_day(day, raw, limits or ReadLimits(), door)
        except ErasureStarted:
            continue
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
        raise LandingFailed(day.export_date, raw, reason)


def _load_day(
    day: ExportDay,
    raw: Path,
    limits: ReadLimits,
    door: Door,
) -> DayManifest:
    identifiers = door.enter(raw)
    now = datetime.now(UTC).replace(microsecond=0)
    loaded_at = now.isoformat(timespec="seconds")
    with incoming_folder(raw) as folder, DayFiles(day.export_date, folder) as files:
        writer = _DayWriter(files, identifiers, now)
        entries = tuple(writer.add(file, limits) for file in day.files)
        staged = files.finish()
        before = read_manifest(raw, day.export_date)
        if before is not None:
            written = {file.kind: file.path for file in staged}
            history = history_after(before, raw, entries, written, loaded_at, identifiers)
            with DayFiles(day.export_date, folder) as history_file:
                history_file.write(
                    QUARANTINE_HISTORY, pa.Table.from_pylist(history, QUARANTINE_HISTORY_SCHEMA)
                )
                staged += history_file.finish()
        manifest = DayManifest(
            export_date=day.export_date,
            format_version=FORMAT_VERSION,
            files=entries,
            ignored=day.ignored,
            landed={},
            quarantine=None,
            loaded_at=loaded_at,
            retention=Retention.OPEN,
            acceptance=_acceptance(before, entries),
        ).with_files({file.kind: file.target for file in staged})

        def check_nothing_changed() -> None:
            if door.has_changed(raw, identifiers):
                raise ErasureStarted

        commit_day(manifest, staged, folder, raw, check_nothing_changed)
    return manifest


def _acceptance(before: DayManifest | None, entries: tuple[FileEntry, ...]) -> Decision | None:
    """What was accepted holds for the files as they are: read again, not delivered again."""
    if before is None or before.acceptance is None:
        return None
    is_same = before.fingerprint == before.model_copy(update={"files": entries}).fingerprint
    return before.acceptance if is_same else None


def collect_garbage(raw: Path, keep: Collection[str] = ()) -> list[Path]:
    """Remove landed files that no manifest names, and what dead loads left; gives their paths.

    keep: absolute paths of files that somebody still reads though no manifest names them any more.
    """
    if not raw.is_dir():
        return []
    raw = raw.absolute()  # so that a file has one name, whatever was given
    removed = []
    with raw_lock(raw):
        # Texts, for there are thousands: making a Path of each costs more than the look.
        named = {f"{raw}/{path}" for day in read_manifests(raw).values() for path in day.paths}
        named.update(keep)
        for entity in (*ENTITIES, QUARANTINE, QUARANTINE_HISTORY):
            for folder in sorted((raw / entity).glob("export_date=*/")):
                with os.scandir(folder) as listing:
                    found = sorted(entry.path for entry in listing)
                for path in found:
                    if path.endswith(".parquet") and path not in named:
                        removed.append(Path(path))
                        removed[-1].unlink()
                with suppress(OSError):  # not empty
                    folder.rmdir()
        for folder in sorted((raw / INCOMING).glob("*")):
            if not is_alive(folder):
                shutil.rmtree(folder)
                removed.append(folder)
    return removed


class _DayWriter:
    """Reads, checks and writes a day's files, and counts."""

    def __init__(self, files: DayFiles, identifiers: Identifiers, loaded_at: datetime) -> None:
        self._files = files
        self._identifiers = identifiers
        self._loaded_at = loaded_at

    def add(self, file: ExportFile, limits: ReadLimits) -> FileEntry:
        """Read, check and write one file's rows."""
        with file.on_disk(self._files.folder, limits) as local:
            return self._add(local, limits)

    def _add(self, file: ExportFile, limits: ReadLimits) -> FileEntry:
        reader = FileReader(file, self._files.export_date, limits)
        loaded = rejected = 0
        remarks: Remarks = Counter()
        for block in reader:
            checked = check(block, reader.contract, self._loaded_at)
            remarks.update(checked.remarks)
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
            version=file.version,
            sha256=reader.sha256,
            rows_read=reader.rows_read,
            rows_loaded=loaded,
            rows_rejected=rejected,
            unknown_columns=reader.unknown_columns,
            remarks=as_json(remarks),
        )

    def _write_loaded(self, file: ExportFile, checked: CheckedBlock) -> None:
        rows = self._identifiers.in_rows(file.entity, checked.loaded)
        export_date = pa.repeat(pa.scalar(self._files.export_date, pa.date32()), len(rows))
        file_name = pa.DictionaryArray.from_arrays(
            pa.repeat(pa.scalar(0, pa.int32()), len(rows)), pa.array([file.name])
        )
        *values, row_number = rows.columns
        schema = CONTRACTS[file.entity].landed_schema
        self._files.write(
            file.entity,
            pa.Table.from_arrays([*values, export_date, file_name, row_number], schema=schema),
        )

    def _write_rejected(self, file: ExportFile, rows: list[RejectedRow]) -> None:
        records = [self._identifiers.in_rejected(self._record(file, row)) for row in rows]
        self._files.write(QUARANTINE, pa.Table.from_pylist(records, QUARANTINE_SCHEMA))

    def _record(self, file: ExportFile, row: RejectedRow) -> dict[str, Any]:
        return {
            "entity": file.entity,
            "export_date": self._files.export_date,
            "file_name": file.name,
            "row_number": row.row_number,
            "line_number": row.line_number,
            "column_name": row.column_name,
            "reason": row.reason,
            "row_text": row.row_text,
            "record_key": row.record_key,
            "record_version": row.record_version,
        }
