"""Whatever a connector lands of Intercom, and in whatever order, gives the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.unit.sources import layouts
from tests.unit.sources.desk import BEGAN_AT, Desk, at, iso
from tests.unit.sources.intercom_records import (
    ADMINS,
    AGENT,
    CONTACT,
    OPERATOR,
    OTHER_AGENT,
    TEAMS,
    author,
    conversation,
    part,
    records,
    seconds,
    silent,
)

USER = author("user", CONTACT)


WORLD: list[tuple[str, dict[str, Any]]] = [
    ("conversations", conversation("1")),
    ("conversations", conversation("1", state="closed", updated="06 10:00")),
    (
        "conversations",
        conversation(
            "2",
            "02 09:00",
            source={"delivered_as": "admin_initiated", "author": author("admin", AGENT)},
            first_contact_reply=None,
        ),
    ),
    ("conversations", conversation("3", "03 09:00", tags={"tags": [{"name": "vip"}]})),
    (
        "conversations",
        conversation(
            "3",
            "03 09:00",
            updated="05 09:00",
            conversation_rating={"rating": 2, "updated_at": seconds("05 09:00")},
        ),
    ),
    ("conversation_parts", part(11, "01 09:30")),
    ("conversation_parts", part(12, "03 10:00", "close", author("admin", OTHER_AGENT))),
    ("conversation_parts", part(13, "04 10:00", who=USER)),
    ("conversation_parts", silent(14, "06 10:00", "close")),
    ("conversation_parts", part(15, "03 10:00", who=author("admin", OPERATOR), conversation_id=3)),
    ("conversation_parts", part(16, "04 10:00", who=USER, conversation_id=2)),
    *[("admins", one) for one in ADMINS],
    *[("teams", one) for one in TEAMS],
]


def streams() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for stream, record in WORLD:
        found.setdefault(stream, []).append(record)
    return found


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    desk = Desk(tmp_path_factory.mktemp("once"), "intercom")
    desk.bring(streams())
    return desk.everything()


def test_the_world_is_what_the_tests_take_it_for(at_once: dict[str, Any]) -> None:
    assert at_once["threads"]["1"]["reopen_count"] == 1
    assert set(at_once["threads"]) == {"1", "2", "3"}
    assert at_once["messages"]["15"]["author_type"] == "bot"


@pytest.mark.parametrize("start", [0, 1, 2])
def test_pieces_in_any_order(tmp_path: Path, at_once: dict[str, Any], start: int) -> None:
    desk = Desk(tmp_path, "intercom")
    backwards = WORLD[::-1]
    for number, place in enumerate([0, 1, 2]):
        piece: dict[str, list[dict[str, Any]]] = {
            "conversations": [], "conversation_parts": [], "admins": [],
        }  # fmt: skip
        for stream, record in backwards[(start + place) % 3 :: 3] + WORLD[:2]:
            piece.setdefault(stream, []).append(record)
        desk.bring(piece, began_at=BEGAN_AT + timedelta(days=number))
    assert desk.everything() == at_once


def tap(folder: Path, found: layouts.Streams) -> None:
    """As the Singer tap has it: ISO times, lists without envelopes, tags absent when empty."""
    conversations = []
    for record in found["conversations"]:
        flat = dict(record)
        for name in ("created_at", "updated_at"):
            flat[name] = pd.Timestamp(flat[name], unit="s").isoformat() + ".000000Z"
        flat["contacts"] = flat["contacts"]["contacts"]
        flat["tags"] = flat["tags"]["tags"]
        if not flat["tags"]:
            del flat["tags"]
        conversations.append(flat)
    parts = [
        {
            **record,
            "created_at": pd.Timestamp(record["created_at"], unit="s").isoformat() + "Z",
            "assigned_to": "{'type': 'admin'}",
            "conversation_total_parts": None,
        }
        for record in found["conversation_parts"]
    ]
    layouts.singer(folder, {**found, "conversations": conversations, "conversation_parts": parts})


def saved_answers(folder: Path, found: layouts.Streams) -> None:
    """GET /conversations/{id}: each conversation with its parts inside."""
    whole = []
    for record in found["conversations"]:
        of_it = [
            p for p in found["conversation_parts"] if str(p["conversation_id"]) == record["id"]
        ]
        bare = [{k: v for k, v in p.items() if k != "conversation_id"} for p in of_it]
        whole.append({**record, "conversation_parts": {"conversation_parts": bare}})
    layouts.lines(folder / "conversations.jsonl", whole)
    layouts.answers(folder, {"admins": found["admins"], "teams": found["teams"]})


@pytest.mark.parametrize(
    ("layout", "landing"),
    [
        (layouts.airbyte_protocol, "airbyte"),
        (layouts.airbyte_csv, "airbyte"),
        (layouts.airbyte_database, "airbyte"),
        (layouts.dlt_database, "dlt"),
        (layouts.dlt_files, "dlt"),
        (tap, "singer"),
        (saved_answers, "files"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_landing(
    tmp_path: Path,
    at_once: dict[str, Any],
    layout: Callable[[Path, layouts.Streams], Path | None],
    landing: str,
) -> None:
    where = layout(tmp_path / "there", streams()) or tmp_path / "there"
    desk = Desk(tmp_path, "intercom")
    desk.look_elsewhere(where)
    assert desk.bring().landing == landing
    assert desk.everything() == at_once


def fivetran_tables(found: layouts.Streams) -> dict[str, list[dict[str, Any]]]:
    """The newest state in columns, contacts and tags in tables of their own."""
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in (
        "conversation_history", "conversation_part_history", "conversation_contact_history",
        "conversation_tag_history", "tag", "admin", "team_admin", "team",
    )}  # fmt: skip
    tables["tag"] = [{"id": "1", "name": "vip"}]
    for record in found["conversations"]:
        rating = record["conversation_rating"] or {}
        reply = record["first_contact_reply"] or {}
        tables["conversation_history"].append(
            {
                **{name: record[name] for name in ("id", "state", "priority")},
                "created_at": iso_of(record["created_at"]),
                "updated_at": iso_of(record["updated_at"]),
                "assignee_id": record["admin_assignee_id"],
                "assignee_type": "admin",
                "source_id": record["source"]["id"],
                "source_type": record["source"]["type"],
                "source_delivered_as": record["source"]["delivered_as"],
                "source_body": record["source"]["body"],
                "source_author_id": record["source"]["author"]["id"],
                "source_author_type": record["source"]["author"]["type"],
                "first_contact_reply_created_at": iso_of(reply.get("created_at")),
                "conversation_rating_value": rating.get("rating"),
                "conversation_rating_created_at": iso_of(rating.get("updated_at")),
            }
        )
        tables["conversation_contact_history"].append(
            {
                "conversation_id": record["id"],
                "contact_id": CONTACT,
                "conversation_updated_at": iso_of(record["updated_at"]),
                "_fivetran_active": True,
            }
        )
    for record in found["conversation_parts"]:
        tables["conversation_part_history"].append(
            {
                **{name: record[name] for name in ("id", "part_type", "body", "conversation_id")},
                "created_at": iso_of(record["created_at"]),
                "updated_at": iso_of(record["updated_at"]),
                "author_id": record["author"]["id"],
                "author_type": record["author"]["type"],
            }
        )
    for admin in found["admins"]:
        tables["admin"].append({name: admin[name] for name in ("id", "name", "email")})
        tables["team_admin"] += [{"admin_id": admin["id"], "team_id": t} for t in admin["team_ids"]]
    tables["team"] += found["teams"]
    return tables


def iso_of(value: int | None) -> str | None:
    return None if value is None else iso(pd.Timestamp(value, unit="s").isoformat(" "))


def test_fivetran_gives_the_same_threads_and_messages(
    tmp_path: Path, at_once: dict[str, Any]
) -> None:
    there = tmp_path / "there"
    there.mkdir()
    for name, rows in fivetran_tables(streams()).items():
        stamped = [{**row, "_fivetran_synced": "2024-03-09 00:00:00"} for row in rows]
        frame = pd.DataFrame(stamped, columns=None if stamped else ["_fivetran_synced"])
        frame.to_csv(there / f"{name}.csv", index=False)
    desk = Desk(tmp_path, "intercom")
    desk.look_elsewhere(there)
    assert desk.bring().landing == "fivetran"
    for entity in ("threads", "messages", "ratings", "agents"):
        assert desk.live(entity) == at_once[entity], entity


def test_of_fivetrans_parts_a_text_may_be_missing_and_a_rating_has_no_time(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    tables = fivetran_tables(
        records(
            conversations=[conversation(updated="04 10:00", conversation_rating={"rating": 4})],
            conversation_parts=[
                part(11, "01 09:30"),
                part(12, "01 09:40", "note"),
                silent(13, "02 09:00", "close"),
            ],
        )
    )
    for record in tables["conversation_part_history"]:
        del record["body"]
    for name, rows in tables.items():
        stamped = [{**row, "_fivetran_synced": "2024-03-09 00:00:00"} for row in rows]
        pd.DataFrame(stamped or {"_fivetran_synced": []}).to_csv(there / f"{name}.csv", index=False)
    desk = Desk(tmp_path, "intercom")
    desk.look_elsewhere(there)
    done = desk.bring()
    assert {key: row["body_length"] for key, row in desk.live("messages").items()} == {
        "src:1:500": 10,
        "11": 0,
        "12": 0,
    }
    rating = desk.standing("ratings")["csat:1"]
    assert (rating["score"], rating["rated_at"]) == (4, at("04 10:00"))
    assert done.counts["rating times assumed"] == 1
