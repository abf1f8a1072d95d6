"""What has been landed: one manifest a day, which is also the day's commit point."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from orchestration.exports.errors import BrokenManifest
from orchestration.exports.landed_files import QUARANTINE, QUARANTINE_HISTORY
from orchestration.exports.layout import ExportDay
from orchestration.exports.reading.schema import ENTITIES

FORMAT_VERSION = 3
"""Raised when landed files change their form, so that every day counts as pending.

A day that is not delivered again stays in its form; `schema.COLUMNS_SINCE` says what that lacks.
"""


class Retention(StrEnum):
    """How far a day is past its time: open to corrections, being closed, or closed."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


class FileEntry(BaseModel):
    """One file of a day: its bytes as they were read and where its rows went."""

    model_config = ConfigDict(frozen=True)

    file_name: str
    entity: str
    size_bytes: int
    modified_ns: int
    version: str | None = None
    sha256: str
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    unknown_columns: tuple[str, ...] = ()
    remarks: dict[str, dict[str, int]] = {}  # by column: see `reading.remarks`
    rows_superseded: int = 0  # of those loaded, dropped since by retention


class Decision(BaseModel):
    """What somebody has said of a day: who, when, and why."""

    model_config = ConfigDict(frozen=True)

    by: str
    at: str
    why: str


class DayManifest(BaseModel):
    """What one day's load read and landed; paths are relative to the raw folder."""

    model_config = ConfigDict(frozen=True)

    export_date: date
    format_version: int
    files: tuple[FileEntry, ...]
    ignored: tuple[str, ...]
    landed: dict[str, str]
    quarantine: str | None
    loaded_at: str
    quarantine_history: str | None = None
    retention: Retention = Retention.OPEN
    acceptance: Decision | None = None  # of its rejected rows, however many
    is_due: bool = False  # to be read again by the next load, whatever its files
    healed: dict[str, int] = {}  # rejected rows by entity that were healed when it was closed

    @property
    def moment(self) -> datetime:
        """When it was loaded; what was of the future then is known by it ever after."""
        return datetime.fromisoformat(self.loaded_at)

    @property
    def rows_read(self) -> dict[str, int]:
        """Rows read by entity; entities without a file are left out."""
        return self._sum("rows_read")

    @property
    def rows_loaded(self) -> dict[str, int]:
        """Rows loaded by entity."""
        return self._sum("rows_loaded")

    @property
    def rows_rejected(self) -> dict[str, int]:
        """Rows in quarantine by entity."""
        return self._sum("rows_rejected")

    @property
    def fingerprint(self) -> str:
        """A hash of the day's input: of its files' names and bytes."""
        lines = sorted(f"{file.file_name}\0{file.sha256}\n" for file in self.files)
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    @property
    def paths(self) -> tuple[str, ...]:
        """Every landed file, those of quarantine among them."""
        return tuple(self.files_by_kind.values())

    @property
    def files_by_kind(self) -> dict[str, str]:
        """Every landed file by the kind of its rows: an entity, quarantine or its history."""
        kinds = {
            **self.landed,
            QUARANTINE: self.quarantine,
            QUARANTINE_HISTORY: self.quarantine_history,
        }
        return {kind: path for kind, path in kinds.items() if path is not None}

    def with_files(self, paths: Mapping[str, str]) -> DayManifest:
        """The same day with other landed files, by kind."""
        return self.model_copy(
            update={
                "landed": {kind: path for kind, path in paths.items() if kind in ENTITIES},
                "quarantine": paths.get(QUARANTINE),
                "quarantine_history": paths.get(QUARANTINE_HISTORY),
            }
        )

    def _sum(self, name: str) -> dict[str, int]:
        rows: Counter[str] = Counter()
        for file in self.files:
            rows[file.entity] += getattr(file, name)
        return dict(rows)


def manifest_path(raw: Path, export_date: date) -> Path:
    """Where a day's manifest lies."""
    return raw / "manifests" / f"{export_date}.json"


def read_manifests(raw: Path) -> dict[date, DayManifest]:
    """The manifests of all loaded days, oldest first. Raises `BrokenManifest`."""
    folder = raw / "manifests"
    if not folder.is_dir():
        return {}
    # Not by `glob`: a run asks a few dozen times, and of a thousand days that would be a second.
    with os.scandir(folder) as entries:
        days = [entry for entry in entries if fnmatchcase(entry.name, "????-??-??.json")]
    read = (_read(day.path, day.stat()) for day in sorted(days, key=lambda day: day.name))
    return {manifest.export_date: manifest for manifest in read}


def read_manifest(raw: Path, export_date: date) -> DayManifest | None:
    """The manifest of a day; None where the day is not loaded. Raises `BrokenManifest`."""
    path = manifest_path(raw, export_date)
    return _read(str(path), path.stat()) if path.exists() else None


def pending_days(days: Sequence[ExportDay], raw: Path) -> list[ExportDay]:
    """The days that were never loaded, or whose files are others than those that were loaded.

    A file whose size and modified time are as recorded is taken to be unchanged; where only the
    time differs, its bytes decide. In an object store size and version decide, and nothing is
    read. A day that cannot be read is pending, so that loading tells it. A day that retention has
    closed is never pending, whatever becomes of its files (see `changed_closed_days`).
    Raises `BrokenManifest`.
    """
    manifests = read_manifests(raw)
    return [
        day
        for day in days
        if not _is_closed(manifests.get(day.export_date))
        and _is_pending(day, manifests.get(day.export_date), raw)
    ]


def changed_closed_days(days: Sequence[ExportDay], raw: Path) -> list[ExportDay]:
    """The days that retention has closed and whose files are others now: they stay as loaded."""
    manifests = read_manifests(raw)
    return [
        day
        for day in days
        if _is_closed(manifests.get(day.export_date))
        and _is_pending(day, manifests.get(day.export_date), raw)
    ]


def _is_closed(manifest: DayManifest | None) -> bool:
    return manifest is not None and manifest.retention is not Retention.OPEN


def _is_pending(day: ExportDay, manifest: DayManifest | None, raw: Path) -> bool:
    if manifest is None or manifest.is_due or day.problem is not None:
        return True
    if manifest.format_version != FORMAT_VERSION:
        return True
    recorded = {file.file_name: file for file in manifest.files}
    if {file.name for file in day.files} != recorded.keys():
        return True
    if not all((raw / path).is_file() for path in manifest.paths):
        return True
    for file in day.files:
        entry = recorded[file.name]
        if file.size_bytes != entry.size_bytes:
            return True
        if file.version is not None:
            if file.version != entry.version:
                return True
        elif file.modified_ns != entry.modified_ns and _sha256(file.path) != entry.sha256:
            return True
    return False


def _read(path: str, status: os.stat_result) -> DayManifest:
    return _read_version(path, status.st_ino, status.st_mtime_ns, status.st_size)


# A run asks for all of them a dozen times. A manifest is replaced and never written to, so another
# version has another inode, time or size.
@lru_cache(maxsize=10_000)
def _read_version(path: str, inode: int, modified_ns: int, size: int) -> DayManifest:
    file = Path(path)
    try:
        manifest = DayManifest.model_validate_json(file.read_bytes())
    except ValidationError:
        manifest = None
    if manifest is None or file.stem != str(manifest.export_date):
        raise BrokenManifest(file)
    return manifest


def _sha256(path: Path) -> str | None:
    """A file's hash; None when it cannot be read, which loading will then tell."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
