"""The end state follows from the set of records: in pieces, in any order, twice, overlapping."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.sources.desk import BEGAN_AT, Desk
from tests.unit.sources.zendesk_records import (
    ADMIN,
    AGENT,
    CUSTOMER,
    GROUPS,
    USERS,
    audit,
    change,
    comment,
    rating,
    said,
    ticket,
    user,
)

WORLD: list[tuple[str, dict[str, Any]]] = [
    ("tickets", ticket(1)),
    ("tickets", ticket(1, status="solved", updated="03 10:00")),
    ("tickets", ticket(1, status="open", updated="05 10:00", tags=["vip"])),
    ("tickets", ticket(2, "02 08:00")),
    ("tickets", ticket(2, "02 08:00", status="deleted", updated="04 08:00")),
    (
        "tickets",
        ticket(3, "02 09:00", status="closed", tags=["closed_by_merge"], updated="06 08:00"),
    ),
    ("tickets", ticket(4, "02 10:00", via={"channel": "sample_ticket"})),
    ("ticket_comments", comment(31, "01 09:00", CUSTOMER)),
    ("ticket_comments", comment(32, "01 09:30", AGENT)),
    ("ticket_comments", comment(33, "02 08:30", ADMIN, ticket_id=2)),
    ("ticket_comments", comment(34, "02 10:30", ADMIN, ticket_id=4)),
    ("ticket_comments", comment(35, "07 10:30", 4711, ticket_id=1)),
    (
        "ticket_audits",
        audit(11, "03 10:00", change("status", "solved", "open"), said(AGENT, public=True)),
    ),
    ("ticket_audits", audit(12, "05 10:00", change("status", "open", "solved"), author=CUSTOMER)),
    (
        "ticket_audits",
        audit(13, "06 10:00", {"type": "CommentPrivacyChange", "comment_id": 32, "public": False}),
    ),
    ("ticket_audits", audit(14, "06 08:00", change("status", "closed", "open"), ticket_id=3)),
    ("satisfaction_ratings", rating(1, "good", "05 10:00")),
    ("satisfaction_ratings", rating(1, "bad", "06 10:00")),
    ("satisfaction_ratings", rating(2, "good", "06 10:00", ticket_id=2)),
    ("satisfaction_ratings", rating(2, "offered", "07 10:00", ticket_id=2)),
    *[("users", one) for one in USERS],
    ("users", user(4711, "agent", updated_at="2024-03-08T00:00:00Z")),
    *[("groups", one) for one in GROUPS],
]
NEEDED = {"tickets": [], "ticket_comments": [], "users": []}
"""Streams that are always there, though without records."""


def in_pieces(desk: Desk, pieces: list[list[tuple[str, dict[str, Any]]]]) -> dict[str, Any]:
    for number, piece in enumerate(pieces):
        streams: dict[str, list[dict[str, Any]]] = {name: [] for name in NEEDED}
        for stream, record in piece:
            streams.setdefault(stream, []).append(record)
        desk.bring(streams, began_at=BEGAN_AT + timedelta(days=number))
    return desk.everything()


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return in_pieces(Desk(tmp_path_factory.mktemp("once"), "zendesk"), [WORLD])


def test_the_world_is_what_the_tests_take_it_for(at_once: dict[str, Any]) -> None:
    assert set(at_once["threads"]) == {"1"}
    assert set(at_once["messages"]) == {"31", "32", "33", "35", "1102", "src:2", "src:3"}
    assert at_once["messages"]["35"]["author_type"] == "agent"
    assert set(at_once["ratings"]) == {"csat:1"}


@pytest.mark.parametrize("seed", range(3))
def test_pieces_in_any_order_with_overlaps(
    tmp_path: Path, at_once: dict[str, Any], seed: int
) -> None:
    chance = random.Random(seed)
    shuffled = WORLD[:]
    chance.shuffle(shuffled)
    size = chance.choice([3, 7, 12])
    pieces = [shuffled[start : start + size] for start in range(0, len(shuffled), size)]
    overlapping = [piece + chance.sample(WORLD, 3) for piece in pieces]
    assert in_pieces(Desk(tmp_path, "zendesk"), overlapping) == at_once


def test_few_records_at_a_time_backwards(tmp_path: Path, at_once: dict[str, Any]) -> None:
    backwards = WORLD[::-1]
    pieces = [backwards[start : start + 4] for start in range(0, len(WORLD), 4)]
    assert in_pieces(Desk(tmp_path, "zendesk"), pieces) == at_once


def test_all_of_it_twice(tmp_path: Path, at_once: dict[str, Any]) -> None:
    assert in_pieces(Desk(tmp_path, "zendesk"), [WORLD, WORLD]) == at_once


def test_an_import_with_nothing_new_writes_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "zendesk")
    in_pieces(desk, [WORLD])
    before = desk.delivered("threads")
    done = desk.bring()
    assert done.records == {}
    assert not any(done.rows.values())
    assert desk.delivered("threads") == before
