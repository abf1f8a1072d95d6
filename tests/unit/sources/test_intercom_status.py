"""When a conversation of Intercom is closed, opened again, merged into another."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.sources.desk import Desk, at
from tests.unit.sources.intercom_records import (
    CONTACT,
    OPERATOR,
    OTHER_AGENT,
    OTHER_CONTACT,
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
