"""Every rule of Intercom's mapping, with right values written by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.unit.sources import layouts
from tests.unit.sources.desk import BEGAN_AT, STANDS_OPEN, Desk, at, iso
from tests.unit.sources.intercom_records import (
    ADMINS,
    AGENT,
    CONTACT,
    OPERATOR,
    OTHER_AGENT,
    OTHER_CONTACT,
    TEAM,
    TEAMS,
    author,
    conversation,
    part,
    records,
    seconds,
    silent,
)

USER = author("user", CONTACT)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, "intercom")


def test_a_conversation_becomes_a_thread(desk: Desk) -> None:
    tags = {"tags": [{"name": "b"}, {"name": "a"}, {"name": "a"}]}
    desk.bring(
        records(conversations=[conversation(updated="02 10:00", tags=tags, team_assignee_id=77)])
    )
    assert desk.thread("1") == {
        "thread_id": "1",
        "created_at": at("01 09:00"),
        "updated_at": at("02 10:00"),
        "status": "open",
        "user_id": CONTACT,
        "channel": "chat",
        "assigned_agent_id": "9001",
        "team_id": "77",
        "priority": "not_priority",
        "labels": ["a", "b"],
        **STANDS_OPEN,
    }


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"state": "open"}, "open"),
        ({"state": "closed"}, "closed"),
        ({"state": "snoozed"}, "snoozed"),
        ({"state": None, "open": False}, "closed"),
        ({"state": "open", "ticket": {"ticket_state": "waiting_on_customer"}}, "pending"),
        ({"state": "open", "ticket": {"ticket_state": "in_progress"}}, "open"),
    ],
)
def test_each_status(desk: Desk, record: dict[str, Any], expected: str) -> None:
    desk.bring(records(conversations=[conversation(**record)]))
    assert desk.thread("1")["status"] == expected


@pytest.mark.parametrize(
    ("record", "agent", "team"),
    [
        ({"admin_assignee_id": "0", "team_assignee_id": "0"}, None, None),
        ({"admin_assignee_id": 0, "team_assignee_id": 77.0}, None, "77"),
        ({"admin_assignee_id": None, "assignee": {"type": "admin", "id": "9002"}}, "9002", None),
        ({"admin_assignee_id": None, "assignee": {"type": "team", "id": "77"}}, None, "77"),
    ],
)
def test_who_holds_it(
    desk: Desk, record: dict[str, Any], agent: str | None, team: str | None
) -> None:
    desk.bring(records(conversations=[conversation(**record)]))
    thread = desk.thread("1")
    assert (thread["assigned_agent_id"], thread["team_id"]) == (agent, team)


def test_the_opening_and_the_parts_are_messages(desk: Desk) -> None:
    desk.bring(records(conversation_parts=[part(11, "01 09:30")]))
    assert desk.message("src:1:500") == {
        "message_id": "src:1:500",
        "thread_id": "1",
        "sent_at": at("01 09:00"),
        "author_type": "user",
        "author_id": CONTACT,
        "is_private": False,
        "body_length": 10,
        "updated_at": at("01 09:00"),
        "deleted_at": None,
    }
    assert desk.message("11")["body_length"] == 5


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (author("user", CONTACT), ("user", CONTACT)),
        (author("lead", OTHER_CONTACT), ("user", OTHER_CONTACT)),
        (author("contact", OTHER_CONTACT), ("user", OTHER_CONTACT)),
        (author("admin", AGENT), ("agent", AGENT)),
        (author("admin", OPERATOR), ("bot", OPERATOR)),
        (author("bot", "5"), ("bot", "5")),
        (author("admin", AGENT, from_ai_agent=True), ("bot", AGENT)),
        (author("team", TEAM), ("system", None)),
    ],
)
def test_who_wrote(desk: Desk, who: dict[str, Any], expected: tuple[str, str]) -> None:
    desk.bring(records(conversation_parts=[part(11, "01 09:30", who=who)]))
    message = desk.message("11")
    assert (message["author_type"], message["author_id"]) == expected


def test_a_contact_who_is_listed_as_staff_is_an_agent(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "intercom", staff=("care@shop.example",))
    staff = author("lead", OTHER_CONTACT, email="Care@Shop.example")
    desk.bring(records(conversation_parts=[part(11, "01 09:30", who=staff)]))
    assert desk.message("11")["author_type"] == "agent"


def test_any_part_with_a_body_or_an_attachment_is_a_message(desk: Desk) -> None:
    desk.bring(
        records(
            conversation_parts=[
                part(11, "01 09:30", "close"),
                part(12, "01 09:31", "assignment"),
                silent(13, "01 09:32", "comment", attachments=[{"type": "upload", "name": "x"}]),
                silent(14, "01 09:33", "assignment"),
                silent(15, "01 09:34", "comment", body=""),
            ]
        )
    )
    lengths = {key: row["body_length"] for key, row in desk.live("messages").items()}
    assert lengths == {"src:1:500": 10, "11": 5, "12": 5, "13": 0}


def test_a_note_is_private(desk: Desk) -> None:
    desk.bring(
        records(
            conversation_parts=[
                part(11, "01 09:10", "note"),
                part(12, "01 09:20", "note_and_reopen"),
                part(13, "01 09:30"),
            ]
        )
    )
    private = {key: row["is_private"] for key, row in desk.live("messages").items()}
    assert private == {"src:1:500": False, "11": True, "12": True, "13": False}


def test_an_automated_opening_is_a_bots_though_an_admin_is_its_author(desk: Desk) -> None:
    source = {"delivered_as": "automated", "author": author("admin", AGENT)}
    done = desk.bring(
        records(
            conversations=[conversation(source=source)],
            conversation_parts=[part(11, "01 09:30", who=USER)],
        )
    )
    assert desk.message("src:1:500")["author_type"] == "bot"
    assert done.counts["automated openings"] == 1


@pytest.mark.parametrize("delivered_as", ["automated", "admin_initiated", "campaigns_initiated"])
def test_what_is_sent_out_waits_for_an_answer(desk: Desk, delivered_as: str) -> None:
    source = {"delivered_as": delivered_as, "author": author("admin", AGENT)}
    outbound = conversation(source=source, first_contact_reply=None)
    done = desk.bring(records(conversations=[outbound], conversation_parts=[part(11, "01 09:30")]))
    assert desk.standing("threads") == desk.standing("messages") == {}
    assert done.counts["outbound threads held back"] == 1
    desk.bring({"conversation_parts": [part(12, "03 09:30", who=USER)]})
    assert set(desk.live("threads")) == {"1"}
    assert set(desk.live("messages")) == {"src:1:500", "11", "12"}


def test_what_is_sent_out_can_be_kept(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "intercom", options={"keep_outbound": True})
    source = {"delivered_as": "admin_initiated", "author": author("admin", AGENT)}
    desk.bring(records(conversations=[conversation(source=source, first_contact_reply=None)]))
    assert desk.message("src:1:500")["author_type"] == "agent"


def test_close_reopen_close(desk: Desk) -> None:
    desk.bring(
        records(
            conversations=[conversation(state="closed", open=False, updated="07 12:00")],
            conversation_parts=[
                silent(11, "03 10:00", "close"),
                silent(12, "05 10:00", "open"),
                part(13, "07 12:00", "close", author("admin", OTHER_AGENT)),
            ],
        )
    )
    thread = desk.thread("1")
    assert thread["first_closed_at"] == at("03 10:00")
    assert thread["closed_at"] == at("07 12:00")
    assert thread["closed_by_agent_id"] == OTHER_AGENT
    assert thread["reopen_count"] == 1


def test_a_contact_who_writes_while_it_is_closed_reopens_it(desk: Desk) -> None:
    desk.bring(
        records(
            conversations=[conversation(updated="05 10:00")],
            conversation_parts=[
                part(10, "02 10:00", who=USER),
                silent(11, "03 10:00", "close"),
                part(12, "05 10:00", who=USER),
                part(13, "05 10:01", who=USER),
            ],
        )
    )
    thread = desk.thread("1")
    assert (thread["status"], thread["closed_at"]) == ("open", None)
    assert (thread["first_closed_at"], thread["reopen_count"]) == (at("03 10:00"), 1)
    events = {key: row["value"] for key, row in desk.standing("thread_events").items()}
    assert events == {"11:status": "closed", "12:status": "open"}


def test_a_closing_by_the_robot_has_no_closer(desk: Desk) -> None:
    robot = author("admin", OPERATOR)
    desk.bring(
        records(
            conversations=[conversation(state="closed", updated="03 10:00")],
            conversation_parts=[silent(11, "03 10:00", "close", who=robot)],
        )
    )
    thread = desk.thread("1")
    assert (thread["closed_at"], thread["closed_by_agent_id"]) == (at("03 10:00"), None)


def test_without_parts_that_tell_the_statistics_do(desk: Desk) -> None:
    statistics = {
        "first_close_at": seconds("02 10:00"),
        "last_close_at": seconds("04 10:00"),
        "last_closed_by_id": 9002,
        "count_reopens": 3,
        "count_conversation_parts": 9,
    }
    done = desk.bring(
        records(
            conversations=[conversation(state="closed", updated="09 10:00", statistics=statistics)]
        )
    )
    thread = desk.thread("1")
    assert (thread["first_closed_at"], thread["closed_at"]) == (at("02 10:00"), at("04 10:00"))
    assert (thread["closed_by_agent_id"], thread["reopen_count"]) == ("9002", 3)
    assert done.counts["threads with parts that are missing"] == 1


def test_every_part_that_ever_came_is_kept(desk: Desk) -> None:
    # Only the newest 500 are delivered; earlier imports brought the others.
    desk.bring(records(conversation_parts=[part(n, "01 09:30") for n in range(100, 600)]))
    later = conversation(updated="02 09:00", statistics={"count_conversation_parts": 700})
    done = desk.bring(
        {
            "conversations": [later],
            "conversation_parts": [part(n, "02 09:00") for n in range(300, 800)],
        }
    )
    assert len(desk.live("messages")) == 701
    assert "threads with parts that are missing" not in done.counts


@pytest.mark.parametrize(
    ("rating", "parts", "rated_at"),
    [
        ({"updated_at": seconds("05 12:00")}, [], "05 12:00"),
        ({}, [silent(12, "05 13:00", "conversation_rating_changed")], "05 13:00"),
        ({}, [], "05 10:00"),
    ],
)
def test_a_rating(
    desk: Desk, rating: dict[str, Any], parts: list[dict[str, Any]], rated_at: str
) -> None:
    asked = {
        "rating": 4,
        "remark": "a secret",
        "created_at": seconds("05 10:00"),
        "teammate": {"type": "admin", "id": 9002},
        **rating,
    }
    desk.bring(
        records(conversations=[conversation(conversation_rating=asked)], conversation_parts=parts)
    )
    assert desk.standing("ratings") == {
        "csat:1": {
            "rating_id": "csat:1",
            "thread_id": "1",
            "rated_at": at(rated_at),
            "score": 4,
            "agent_id": "9002",
            "updated_at": at(rated_at),
            "deleted_at": None,
        }
    }


def test_a_rating_that_was_asked_for_and_not_given_is_none(desk: Desk) -> None:
    asked = {"rating": None, "created_at": seconds("05 10:00")}
    desk.bring(records(conversations=[conversation(conversation_rating=asked)]))
    assert desk.standing("ratings") == {}


def test_agents_are_admins_without_the_robot(desk: Desk) -> None:
    desk.bring(records())
    assert desk.live("agents") == {
        "9001": {"agent_id": "9001", "name": "Agent One", "team": "Support", "is_active": True},
        "9002": {"agent_id": "9002", "name": "Agent Two", "team": None, "is_active": True},
    }


def test_assignments_are_events(desk: Desk) -> None:
    desk.bring(
        records(
            conversation_parts=[
                silent(11, "02 10:00", "assignment", assigned_to={"type": "admin", "id": 9002}),
                silent(12, "02 11:00", "assignment", assigned_to={"type": "team", "id": "77"}),
                silent(13, "02 12:00", "assignment", assigned_to={"type": "nobody_admin", "id": 0}),
            ]
        )
    )
    events = {k: (r["type"], r["value"]) for k, r in desk.standing("thread_events").items()}
    assert events == {"11:assignee": ("assignee", "9002"), "12:team": ("team", "77")}


def a_ticket(**changed: Any) -> dict[str, Any]:
    return {
        "id": "70",
        "category": "Customer",
        "created_at": seconds("01 09:00"),
        "updated_at": seconds("02 09:00"),
        "open": True,
        "ticket_state": "waiting_on_customer",
        "contacts": {"contacts": [{"id": CONTACT}]},
        "admin_assignee_id": "0",
        "team_assignee_id": "0",
        "ticket_attributes": {"_default_title_": "secret", "_default_description_": "01234"},
        "ticket_parts": {"ticket_parts": [part(21, "01 10:00", conversation_id=None)]},
        **changed,
    }


def test_a_customers_ticket_is_a_thread(desk: Desk) -> None:
    done = desk.bring(
        records(tickets=[a_ticket(), a_ticket(id="71", category="Tracker", ticket_parts={})])
    )
    thread = desk.thread("70")
    assert (thread["status"], thread["user_id"]) == ("pending", CONTACT)
    assert "71" not in desk.standing("threads")
    assert desk.message("src:70")["body_length"] == 5
    assert desk.message("21")["thread_id"] == "70"
    assert done.counts["tickets that are no customer's"] == 1


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


def test_a_conversation_that_was_merged_is_gone_into_the_other(desk: Desk) -> None:
    others = {"contacts": {"contacts": [{"id": OTHER_CONTACT}]}}
    desk.bring(
        records(
            conversations=[conversation("1"), conversation("2"), conversation("3", **others)],
            conversation_parts=[
                silent(11, "05 10:00", "merged_secondary_conversation"),
                silent(31, "05 10:00", "merged_primary_conversation", conversation_id=3),
            ],
        )
    )
    assert desk.thread("1")["deleted_at"] == at("05 10:00")
    assert desk.thread("1")["merged_into_thread_id"] is None
    later = silent(21, "05 10:00", "merged_primary_conversation", conversation_id=2)
    done = desk.bring({"conversation_parts": [later]})
    assert desk.thread("1")["merged_into_thread_id"] == "2"
    assert set(desk.live("threads")) == {"2", "3"}
    assert done.counts["merged threads"] == 1
