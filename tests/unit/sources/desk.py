"""A help desk's records as a connector would lay them down, imported, and what then stands.

What stands is found here by the words of docs/exports.md, apart from the warehouse: of records with
one key the later version, then the later day, then the later file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet

import orchestration.exports  # noqa: F401
from orchestration.privacy.users import UserIdentifiers
from orchestration.sources.importing import ImportRecord, import_source
from orchestration.sources.request import Source, Surroundings
from orchestration.sources.surroundings import MOST_MEMORY

KEYS = {
    "threads": "thread_id",
    "messages": "message_id",
    "ratings": "rating_id",
    "thread_events": "event_id",
    "agents": "agent_id",
    "teams": "team_id",
}
BEGAN_AT = datetime(2024, 3, 11, 9, 0, tzinfo=UTC)

# As the settings have it: what needs more memory fails here too.
ENGINE = {"threads": "2", "memory_limit": MOST_MEMORY}

STANDS_OPEN = dict.fromkeys(
    (
        "closed_at", "first_closed_at", "closed_by_agent_id", "reopen_count", "deleted_at",
        "merged_into_thread_id",
    )
)  # fmt: skip
"""What a thread says that was never closed, merged or deleted."""

Records = Mapping[str, Sequence[Mapping[str, Any]]]


class Desk:
    """One source in a folder of its own: `land` what a connector brings, `bring` it in."""

    def __init__(self, folder: Path, kind: str, **source: Any) -> None:
        self.landing = folder / "landing"
        self.exports = folder / "exports"
        self.sources = folder / "home" / "sources"
        self.landing.mkdir(parents=True)
        self.users = source.pop("users", UserIdentifiers())
        self.timezone = source.pop("timezone", "UTC")
        self.retention_days: int | None = None
        self.erased: list[str] = []
        self.told: ImportRecord | None = None
        name = source.pop("name", kind)
        where = source.pop("where", str(self.landing))
        self.source = Source(name, kind, where, **source)
        self._files = 0

    @property
    def days(self) -> list[str]:
        """The export days that imports have written."""
        return sorted(path.name for path in self.exports.iterdir())

    def change(self, **changed: Any) -> None:
        """Name the source in another way."""
        self.source = replace(self.source, **changed)

    def look_elsewhere(self, where: Path) -> None:
        """Take records from another folder or file."""
        self.source = replace(self.source, where=str(where))

    def land(self, records: Records) -> None:
        """Lay records down as Airbyte's file destination does, a file a stream."""
        self._files += 1
        for stream, of_stream in records.items():
            lines = [
                json.dumps({"_airbyte_extracted_at": 1710000000000 + self._files, **record})
                for record in of_stream
            ]
            path = self.landing / stream / f"2024_03_{self._files:02d}.jsonl"
            path.parent.mkdir(exist_ok=True)
            path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def bring(
        self, records: Records | None = None, *, began_at: datetime = BEGAN_AT, **changed: Any
    ) -> ImportRecord:
        """Import what lies there, after landing further records."""
        if records is not None:
            self.land(records)
        day: date | None = changed.pop("day", None)
        most_seconds: float | None = changed.pop("most_seconds", None)
        self.told = import_source(
            self.source,
            self.exports,
            Surroundings(
                self.sources,
                self.users,
                self.timezone,
                most_seconds,
                retention_days=self.retention_days,
                erase=self.erased.extend,
                engine=ENGINE,
            ),
            began_at,
            day,
        )
        return self.told

    def count(self, name: str) -> int:
        """A count that the last import told."""
        assert self.told is not None
        return self.told.counts.get(name, 0)

    def delivered(self, entity: str) -> list[dict[str, Any]]:
        """Every row of an entity in all days, in the order in which later ones win."""
        paths = sorted(self.exports.glob(f"*/{entity}.*.parquet"))
        return [row for path in paths for row in pyarrow.parquet.read_table(path).to_pylist()]

    def standing(self, entity: str) -> dict[str, dict[str, Any]]:
        """The row that stands, by key; also of what is gone."""
        found: dict[str, dict[str, Any]] = {}
        for row in self.delivered(entity):
            key = row[KEYS[entity]]
            if key not in found or _version(row) >= _version(found[key]):
                found[key] = row
        return found

    def live(self, entity: str) -> dict[str, dict[str, Any]]:
        """The rows that stand and are not gone, without their version."""
        return {
            key: {name: value for name, value in row.items() if name != "updated_at"}
            for key, row in self.standing(entity).items()
            if row.get("deleted_at") is None
        }

    def thread(self, thread_id: str) -> dict[str, Any]:
        """The thread as it stands."""
        return self.standing("threads")[thread_id]

    def message(self, message_id: str) -> dict[str, Any]:
        """The message as it stands."""
        return self.standing("messages")[message_id]

    def everything(self) -> dict[str, dict[str, dict[str, Any]]]:
        """All that stands and is not gone."""
        return {entity: self.live(entity) for entity in KEYS}


def at(text: str) -> datetime:
    """`10 08:30` of March 2024, or a whole instant, in UTC."""
    return datetime.fromisoformat(text if len(text) > 8 else f"2024-03-{text}").replace(tzinfo=UTC)


def iso(text: str) -> str:
    """The same as an API writes it."""
    return at(text).strftime("%Y-%m-%dT%H:%M:%SZ")


def _version(row: Mapping[str, Any]) -> datetime:
    version = row.get("updated_at") or row.get("occurred_at")
    assert isinstance(version, datetime)
    return version
