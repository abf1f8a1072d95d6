"""Landed days written anew without some of what they hold, each whole or not at all.

Erasures and retention say what goes. The manifest keeps what was read of which export files, so
that the day does not count as pending.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from orchestration.exports.landed_files import in_form_of_now
from orchestration.exports.manifest import DayManifest, read_manifest
from orchestration.exports.writing import DayFiles, StagedFile, commit_day, incoming_folder

Change = Callable[[str, pa.Table], pa.Table]
"""Rows of a kind (an entity, quarantine or its history) into those that stay."""


class _DayChanged(Exception):
    """The day was loaded again meanwhile."""


def rewrite_day(
    raw: Path,
    export_date: date,
    is_touched: Callable[[str, Path], bool],
    change: Change,
    update: Callable[[DayManifest], DayManifest] = lambda manifest: manifest,
) -> DayManifest | None:
    """Write those files of a day anew that are touched, and commit them with its manifest.

    update: what else changes in the manifest; that of a day loaded meanwhile is asked for again.
    None where there is no such day, or where nothing is changed.
    """
    while True:
        manifest = read_manifest(raw, export_date)
        if manifest is None:
            return None
        touched = {
            kind: path
            for kind, path in manifest.files_by_kind.items()
            if is_touched(kind, raw / path)
        }
        updated = update(manifest)
        if not touched and updated == manifest:
            return None
        try:
            return _rewrite(raw, manifest, updated, touched, change)
        except _DayChanged:
            continue


def _rewrite(
    raw: Path,
    manifest: DayManifest,
    updated: DayManifest,
    touched: dict[str, str],
    change: Change,
) -> DayManifest:
    day = manifest.export_date
    with incoming_folder(raw) as folder, DayFiles(day, folder) as files:
        for kind, path in touched.items():
            with pyarrow.parquet.ParquetFile(raw / path) as landed:
                for group in range(landed.num_row_groups):
                    rows = in_form_of_now(kind, landed.read_row_group(group))
                    files.write(kind, change(kind, rows))
        staged: list[StagedFile] = files.finish()
        kept = {kind: path for kind, path in manifest.files_by_kind.items() if kind not in touched}
        rewritten = updated.with_files({**kept, **{file.kind: file.target for file in staged}})

        def check_nothing_changed() -> None:
            if read_manifest(raw, day) != manifest:
                raise _DayChanged

        commit_day(rewritten, staged, folder, raw, check_nothing_changed)
    return rewritten
