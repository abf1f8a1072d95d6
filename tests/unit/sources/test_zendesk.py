"""Every rule of Zendesk's mapping, with right values written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.sources.desk import STANDS_OPEN, Desk, at
from tests.unit.sources.zendesk_records import (
    ADMIN,
    AGENT,
    CUSTOMER,
    audit,
    change,
    comment,
    opening_audit,
    rating,
    records,
    ticket,
    user,
)


def test_a_ticket_becomes_a_thread(desk: Desk) -> None:
    desk.bring(records(tickets=[ticket(tags=["b", "a", "a"], updated="02 10:00")]))
    assert desk.thread("1") == {
        "thread_id": "1",
        "created_at": at("01 09:00"),
        "updated_at": at("02 10:00"),
        "status": "open",
        "user_id": "7001",
        "channel": "email",
        "assigned_agent_id": "9001",
        "team_id": "51",
        "priority": "normal",
        "labels": ["a", "b"],
        **STANDS_OPEN,
    }


def test_sample_tickets_are_left_out_with_all_that_is_theirs(desk: Desk) -> None:
    sample = ticket(2, via={"channel": "sample_ticket"})
    done = desk.bring(
        records(tickets=[ticket(), sample], ticket_comments=[comment(31, "01 09:10", ticket_id=2)])
    )
    assert set(desk.standing("threads")) == {"1"}
    assert set(desk.standing("messages")) == {"src:1"}
    assert done.counts["sample threads left out"] == 1


def test_sample_tickets_can_be_kept(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "zendesk", options={"keep_samples": "true"})
    desk.bring(records(tickets=[ticket(via={"channel": "sample_ticket"})]))
    assert desk.thread("1")["channel"] == "sample_ticket"


def test_one_rating_a_ticket_though_two_rows_come_in_one_second(desk: Desk) -> None:
    desk.bring(
        records(
            satisfaction_ratings=[
                rating(36592, "good", "05 10:00"),
                rating(36594, "bad", "05 10:00"),
            ]
        )
    )
    assert desk.standing("ratings") == {
        "csat:1": {
            "rating_id": "csat:1",
            "thread_id": "1",
            "rated_at": at("05 10:00"),
            "score": 1,
            "agent_id": "9001",
            "updated_at": at("05 10:00"),
            "deleted_at": None,
        }
    }


def test_a_rating_offered_good_flipped_and_withdrawn(desk: Desk) -> None:
    desk.bring(records(satisfaction_ratings=[rating(1, "offered", "05 09:00")]))
    assert desk.standing("ratings") == {}
    desk.bring({"satisfaction_ratings": [rating(1, "good", "05 10:00")]})
    assert desk.live("ratings")["csat:1"]["score"] == 5
    desk.bring({"satisfaction_ratings": [rating(1, "bad", "05 11:00")]})
    assert desk.live("ratings")["csat:1"]["score"] == 1
    desk.bring({"satisfaction_ratings": [rating(1, "offered", "05 12:00")]})
    assert desk.standing("ratings")["csat:1"]["deleted_at"] == at("05 12:00")


def test_unoffered_ratings_are_none(desk: Desk) -> None:
    done = desk.bring(records(satisfaction_ratings=[rating(1, "unoffered", "05 09:00")]))
    assert desk.standing("ratings") == {}
    assert done.counts["ratings without an answer"] == 1


def survey(number: int, score: int | None) -> dict[str, object]:
    answers = [{"type": "open_ended", "value": "secret"}]
    if score is not None:
        answers.append(
            {"type": "rating_scale", "rating": score, "updated_at": "2024-03-06T08:00:00Z"}  # type: ignore[dict-item]
        )
    return {"id": number, "answers": answers, "subjects": [{"zrn": "zen:ticket:1"}]}


def test_answers_of_surveys(desk: Desk) -> None:
    desk.bring(records(survey_responses=[survey(1, 4), survey(2, None)]))
    assert desk.standing("ratings") == {
        "survey:1": {
            "rating_id": "survey:1",
            "thread_id": "1",
            "rated_at": at("06 08:00"),
            "score": 4,
            "agent_id": None,
            "updated_at": at("06 08:00"),
            "deleted_at": None,
        }
    }


@pytest.mark.parametrize(
    ("steps", "answer", "score"), [(2, 2, 5), (3, 2, 3), (7, 4, 3), (7, 6, 4), (10, 1, 1)]
)
def test_scales_of_other_lengths(tmp_path: Path, steps: int, answer: int, score: int) -> None:
    desk = Desk(tmp_path, "zendesk", options={"survey_steps": steps})
    desk.bring(records(survey_responses=[survey(1, answer)]))
    assert desk.live("ratings")["survey:1"]["score"] == score


def test_agents_and_teams(desk: Desk) -> None:
    desk.bring(
        records(users=[user(CUSTOMER), user(AGENT, "agent"), user(ADMIN, "admin", suspended=True)])
    )
    agents = desk.live("agents")
    assert set(agents) == {"9001", "9002"}
    assert agents["9001"] == {
        "agent_id": "9001",
        "name": "Name 9001",
        "team": "Support",
        "is_active": True,
    }
    assert agents["9002"]["is_active"] is False
    assert desk.live("teams") == {"51": {"team_id": "51", "name": "Support"}}


def test_the_history_goes_out_as_events(desk: Desk) -> None:
    desk.bring(
        records(
            ticket_audits=[
                opening_audit(),
                audit(
                    11,
                    "03 10:00",
                    change("status", "solved", "new"),
                    change("assignee_id", str(ADMIN), str(AGENT)),
                    change("group_id", "51"),
                    change("priority", "high", "normal"),
                    change("subject", "a secret"),
                ),
            ]
        )
    )
    events = {
        key: (row["type"], row["value"], row["actor_type"], row["actor_id"])
        for key, row in desk.standing("thread_events").items()
    }
    assert events == {
        "1002": ("status", "open", "user", "7001"),
        "1101": ("status", "closed", "agent", "9001"),
        "1102": ("assignee", "9002", "agent", "9001"),
        "1103": ("team", "51", "agent", "9001"),
        "1104": ("priority", "high", "agent", "9001"),
    }


@pytest.mark.parametrize("number", [1, 1.0, "1", "1.0", " 1 "])
def test_identifiers_as_integer_float_and_text(desk: Desk, number: object) -> None:
    desk.bring(
        records(
            tickets=[ticket(number, requester_id=7001.0)],  # type: ignore[arg-type]
            ticket_comments=[comment(31, "01 09:10", ticket_id=number, author_id="9001.0")],
        )
    )
    assert desk.thread("1")["user_id"] == "7001"
    assert desk.message("31")["author_id"] == "9001"


@pytest.mark.parametrize("nobody", [None, "", 0, "0", -1, "absent"])
def test_nobody(desk: Desk, nobody: object) -> None:
    record = ticket(assignee_id=nobody, group_id=nobody)
    if nobody == "absent":
        record = {k: v for k, v in record.items() if k not in ("assignee_id", "group_id")}
    desk.bring(records(tickets=[record]))
    assert desk.thread("1")["assigned_agent_id"] is None
    assert desk.thread("1")["team_id"] is None


def test_labels_left_out_by_pattern(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "zendesk", options={"drop_labels": "csat_*,x%y"})
    desk.bring(records(tickets=[ticket(tags=["csat_good", "csatgood", "xzy", "x%y", "vip"])]))
    assert desk.thread("1")["labels"] == ["csatgood", "vip", "xzy"]


def test_a_change_that_came_without_its_ticket_counts(desk: Desk) -> None:
    desk.bring(
        records(
            tickets=[ticket(updated="01 09:00")],
            ticket_audits=[
                opening_audit(),
                audit(11, "03 10:00", change("status", "solved", "open")),
            ],
        )
    )
    thread = desk.thread("1")
    assert (thread["status"], thread["closed_at"]) == ("closed", at("03 10:00"))
    assert thread["updated_at"] == at("03 10:00")
