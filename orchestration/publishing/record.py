"""The record of the publication in place: what it was made from, and of which file it speaks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from orchestration.machine import files


@dataclass(frozen=True)
class ParquetFiles:
    """The Parquet that lies beside the database file.

    rhythm: how often it is written. basis: a hash of the project and the settings that it was made
    by. publication: the name of the one that it is of, none where there is no Parquet; as_of_date:
    to which day its data reach. lacks: by table, the days whose rows are others since; none stands
    for all of them.
    """

    rhythm: str = "always"
    basis: str = ""
    publication: str | None = None
    as_of_date: date | None = None
    lacks: dict[str, list[date] | None] = field(default_factory=dict)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> ParquetFiles:
        """As a record has it."""
        as_of_date = record.get("as_of_date")
        lacks = {
            table: None if days is None else [date.fromisoformat(day) for day in days]
            for table, days in record.get("lacks", {}).items()
        }
        return cls(
            record.get("rhythm", "always"),
            record.get("basis", ""),
            record.get("publication"),
            date.fromisoformat(as_of_date) if as_of_date else None,
            lacks,
        )


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
    parquet: ParquetFiles = field(default_factory=ParquetFiles)

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
    # Of older versions the file's number stands before: a copy has another one.
    record["database_identity"] = " ".join(record.get("database_identity", "").split()[-2:])
    record["parquet"] = ParquetFiles.from_record(record.get("parquet", {}))
    return Publication(**record)


def write_record(published: Path, publication: Publication) -> None:
    """Notes which publication is in place; the last step of one."""
    record: Mapping[str, object] = asdict(publication)
    files.write_text(published / ".publication.json", json.dumps(record, default=_as_text))


def _as_text(moment: date) -> str:
    return moment.isoformat()


def identity_of(path: Path) -> str:
    """Which file lies at a path: another one, or one that was written to, has another identity.

    A copy that keeps times, as a backup does, is the same one.
    """
    status = path.stat()
    return f"{status.st_size} {status.st_mtime_ns}"
