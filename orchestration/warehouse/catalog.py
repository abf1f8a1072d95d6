"""The catalog: the batch that the warehouse is at, and the landed files it reads, as one JSON file.

It is replaced when a batch begins, before anything of it is in the database, so that a build that
was killed can be gone on with. The macro `register_raw_records` reads it too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from orchestration.exports import DayManifest
from orchestration.exports.coverage import Coverage
from orchestration.exports.healing import Unresolved
from orchestration.machine import files
from orchestration.warehouse.open_hours import Schedules


@dataclass(frozen=True, order=True)
class LandedFile:
    """A landed Parquet file of one entity and day; its path is absolute and tells its contents.

    In the catalog's text it is relative to the raw folder, so that a home may be moved.
    format_version: the form of the file, which says which columns it has.
    """

    entity: str
    export_date: str
    path: str
    format_version: int = 1


@dataclass(frozen=True)
class Catalog:
    """What a batch reads.

    export_days, export_files: every loaded day, every export file with its counts of rows.
    landed_files: all; incoming_files: those that the batch brought; replaced_files: those that
    were landed in the batch before it and are no more. coverage, missing_days: which days should be
    there and are not; unresolved_rows: by day and entity the rejected rows that count against the
    limit; schedules, zone_offsets: the opening hours (see `open_hours`). All these are as of now,
    whatever the batch.
    """

    batch_number: int
    export_days: tuple[str, ...]
    export_files: tuple[Mapping[str, Any], ...]
    landed_files: tuple[LandedFile, ...]
    incoming_files: tuple[LandedFile, ...]
    replaced_files: tuple[LandedFile, ...]
    coverage: tuple[Mapping[str, Any], ...] = ()
    missing_days: tuple[Mapping[str, Any], ...] = ()
    unresolved_rows: tuple[Mapping[str, Any], ...] = ()
    schedules: tuple[Mapping[str, Any], ...] = ()
    zone_offsets: tuple[Mapping[str, Any], ...] = ()

    @property
    def paths(self) -> set[str]:
        """Every landed file that the batch reads."""
        return {file.path for file in (*self.landed_files, *self.replaced_files)}

    def as_json(self) -> str:
        """The catalog's text."""

        def told(item: Any) -> Any:
            values = vars(item)
            return {**values, "path": landed_name(item.path)} if "path" in values else values

        # `json.dump` and `asdict` go through the many files in Python, `json.dumps` in C.
        return json.dumps(self, default=told)

    @property
    def unreadable(self) -> str | None:
        """The first landed file that cannot be read as Parquet; None where each can."""
        for file in self.landed_files:
            try:
                pyarrow.parquet.read_metadata(file.path)
            except (OSError, pa.ArrowException):
                return file.path
        return None

    @property
    def is_readable(self) -> bool:
        """Whether the files that the batch brought and replaced are still there."""
        files = (*self.incoming_files, *self.replaced_files)
        return all(Path(file.path).is_file() for file in files)


def next_catalog(
    previous: Catalog | None, manifests: Mapping[date, DayManifest], raw: Path
) -> Catalog:
    """The catalog of the batch that brings the warehouse from a batch to what is landed now.

    Without a previous one, every file is incoming.
    """
    landed = tuple(
        LandedFile(entity, day.isoformat(), str(raw / path), manifest.format_version)
        for day, manifest in manifests.items()
        for entity, path in sorted(manifest.landed.items())
    )
    before = previous.landed_files if previous else ()
    return Catalog(
        batch_number=previous.batch_number + 1 if previous else 1,
        export_days=tuple(day.isoformat() for day in manifests),
        export_files=tuple(
            {
                "export_date": day.isoformat(),
                "entity": file.entity,
                "file_name": file.file_name,
                "rows_read": file.rows_read,
                "rows_loaded": file.rows_loaded,
                "rows_rejected": file.rows_rejected,
                "rows_superseded": file.rows_superseded,
            }
            for day, manifest in manifests.items()
            for file in manifest.files
        ),
        landed_files=landed,
        incoming_files=tuple(sorted(set(landed) - set(before))),
        replaced_files=tuple(sorted(set(before) - set(landed))),
    )


def with_coverage(catalog: Catalog, coverage: Coverage, unresolved: Unresolved) -> Catalog:
    """The same batch with the missing days and the rejected rows of now."""
    covered_from = coverage.covered_from and coverage.covered_from.isoformat()
    return replace(
        catalog,
        coverage=({"covered_from": covered_from},),
        missing_days=tuple({"export_date": day.isoformat()} for day in coverage.missing),
        unresolved_rows=tuple(
            {"export_date": day.isoformat(), "entity": entity, "rows_unresolved": rows}
            for (day, entity), rows in unresolved.items()
        ),
    )


def with_schedules(catalog: Catalog, schedules: Schedules) -> Catalog:
    """The same batch with the opening hours of now."""
    return replace(catalog, schedules=schedules.rows, zone_offsets=schedules.zone_offsets)


def landed_days(catalog: Catalog) -> dict[str, str]:
    """By export day: a short hash of what landed of it, whose files are named by their contents."""
    digests = {day: hashlib.sha256() for day in catalog.export_days}
    for file in catalog.landed_files:
        digests[file.export_date].update(landed_name(file.path).encode())
    return {day: digest.hexdigest()[:12] for day, digest in digests.items()}


def write_catalog(catalog: Catalog, path: Path) -> None:
    """Puts a catalog in place, whole or not at all, and durable."""
    files.write_text(path, catalog.as_json())


def read_catalog(path: Path) -> Catalog | None:
    """The catalog that is in place; None where there is none, or one of another form.

    The raw folder lies beside the catalog's own, wherever the home is now.
    """
    raw = path.absolute().parents[1] / "raw"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Catalog(
            batch_number=content["batch_number"],
            export_days=tuple(content["export_days"]),
            export_files=tuple(content["export_files"]),
            **{
                kind: tuple(
                    LandedFile(**{**file, "path": f"{raw}/{landed_name('/' + file['path'])}"})
                    for file in content[kind]
                )
                for kind in ("landed_files", "incoming_files", "replaced_files")
            },
            coverage=tuple(content.get("coverage", ())),
            missing_days=tuple(content.get("missing_days", ())),
            unresolved_rows=tuple(content.get("unresolved_rows", ())),
            schedules=tuple(content.get("schedules", ())),
            zone_offsets=tuple(content.get("zone_offsets", ())),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


_NAME_PARTS = 3  # <entity>/export_date=<day>/<hash>.parquet, wherever the raw folder lies


def landed_name(path: str) -> str:
    """The path of a landed file in the raw folder, wherever that is."""
    return "/".join(path.rsplit("/", _NAME_PARTS)[1:])


def raw_fingerprint(manifests: Mapping[date, DayManifest]) -> str:
    """A hash of the loaded days and their files' contents: equal where the landed rows are."""
    digest = hashlib.sha256()
    for day, manifest in sorted(manifests.items()):
        landed = sorted(manifest.landed.items())
        line = f"{day.isoformat()} {manifest.format_version} {manifest.fingerprint} {landed}\n"
        digest.update(line.encode())
    return digest.hexdigest()
