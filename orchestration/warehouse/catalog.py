"""The catalog of landed files: what dbt reads, as one JSON file, and its fingerprint."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from orchestration.exports import DayManifest


def write_catalog(manifests: Mapping[date, DayManifest], raw: Path, catalog: Path) -> None:
    """Writes which days are loaded, their files with their counts, and the Parquet of each entity.

    The macro `register_raw_records` reads it. Paths in it are absolute.
    """
    content = {
        "export_days": [day.isoformat() for day in manifests],
        "export_files": [
            {
                "export_date": day.isoformat(),
                "entity": file.entity,
                "file_name": file.file_name,
                "rows_read": file.rows_read,
                "rows_loaded": file.rows_loaded,
                "rows_rejected": file.rows_rejected,
            }
            for day, manifest in manifests.items()
            for file in manifest.files
        ],
        "landed_files": [
            {"entity": entity, "export_date": day.isoformat(), "path": str(raw / path)}
            for day, manifest in manifests.items()
            for entity, path in manifest.landed.items()
        ],
    }
    catalog.parent.mkdir(parents=True, exist_ok=True)
    unfinished = catalog.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(content), encoding="utf-8")
    os.replace(unfinished, catalog)


def raw_fingerprint(manifests: Mapping[date, DayManifest]) -> str:
    """A hash of the loaded days and their files' contents: equal where the landed rows are."""
    digest = hashlib.sha256()
    for day, manifest in sorted(manifests.items()):
        line = f"{day.isoformat()} {manifest.format_version} {manifest.fingerprint}\n"
        digest.update(line.encode())
    return digest.hexdigest()
