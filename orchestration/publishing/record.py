"""The record of the publication in place: what it was made from, and of which file it speaks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path

from orchestration.machine import files


@dataclass(frozen=True)
class Publication:
    """What readers have now.

    fingerprint: of everything that it was made from.
    rows: number of rows by table. database_bytes: size of the database file. versions: of tables
    that change row by row. replaced_rows: by such a table, replaced since it was copied whole.
    rows_written: rows copied or replaced by this publication. database_identity: of the very file
    that this record speaks of. days: what landed of each export day that it was made from, as a
    hash. restatements: cells that it logged as restated.
    """

    fingerprint: str
    as_of_date: date
    published_at: datetime
    rows: dict[str, int]
    database_bytes: int
    versions: dict[str, str] = field(default_factory=dict)
    replaced_rows: dict[str, int] = field(default_factory=dict)
    rows_written: int = 0
    database_identity: str = ""
    days: dict[str, str] = field(default_factory=dict)
    restatements: int = 0

    @property
    def name(self) -> str:
        """What it is called in every target."""
        return publication_name(self.published_at, self.fingerprint)


def publication_name(published_at: datetime, fingerprint: str) -> str:
    """What a publication is called: by the time at which it was made, and its contents."""
    return f"{published_at:%Y%m%dT%H%M%S%fZ}-{fingerprint[:12]}"


def read_publication(published: Path) -> Publication | None:
    """The publication that is in place, or None where there is none that was finished."""
    try:
        record = json.loads((published / ".publication.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not (published / "inbox.duckdb").exists():
        return None
    record["as_of_date"] = date.fromisoformat(record["as_of_date"])
    record["published_at"] = datetime.fromisoformat(record["published_at"])
    return Publication(**record)


def write_record(published: Path, publication: Publication) -> None:
    """Notes which publication is in place; the last step of one."""
    record: Mapping[str, object] = asdict(publication) | {
        "as_of_date": publication.as_of_date.isoformat(),
        "published_at": publication.published_at.isoformat(),
    }
    files.write_text(published / ".publication.json", json.dumps(record))


def identity_of(path: Path) -> str:
    """Which file lies at a path: another one, or one that was written to, has another identity."""
    status = path.stat()
    return f"{status.st_ino} {status.st_size} {status.st_mtime_ns}"
