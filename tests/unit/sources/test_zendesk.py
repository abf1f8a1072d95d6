"""Every rule of Zendesk's mapping, with right values written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.sources.desk import STANDS_OPEN, Desk, at
from tests.unit.sources.zendesk_records import (
    ADMIN,
    AGENT,
    CUSTOMER,
    OTHER_CUSTOMER,
    ROBOT,
    audit,
    change,
    comment,
    rating,
    records,
    said,
    ticket,
    user,
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, "zendesk")


def opening_audit(number: int = 10, when: str = "01 09:00") -> dict[str, object]:
    return audit(
        number,
        when,
        said(CUSTOMER, "0123456789"),
        change("status", "new", type="Create"),
        author=CUSTOMER,
        via={"channel": "email"},
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


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("new", "open"),
        ("open", "open"),
        ("pending", "pending"),
        ("hold", "pending"),
        ("solved", "closed"),
        ("closed", "closed"),
    ],
)
def test_each_status(desk: Desk, status: str, expected: str) -> None:
    desk.bring(records(tickets=[ticket(status=status)]))
    assert desk.thread("1")["status"] == expected


def test_the_version_is_the_later_of_updated_and_generated(desk: Desk) -> None:
    generated = int(at("01 09:00").timestamp()) + 2
    desk.bring(records(tickets=[ticket(generated_timestamp=generated)]))
    assert desk.thread("1")["updated_at"] == at("2024-03-01 09:00:02")


def test_solve_reopen_solve(desk: Desk) -> None:
    desk.bring(
        records(
            tickets=[ticket(status="solved", updated="07 12:00")],
            ticket_audits=[
                opening_audit(),
                audit(11, "03 10:00", change("status", "solved", "open")),
                audit(12, "05 10:00", change("status", "open", "solved"), author=CUSTOMER),
                audit(13, "07 12:00", change("status", "solved", "open"), author=ADMIN),
            ],
        )
    )
    thread = desk.thread("1")
    assert thread["first_closed_at"] == at("03 10:00")
    assert thread["closed_at"] == at("07 12:00")
    assert thread["closed_by_agent_id"] == "9002"
    assert thread["reopen_count"] == 1


def test_solved_and_closed_by_the_system_afterwards_is_one_closing(desk: Desk) -> None:
    desk.bring(
        records(
            tickets=[ticket(status="closed", updated="07 12:00")],
            ticket_audits=[
                opening_audit(),
                audit(11, "03 10:00", change("status", "solved", "open")),
                audit(12, "07 12:00", change("status", "closed", "solved"), author=-1),
            ],
        )
    )
    thread = desk.thread("1")
    assert (thread["closed_at"], thread["closed_by_agent_id"]) == (at("03 10:00"), "9001")
    assert thread["reopen_count"] == 0


def test_closed_without_solved(desk: Desk) -> None:
    desk.bring(
        records(
            tickets=[ticket(status="closed", updated="04 10:00")],
            ticket_audits=[
                opening_audit(),
                audit(11, "04 10:00", change("status", "closed", "open"), author=-1),
            ],
        )
    )
    thread = desk.thread("1")
    assert thread["closed_at"] == thread["first_closed_at"] == at("04 10:00")
    assert thread["closed_by_agent_id"] is None


def test_an_open_ticket_has_no_closing_but_a_first_one(desk: Desk) -> None:
    desk.bring(
        records(
            tickets=[ticket(updated="05 10:00")],
            ticket_audits=[
                opening_audit(),
                audit(11, "03 10:00", change("status", "solved", "open")),
                audit(12, "05 10:00", change("status", "open", "solved"), author=CUSTOMER),
            ],
        )
    )
    thread = desk.thread("1")
    assert thread["closed_at"] is None
    assert thread["closed_by_agent_id"] is None
    assert thread["first_closed_at"] == at("03 10:00")
    assert thread["reopen_count"] == 1


def test_without_audits_the_metrics_tell_the_last_solving(desk: Desk) -> None:
    done = desk.bring(
        records(
            tickets=[ticket(status="closed", updated="09 10:00")],
            ticket_metrics=[
                {
                    "id": 3,
                    "ticket_id": 1,
                    "solved_at": "2024-03-06T10:00:00Z",
                    "reopens": 2,
                    "updated_at": "2024-03-09T10:00:00Z",
                }
            ],
        )
    )
    thread = desk.thread("1")
    assert (thread["closed_at"], thread["reopen_count"]) == (at("06 10:00"), 2)
    assert thread["first_closed_at"] is None
    assert "closings assumed" not in done.counts


def test_without_any_history_the_last_change_is_the_closing_and_it_is_told(desk: Desk) -> None:
    done = desk.bring(records(tickets=[ticket(status="solved", updated="09 10:00")]))
    assert desk.thread("1")["closed_at"] == at("09 10:00")
    assert done.counts["closings assumed"] == 1
    assert "ticket_audits" in done.missing


def test_a_deleted_ticket_is_gone_and_a_restored_one_back(desk: Desk) -> None:
    desk.bring(records(tickets=[ticket(status="deleted", updated="03 10:00")]))
    assert desk.thread("1")["deleted_at"] == at("03 10:00")
    desk.bring({"tickets": [ticket(status="open", updated="03 10:06")]})
    assert desk.thread("1")["deleted_at"] is None


def test_deleting_and_restoring_is_no_closing_and_no_reopening(desk: Desk) -> None:
    desk.bring(
        records(
            tickets=[ticket(updated="03 11:00")],
            ticket_audits=[
                opening_audit(),
                audit(11, "03 10:00", change("status", "deleted", "open")),
                audit(12, "03 11:00", change("status", "open", "deleted")),
            ],
        )
    )
    thread = desk.thread("1")
    assert (thread["first_closed_at"], thread["reopen_count"]) == (None, 0)


def test_a_purge_after_30_days_keeps_the_time_of_deletion(desk: Desk) -> None:
    purged = int(at("2024-04-02 10:00:00").timestamp())
    desk.bring(records(tickets=[ticket(status="deleted", updated="03 10:00")]))
    desk.bring(
        {
            "tickets": [
                ticket(
                    status="deleted",
                    updated="03 10:00",
                    generated_timestamp=purged,
                    description="x",
                )
            ]
        }
    )
    thread = desk.thread("1")
    assert thread["deleted_at"] == at("03 10:00")
    assert thread["updated_at"] == at("2024-04-02 10:00:00")


def test_a_merged_ticket_is_gone_from_its_last_audit_on(desk: Desk) -> None:
    desk.bring(
        records(
            tickets=[
                ticket(1, tags=["closed_by_merge", "vip"], status="closed", updated="06 10:00"),
                ticket(2, "01 10:00"),
            ],
            ticket_audits=[
                opening_audit(),
                audit(11, "04 10:00", change("status", "closed", "open")),
            ],
        )
    )
    assert desk.thread("1")["deleted_at"] == at("04 10:00")
    assert desk.thread("1")["labels"] == ["vip"]
    assert desk.thread("2")["deleted_at"] is None


def test_comments_of_audits_are_messages_of_the_events_author(desk: Desk) -> None:
    desk.bring(
        records(
            ticket_audits=[
                opening_audit(),
                # The audit's author entered it; the event's author said it.
                audit(11, "01 09:30", said(AGENT, "hello you"), author=ADMIN),
            ],
        )
    )
    assert desk.message("1101") == {
        "message_id": "1101",
        "thread_id": "1",
        "sent_at": at("01 09:30"),
        "author_type": "agent",
        "author_id": "9001",
        "is_private": False,
        "body_length": 9,
        "updated_at": at("01 09:30"),
        "deleted_at": None,
    }
    assert set(desk.live("messages")) == {"1001", "1101"}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (said(CUSTOMER), ("user", "7001")),
        (said(OTHER_CUSTOMER), ("user", "7002")),
        (said(AGENT), ("agent", "9001")),
        (said(ADMIN), ("agent", "9002")),
        (said(-1), ("system", None)),
        (said(0), ("system", None)),
        (said(4711), ("user", "4711")),
        (said(AGENT, via={"channel": "rule"}), ("bot", "9001")),
        ({**said(AGENT), "type": "VoiceComment"}, ("agent", "9001")),
    ],
)
def test_who_wrote(desk: Desk, event: dict[str, object], expected: tuple[str, str]) -> None:
    desk.bring(records(ticket_audits=[opening_audit(), audit(11, "01 09:30", event)]))
    message = desk.message("1101")
    assert (message["author_type"], message["author_id"]) == expected


def test_a_requester_who_is_staff_is_the_user_of_that_ticket_only(desk: Desk) -> None:
    desk.bring(
        records(
            tickets=[ticket(1, requester_id=AGENT), ticket(2)],
            ticket_comments=[
                comment(31, "01 09:10", AGENT, ticket_id=1),
                comment(32, "01 09:10", AGENT, ticket_id=2),
            ],
        )
    )
    assert desk.message("31")["author_type"] == "user"
    assert desk.message("32")["author_type"] == "agent"


def test_configured_bots_and_listed_staff(tmp_path: Path) -> None:
    desk = Desk(
        tmp_path, "zendesk", options={"bots": str(ROBOT)}, staff=("u7002@SHOP.example", "4711")
    )
    desk.bring(
        records(
            users=[
                user(CUSTOMER),
                user(OTHER_CUSTOMER),
                user(4711),
                user(AGENT, "agent"),
                user(ROBOT, "agent"),
            ],
            ticket_comments=[
                comment(31, "01 09:10", ROBOT),
                comment(32, "01 09:20", OTHER_CUSTOMER),
                comment(33, "01 09:30", 4711),
            ],
        )
    )
    types = {key: row["author_type"] for key, row in desk.live("messages").items()}
    assert types == {"src:1": "user", "31": "bot", "32": "agent", "33": "agent"}


def test_a_public_reply_made_private_later(desk: Desk) -> None:
    desk.bring(
        records(
            ticket_audits=[
                opening_audit(),
                audit(11, "01 09:30", said(AGENT)),
                audit(
                    12,
                    "02 08:00",
                    {"type": "CommentPrivacyChange", "comment_id": 1101, "public": False},
                ),
            ],
        )
    )
    message = desk.message("1101")
    assert message["is_private"] is True
    assert message["updated_at"] == at("02 08:00")


def test_a_note_before_the_first_reply(desk: Desk) -> None:
    desk.bring(
        records(
            ticket_comments=[
                comment(31, "01 09:10", AGENT, public=False),
                comment(32, "01 09:30", AGENT),
            ]
        )
    )
    private = {key: row["is_private"] for key, row in desk.live("messages").items()}
    assert private == {"src:1": False, "31": True, "32": False}


def test_the_opening_comes_from_the_ticket_where_no_comment_lies_at_its_start(desk: Desk) -> None:
    # A connection that starts later has the ticket, but none of its earlier comments.
    desk.bring(records(ticket_comments=[comment(31, "05 10:00")]))
    opening = desk.message("src:1")
    assert opening["sent_at"] == at("01 09:00")
    assert (opening["author_type"], opening["author_id"]) == ("user", "7001")
    assert opening["body_length"] == 10


def test_no_opening_is_made_beside_a_comment_within_two_seconds(desk: Desk) -> None:
    desk.bring(records(ticket_comments=[comment(31, "2024-03-01 09:00:02", CUSTOMER)]))
    assert set(desk.live("messages")) == {"31"}


def test_an_opening_goes_when_the_comment_comes_that_it_stood_for(desk: Desk) -> None:
    desk.bring(records())
    assert set(desk.live("messages")) == {"src:1"}
    desk.bring({"ticket_comments": [comment(31, "01 09:00", CUSTOMER)]})
    assert set(desk.live("messages")) == {"31"}


def test_the_opening_of_a_ticket_that_is_not_public_is_private(desk: Desk) -> None:
    desk.bring(records(tickets=[ticket(is_public=False)]))
    assert desk.message("src:1")["is_private"] is True


def test_lengths_are_those_of_the_plain_text(desk: Desk) -> None:
    html = {"plain_body": None, "body": None, "html_body": "<div>12<br>34 &amp; 5</div>"}
    desk.bring(
        records(
            ticket_comments=[
                comment(31, "01 09:10", plain_body="123", body="12345"),
                comment(32, "01 09:11", plain_body=None, body="12345"),
                comment(33, "01 09:12", **html),
            ]
        )
    )
    lengths = {key: row["body_length"] for key, row in desk.live("messages").items()}
    assert lengths == {"src:1": 10, "31": 3, "32": 5, "33": 9}


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


def test_unknown_authors_are_counted(desk: Desk) -> None:
    done = desk.bring(records(ticket_comments=[comment(31, "01 09:10", 4711)]))
    assert done.counts["messages of unknown authors"] == 1


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
