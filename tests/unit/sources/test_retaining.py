"""Retention reaches what is kept of sources, and changes nothing that stands."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyarrow.parquet

from tests.unit.sources.desk import BEGAN_AT, Desk
from tests.unit.sources.zendesk_records import AGENT, CUSTOMER, comment, records, ticket

PIECES = [
    records(
        tickets=[ticket(1, requester_id=CUSTOMER), ticket(2)],
        ticket_comments=[comment(31, "01 09:00", CUSTOMER)],
    ),
    {"tickets": [ticket(1, requester_id=7002, updated="02 10:00", tags=["old"])]},
    {"tickets": [ticket(1, requester_id=7003, updated="03 10:00")]},
    {"tickets": [ticket(1, requester_id=7003, updated="04 10:00", status="solved")]},
    {"ticket_comments": [comment(32, "05 09:00", AGENT)]},
]


def bring_all(desk: Desk) -> Desk:
    for number, piece in enumerate(PIECES):
        desk.bring(piece, began_at=BEGAN_AT + timedelta(days=number))
    return desk


def requesters(desk: Desk) -> list[str]:
    paths = sorted(desk.sources.rglob("tickets/*.parquet"))
    rows = [row for path in paths for row in pyarrow.parquet.read_table(path).to_pylist()]
    return [row["requester"] for row in rows if row["id"] == "1"]


def test_superseded_versions_of_closed_days_go(tmp_path: Path) -> None:
    kept = bring_all(Desk(tmp_path / "kept", "zendesk"))
    desk = Desk(tmp_path / "retained", "zendesk")
    desk.retention_days = 1
    bring_all(desk)
    # The last day is that of the fifth import: the first three are past their time.
    assert requesters(kept) == ["7001", "7002", "7003", "7003"]
    assert requesters(desk) == ["7003", "7003"]
    assert desk.everything() == kept.everything()


def test_what_comes_after_it_gives_the_same(tmp_path: Path) -> None:
    kept = bring_all(Desk(tmp_path / "kept", "zendesk"))
    desk = bring_all(Desk(tmp_path / "retained", "zendesk"))
    desk.retention_days = 0
    for one in (kept, desk):
        one.bring({"tickets": [ticket(2, updated="06 09:00")]}, began_at=BEGAN_AT + timedelta(9))
        late = [ticket(1, updated="02 11:00"), ticket(1, updated="05 10:00")]
        one.bring({"tickets": late}, began_at=BEGAN_AT + timedelta(10))
    assert desk.everything() == kept.everything()
    assert len(requesters(desk)) < len(requesters(kept))
