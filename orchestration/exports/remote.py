"""Exports that lie in an object store: days and files as `exports.layout` lists them of a folder.

A file is copied to this machine for as long as it is read, since readers hash it and seek in it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from orchestration.exports.beside import ExportsBeside
from orchestration.exports.errors import BadExportFile, ExportsNotFound, ExportsUnreachable
from orchestration.exports.layout import (
    ExportDay,
    ExportFile,
    day_of,
    day_of_name,
    parse_file_name,
    printable,
)
from orchestration.exports.reading.limits import ReadLimits
from orchestration.machine.stores import Listing, ObjectFolder, ObjectInfo, StoreUnavailable
from orchestration.settings import Settings


def delivered_exports(settings: Settings) -> Path | ObjectExports:
    """The exports that others deliver. Raises SettingsError where none are set."""
    exports = settings.exports_folder
    return ObjectExports(exports) if isinstance(exports, str) else exports


def exports_of(settings: Settings) -> Path | ObjectExports | ExportsBeside:
    """The exports, those that sources have written included. Raises SettingsError without any."""
    generated = settings.generated_exports
    if generated == settings.exports or not (generated.is_dir() or settings.sources):
        return delivered_exports(settings)
    if settings.exports is None:
        return generated
    return ExportsBeside(delivered_exports(settings), generated)


@dataclass(frozen=True)
class ObjectExports(ObjectFolder):
    """An exports folder in a store; the functions of `exports` take it as they take a path."""

    def find_days(self) -> tuple[list[ExportDay], tuple[str, ...]]:
        """The days that have arrived, oldest first, and the names that are no days, ordered.

        The address may also be that of one day, or of one file of a day.
        Raises ExportsNotFound, ExportsUnreachable.
        """
        own_day = day_of_name(self.name)
        if own_day is None and parse_file_name(Path(self.name), 0, 0) is not None:
            return [self._one_file()], ()
        listing = self._list()
        if own_day is not None:
            return [self._day(own_day, listing.objects, listing.folders, "")], ()
        names: dict[str, tuple[list[ObjectInfo], list[str]]] = {}
        for item in listing.objects:
            names.setdefault(item.name.partition("/")[0], ([], []))[0].append(item)
        for folder in listing.folders:
            names.setdefault(folder.partition("/")[0], ([], []))[1].append(folder)
        days, ignored = [], []
        for name, (objects, folders) in names.items():
            export_date = day_of_name(name)
            if export_date is None or any(item.name == name for item in objects):
                ignored.append(printable(name))
                continue
            prefix = f"{name}/"
            inside = [replace(item, name=item.name.removeprefix(prefix)) for item in objects]
            below = [folder.removeprefix(prefix) for folder in folders if folder != name]
            days.append(self._day(export_date, tuple(inside), tuple(below), prefix))
        return sorted(days, key=lambda day: day.export_date), tuple(sorted(ignored))

    def _one_file(self) -> ExportDay:
        days, _ = ObjectExports(self.url.rpartition("/")[0]).find_days()
        for day in days:
            files = tuple(file for file in day.files if file.name == self.name)
            if files and len(days) == 1:
                return ExportDay(day.export_date, files, ())
        raise ExportsNotFound(self.url, "is no file of an export day")

    def _list(self) -> Listing:
        try:
            listing = self.listing()
        except StoreUnavailable as error:
            if error.is_missing:
                raise ExportsNotFound(self.url, "does not exist") from None
            raise ExportsUnreachable(self.url, error.reason) from None
        if not listing.objects and not listing.folders:
            raise ExportsNotFound(self.url, "holds nothing")
        return listing

    def _day(
        self,
        export_date: date,
        objects: tuple[ObjectInfo, ...],
        folders: tuple[str, ...],
        prefix: str,
    ) -> ExportDay:
        files: list[ExportFile] = []
        ignored = {printable(folder.partition("/")[0]) for folder in folders}
        for item in objects:
            name, _, below = item.name.partition("/")
            parsed = parse_file_name(Path(name), item.size_bytes, item.modified_ns)
            if parsed is None or below:
                ignored.add(printable(name))
            else:
                files.append(
                    StoredExportFile(
                        **{**vars(parsed), "version": item.version},
                        export_date=export_date,
                        store=self,
                        object_name=f"{prefix}{name}",
                    )
                )
        return day_of(export_date, files, ignored, f"{self.url}/{prefix}".rstrip("/"))


@dataclass(frozen=True, kw_only=True)
class StoredExportFile(ExportFile):
    """A file of a day that lies in a store; its `path` is no file of this machine."""

    export_date: date
    store: ObjectExports
    object_name: str

    @contextmanager
    def on_disk(self, folder: Path | None, limits: ReadLimits) -> Iterator[ExportFile]:
        """A private copy on the folder's disk, of the object as it is now.

        It has no name, so that it goes with the process, however that ends: texts of messages are
        in it. Raises BadExportFile where the object is gone, changes meanwhile or is too big,
        ExportsUnreachable where the store does not answer.
        """
        with tempfile.TemporaryFile(dir=folder) as unnamed:
            copy = Path(f"/proc/self/fd/{unnamed.fileno()}")
            info = self._copy(copy, limits)
            os.utime(copy, ns=(info.modified_ns, info.modified_ns))
            yield ExportFile(
                **{field: getattr(self, field) for field in ("entity", "name", "format")},
                compression=self.compression,
                path=copy,
                size_bytes=info.size_bytes,
                modified_ns=info.modified_ns,
                version=info.version,
            )

    def _copy(self, copy: Path, limits: ReadLimits) -> ObjectInfo:
        try:
            info = self.store.info(self.object_name)
            if info.size_bytes > limits.max_unpacked_bytes:
                raise self._bad(f"it is larger than {limits.max_unpacked_bytes} bytes")
            self.store.download(self.object_name, copy)
            is_same = self.store.info(self.object_name) == info
        except StoreUnavailable as error:
            if error.is_missing:
                raise self._bad("it is gone; run again") from None
            raise ExportsUnreachable(self.store.url, error.reason) from None
        if not is_same or copy.stat().st_size != info.size_bytes:
            raise self._bad("it changed while it was read; run again once it is complete")
        return info

    def _bad(self, reason: str) -> BadExportFile:
        return BadExportFile(self.export_date, self.name, reason)
