"""Where export files lie and what their names say; nothing here opens a file."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol

from orchestration.exports.errors import (
    BadExportFile,
    ExportsNotFound,
    FutureDay,
    OnlyLookalikes,
    UnreadableDay,
)
from orchestration.exports.reading.limits import ReadLimits
from orchestration.exports.reading.schema import ENTITIES

# Control characters, line separators, and those that turn the direction of a text.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DAY_NAME = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LIKE_A_FILE_NAME = re.compile(rf"(?:{'|'.join(ENTITIES)})[. ].*", re.DOTALL)
_MOST_NAMED = 3
_FILE_NAME = re.compile(
    rf"(?P<entity>{'|'.join(ENTITIES)})(?:\.[^\x00-\x1f\x7f/]+)?"
    r"\.(?P<format>csv|jsonl|parquet)(?:\.(?P<compression>gz|zst))?"
)


@dataclass(frozen=True)
class ExportFile:
    """One file of a day; size and modified time as they were when the folder was listed."""

    entity: str
    path: Path
    name: str
    format: str  # csv, jsonl or parquet
    compression: str | None  # gz, zst or None
    size_bytes: int
    modified_ns: int
    version: str | None = None  # what an object store calls just these bytes; None in a folder

    @contextmanager
    def on_disk(self, folder: Path | None, limits: ReadLimits) -> Iterator[ExportFile]:
        """The file where it can be opened; one that lies elsewhere is copied into the folder."""
        yield self


@dataclass(frozen=True)
class ExportDay:
    """One day's folder: its export files and the names that are none, both ordered by name.

    problem: why nothing of it can be loaded: the folder could not be listed, or a file in it looked
    at; it holds nothing but lookalikes; it is of the future. No files are told then.
    """

    export_date: date
    files: tuple[ExportFile, ...]
    ignored: tuple[str, ...]
    problem: BadExportFile | None = None


class ExportsElsewhere(Protocol):
    """Exports that lie in no folder of this machine."""

    def find_days(self) -> tuple[list[ExportDay], tuple[str, ...]]:
        """The days, oldest first, and the names that are none, ordered."""
        ...


def find_export_days(
    exports: Path | ExportsElsewhere, first: date | None = None, last: date | None = None
) -> list[ExportDay]:
    """The days that have arrived, oldest first, from `first` to `last` (both included).

    A day that cannot be read is among them, with its problem. Raises `ExportsNotFound` when the
    folder is missing or may not be read.
    """
    if not isinstance(exports, Path):
        return [
            day
            for day in exports.find_days()[0]
            if (first or day.export_date) <= day.export_date <= (last or day.export_date)
        ]
    days = []
    for entry in _listing(exports):
        export_date = day_of_name(entry.name)
        if export_date is None:
            continue
        if (first is None or first <= export_date) and (last is None or export_date <= last):
            try:
                if _is_inside(entry, exports, folder=True):
                    days.append(list_day(Path(entry.path), export_date, exports))
            except OSError as error:
                days.append(_unreadable(Path(entry.path), export_date, error))
    return sorted(days, key=lambda day: day.export_date)


def find_ignored(exports: Path | ExportsElsewhere) -> tuple[str, ...]:
    """The names in the exports folder that are no days, ordered. Raises `ExportsNotFound`."""
    if not isinstance(exports, Path):
        return exports.find_days()[1]
    return tuple(
        sorted(
            printable(entry.name)
            for entry in _listing(exports)
            if day_of_name(entry.name) is None or _leads_out(entry, exports)
        )
    )


def list_day(folder: Path, export_date: date, exports: Path) -> ExportDay:
    """The export files of one day's folder; links that lead out of `exports` are ignored.

    A file that cannot be looked at is the whole day's problem: without it, a part would load.
    """
    files: list[ExportFile] = []
    ignored: list[str] = []
    try:
        with os.scandir(folder) as listing:
            entries = list(listing)
        for entry in entries:
            file = _export_file(entry, exports)
            if file is None:
                ignored.append(printable(entry.name))
            else:
                files.append(file)
    except OSError as error:
        return _unreadable(folder, export_date, error)
    return day_of(export_date, files, ignored, str(folder))


def day_of(
    export_date: date, files: Sequence[ExportFile], ignored: Iterable[str], folder: str
) -> ExportDay:
    """A day with the files and the other names of its folder.

    Where names only look like those of export files, it is no empty day: that is its problem.
    """
    names = tuple(sorted(ignored))
    lookalikes = [name for name in names if is_lookalike(name)]
    problem = None
    if lookalikes and not files:
        more = len(lookalikes) - _MOST_NAMED
        named = ", ".join(lookalikes[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        reason = f"holds no export file, only what looks like one: {named}"
        problem = OnlyLookalikes(export_date, folder, reason)
    return ExportDay(export_date, tuple(sorted(files, key=lambda file: file.name)), names, problem)


def without_future_days(
    days: Sequence[ExportDay], today: date, known: Collection[date] = ()
) -> list[ExportDay]:
    """The days, those later than tomorrow with that as their problem and without their files.

    known: days that were in time when they were loaded, though the clock has been set back since.
    """
    last = today + timedelta(days=1)
    return [
        day
        if day.export_date <= last or day.export_date in known
        else ExportDay(
            day.export_date,
            (),
            day.ignored,
            FutureDay(day.export_date, str(day.export_date), "is later than tomorrow"),
        )
        for day in days
    ]


def is_lookalike(name: str) -> bool:
    """Whether a name that is none of an export file was surely meant to be one."""
    return _LIKE_A_FILE_NAME.fullmatch(name.lower()) is not None


def parse_file_name(path: Path, size_bytes: int, modified_ns: int) -> ExportFile | None:
    """What a file's name says, or None when it is not the name of an export file."""
    match = _FILE_NAME.fullmatch(path.name)
    if match is None or printable(path.name) != path.name:
        return None
    return ExportFile(
        entity=match["entity"],
        path=path,
        name=path.name,
        format=match["format"],
        compression=match["compression"],
        size_bytes=size_bytes,
        modified_ns=modified_ns,
    )


def day_of_name(name: str) -> date | None:
    """The day that a folder's name stands for, or None."""
    if _DAY_NAME.fullmatch(name) is None:
        return None
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None


def printable(name: str) -> str:
    """A file name or column name as text of one line that any encoder and any terminal takes."""
    return _UNPRINTABLE.sub(lambda match: repr(match[0])[1:-1], encodable(name))


def encodable(text: str) -> str:
    """A text that UTF-8 can encode: stray bytes of a name and half characters are spelt out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _export_file(entry: os.DirEntry[str], exports: Path) -> ExportFile | None:
    if _FILE_NAME.fullmatch(entry.name) is None or not _is_inside(entry, exports, folder=False):
        return None
    try:
        status = entry.stat()
    except FileNotFoundError:  # it went meanwhile
        return None
    return parse_file_name(Path(entry.path), status.st_size, status.st_mtime_ns)


def _is_inside(entry: os.DirEntry[str], exports: Path, *, folder: bool) -> bool:
    """Whether an entry is a folder (or a file) that does not lead out of the exports folder.

    Raises OSError where that cannot be told.
    """
    try:
        if not (entry.is_dir() if folder else entry.is_file()):
            return False
        return not entry.is_symlink() or Path(entry.path).resolve().is_relative_to(
            exports.resolve()
        )
    except RuntimeError:  # a link to itself
        return False
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ELOOP):
            return False
        raise


def _leads_out(entry: os.DirEntry[str], exports: Path) -> bool:
    try:
        return not _is_inside(entry, exports, folder=True)
    except OSError:  # a day with a problem, and told as one
        return False


def _unreadable(folder: Path, export_date: date, error: OSError) -> ExportDay:
    reason = error.strerror or type(error).__name__
    return ExportDay(export_date, (), (), UnreadableDay(export_date, str(folder), reason))


def _listing(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        reason = "does not exist"
    except NotADirectoryError:
        reason = "is not a folder"
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
    raise ExportsNotFound(folder, reason)
