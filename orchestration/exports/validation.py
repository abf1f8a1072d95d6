"""Trying exports without landing them: what would be rejected, and why."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from orchestration.exports.errors import BadExportFile, UnreadableDay
from orchestration.exports.layout import (
    ExportDay,
    ExportFile,
    ExportsElsewhere,
    day_of_name,
    find_export_days,
    find_ignored,
    list_day,
    parse_file_name,
    without_future_days,
)
from orchestration.exports.reading.checking import check
from orchestration.exports.reading.file import FileReader
from orchestration.exports.reading.limits import ReadLimits
from orchestration.machine import zones

MAX_REJECTED_RECORDS = 10_000


@dataclass(frozen=True)
class FileReport:
    """What loading one file would do; `bad_reason` tells why it would fail its day."""

    export_date: date | None
    file_name: str
    entity: str
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    unknown_columns: tuple[str, ...]
    bad_reason: str | None


@dataclass
class ValidationReport:
    """What loading some files would do.

    `rejected` holds records of quarantine's columns, of the first ten thousand rejected rows;
    `ignored` holds names, with their day before them where they lie in a day's folder;
    """

    files: list[FileReport] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    @property
    def bad_files(self) -> list[FileReport]:
        """The files that would fail their day."""
        return [file for file in self.files if file.bad_reason is not None]

    @property
    def rows_read(self) -> int:
        """Rows read in all files."""
        return sum(file.rows_read for file in self.files)

    @property
    def rows_rejected(self) -> int:
        """Rows that would go to quarantine."""
        return sum(file.rows_rejected for file in self.files)

    @property
    def is_clean(self) -> bool:
        """Whether every row of every file would be loaded."""
        return not self.bad_files and not self.rows_rejected


def validate_files(
    path: Path | ExportsElsewhere, *, limits: ReadLimits | None = None, zone: str = "UTC"
) -> ValidationReport:
    """Try a file, a day's folder or an exports folder; raises `ExportsNotFound` when it is none.

    zone: of the days, to tell those of the future.
    """
    report = ValidationReport()
    for export_date, file in _files(path, report, zone):
        report.files.append(_try_file(file, export_date, limits or ReadLimits(), report))
    return report


def _files(
    path: Path | ExportsElsewhere, report: ValidationReport, zone: str
) -> Iterator[tuple[date | None, ExportFile]]:
    if not isinstance(path, Path):
        days, ignored = path.find_days()
        report.ignored.extend(ignored)
        for day in without_future_days(days, zones.today(zone)):
            yield from _files_of_day(day, report)
        return
    if path.is_file():
        status = path.stat()
        file = parse_file_name(path, status.st_size, status.st_mtime_ns)
        if file is None:
            report.ignored.append(path.name)
        else:
            yield day_of_name(path.absolute().parent.name), file
        return
    export_date = day_of_name(path.absolute().name)
    if export_date is not None and path.is_dir():
        found = [list_day(path, export_date, path.absolute().parent)]
        for day in without_future_days(found, zones.today(zone)):
            yield from _files_of_day(day, report)
        return
    report.ignored.extend(find_ignored(path))
    for day in without_future_days(find_export_days(path), zones.today(zone)):
        yield from _files_of_day(day, report)


def _files_of_day(
    day: ExportDay, report: ValidationReport
) -> Iterator[tuple[date | None, ExportFile]]:
    report.ignored.extend(f"{day.export_date}/{name}" for name in day.ignored)
    if day.problem is not None:
        reason = day.problem.reason
        if isinstance(day.problem, UnreadableDay):
            reason = f"its folder cannot be read ({reason})"
        report.files.append(FileReport(day.export_date, "*", "", 0, 0, 0, (), reason))
    for file in day.files:
        yield day.export_date, file


def _try_file(
    file: ExportFile, export_date: date | None, limits: ReadLimits, report: ValidationReport
) -> FileReport:
    try:
        with file.on_disk(None, limits) as local:
            return _try_local_file(local, export_date, limits, report)
    except BadExportFile as error:  # it could not be copied
        return FileReport(export_date, file.name, file.entity, 0, 0, 0, (), error.reason)


def _try_local_file(
    file: ExportFile, export_date: date | None, limits: ReadLimits, report: ValidationReport
) -> FileReport:
    reader = FileReader(file, export_date, limits)
    rejected = 0
    bad_reason = None
    try:
        for block in reader:
            checked = check(block, reader.contract, datetime.now(UTC))
            rejected += len(checked.rejected)
            reader.allow_rejected(rejected)
            for row in checked.rejected:
                if len(report.rejected) >= MAX_REJECTED_RECORDS:
                    break
                report.rejected.append(
                    {
                        "entity": file.entity,
                        "export_date": export_date,
                        "file_name": file.name,
                        **dataclasses.asdict(row),
                    }
                )
    except BadExportFile as error:
        bad_reason = error.reason
    return FileReport(
        export_date=export_date,
        file_name=file.name,
        entity=file.entity,
        rows_read=reader.rows_read,
        rows_loaded=reader.rows_read - rejected if bad_reason is None else 0,
        rows_rejected=rejected,
        unknown_columns=reader.unknown_columns,
        bad_reason=bad_reason,
    )
