"""Every rule of Chatwoot's mapping, with right values written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.sources.chatwoot_records import ADA, ANN, BEA, BEN, Chatwoot
from tests.unit.sources.desk import STANDS_OPEN, Desk, at

CONTACT, AGENT, BOT = ("contact", ANN), ("user", ADA), ("agent_bot", 7)


@pytest.fixture
def chatwoot() -> Chatwoot:
    return Chatwoot()


@pytest.fixture(params=["files", "tables"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    return Desk(tmp_path, "chatwoot", landing=request.param)


def bring(desk: Desk, chatwoot: Chatwoot) -> Desk:
    (chatwoot.answers if desk.source.landing == "files" else chatwoot.tables)(desk.landing)
    desk.bring()
    return desk


def author(desk: Desk, number: int) -> tuple[str, str | None]:
    message = desk.message(str(number))
    return message["author_type"], message["author_id"]


def closing(thread: dict[str, Any]) -> tuple[Any, ...]:
    names = ("status", "first_closed_at", "closed_at", "closed_by_agent_id", "reopen_count")
    return tuple(thread[name] for name in names)


def test_a_conversation_becomes_a_thread(desk: Desk, chatwoot: Chatwoot) -> None:
    chatwoot.conversation(assignee=ADA, labels=["vip", "billing"], updated="02 10:00")
    assert bring(desk, chatwoot).thread("1") == {
        "thread_id": "1",
        "created_at": at("01 09:00"),
        "updated_at": at("02 10:00"),
        "status": "open",
        "user_id": "45",
        "channel": "WebWidget",
        "assigned_agent_id": "2",
        "team_id": None,
        "priority": None,
        "labels": ["billing", "vip"],
        **STANDS_OPEN,
    }


@pytest.mark.parametrize(
    ("status", "expected"),
    [("open", "open"), ("pending", "pending"), ("snoozed", "snoozed"), ("resolved", "closed")],
)
def test_each_status(desk: Desk, chatwoot: Chatwoot, status: str, expected: str) -> None:
    chatwoot.conversation(status=status)
    assert bring(desk, chatwoot).thread("1")["status"] == expected


def test_who_wrote_a_message(desk: Desk, chatwoot: Chatwoot) -> None:
    chatwoot.conversation()
    answer = chatwoot.message(1, "01 10:00", AGENT)
    robot = chatwoot.message(1, "01 11:00", BOT)
    greeting = chatwoot.message(1, "01 12:00", type=3)
    campaign = chatwoot.message(1, "01 13:00", AGENT, campaign=8)
    captain = chatwoot.message(1, "01 14:00")
    other = chatwoot.message(1, "01 15:00", ("contact", BEA))
    bring(desk, chatwoot)
    assert author(desk, 500) == ("user", "45")
    assert author(desk, answer) == ("agent", "2")
    assert author(desk, other) == ("user", "46")
    for number in (robot, greeting, campaign, captain):
        assert author(desk, number) == ("bot", None)


def test_activities_and_surveys_are_no_messages(desk: Desk, chatwoot: Chatwoot) -> None:
    chatwoot.conversation()
    chatwoot.activity(1, "01 10:00", "Ada Agent self-assigned this conversation")
    chatwoot.message(1, "01 11:00", type=3, content="input_csat")
    assert list(bring(desk, chatwoot).standing("messages")) == ["500"]


def test_a_note_is_private_and_what_was_deleted_is_gone(desk: Desk, chatwoot: Chatwoot) -> None:
    chatwoot.conversation()
    note = chatwoot.message(1, "01 10:00", AGENT, private=True)
    gone = chatwoot.message(1, "01 11:00", AGENT, deleted="02 09:00")
    bring(desk, chatwoot)
    assert desk.message(str(note))["is_private"] is True
    assert desk.message(str(gone))["deleted_at"] == at("02 09:00")


@pytest.mark.parametrize(
    ("language", "closed", "opened"),
    [
        ("en", "Conversation was marked resolved by Ada", "Conversation was reopened by Ben"),
        ("de", "Das Gespräch wurde von Ada gelöst", "Das Gespräch wurde von Ben wieder eröffnet"),
        (
            "fr", "La conversation a été marquée résolue par Ada",
            "La conversation a été ré-ouverte par Ben",
        ),
        ("es", "La conversación fue marcada por Ada", "La conversación fue reabierta por Ben"),
        ("pt_BR", "Conversa foi marcada como resolvida por Ada", "Conversa foi reaberta por Ben"),
    ],
)  # fmt: skip
def test_without_reports_activities_tell_of_closings(
    tmp_path: Path, chatwoot: Chatwoot, language: str, closed: str, opened: str
) -> None:
    chatwoot.conversation(status="resolved", updated="04 10:00")
    chatwoot.activity(1, "02 10:00", closed)
    chatwoot.activity(1, "03 10:00", opened)
    chatwoot.activity(1, "04 10:00", closed)
    desk = Desk(tmp_path, "chatwoot", landing="files", options={"language": language})
    thread = bring(desk, chatwoot).thread("1")
    assert closing(thread) == ("closed", at("02 10:00"), at("04 10:00"), None, 1)


def test_reports_tell_of_closings_and_by_whom(tmp_path: Path, chatwoot: Chatwoot) -> None:
    chatwoot.conversation(status="resolved", updated="05 10:00")
    chatwoot.report(1, "02 10:00", ADA, "conversation_resolved")
    chatwoot.message(1, "03 10:00", CONTACT)
    chatwoot.report(1, "05 10:00", BEN, "conversation_resolved")
    chatwoot.activity(1, "02 10:01", "Conversation was marked resolved by Ada")
    thread = bring(Desk(tmp_path, "chatwoot", landing="tables"), chatwoot).thread("1")
    assert closing(thread) == ("closed", at("02 10:00"), at("05 10:00"), "3", 1)


def test_open_again_after_a_closing_without_a_word_of_it(
    tmp_path: Path, chatwoot: Chatwoot
) -> None:
    chatwoot.conversation(updated="03 10:00")
    chatwoot.report(1, "02 10:00", ADA, "conversation_resolved")
    chatwoot.message(1, "03 10:00", CONTACT)
    thread = bring(Desk(tmp_path, "chatwoot", landing="tables"), chatwoot).thread("1")
    assert closing(thread) == ("open", at("02 10:00"), None, None, 1)


def test_closed_without_any_word_of_it_is_closed_at_the_last_activity(
    desk: Desk, chatwoot: Chatwoot
) -> None:
    chatwoot.conversation(status="resolved", active="02 10:00", updated="03 10:00")
    (chatwoot.answers if desk.source.landing == "files" else chatwoot.tables)(desk.landing)
    counts = desk.bring().counts
    assert desk.thread("1")["closed_at"] == at("02 10:00")
    assert counts["closings taken from the last activity"] == 1


def test_ratings_are_answered_surveys(desk: Desk, chatwoot: Chatwoot) -> None:
    chatwoot.conversation()
    chatwoot.rating(1, "02 10:00", 5, BEN)
    chatwoot.rating(1, "03 10:00", None)
    (rating,) = bring(desk, chatwoot).standing("ratings").values()
    assert (rating["score"], rating["rated_at"], rating["agent_id"]) == (5, at("02 10:00"), "3")


def test_a_robot_holds_no_thread(tmp_path: Path, chatwoot: Chatwoot) -> None:
    chatwoot.conversation(assignee=7, assignee_type="AgentBot")
    desk = Desk(tmp_path, "chatwoot", landing="files")
    assert bring(desk, chatwoot).thread("1")["assigned_agent_id"] is None


def test_both_landings_tell_of_the_same_threads_and_messages(
    tmp_path: Path, chatwoot: Chatwoot
) -> None:
    chatwoot.conversation(1, labels=["vip"], assignee=ADA)
    chatwoot.conversation(2, "01 10:00", contact=BEA)
    chatwoot.message(2, "01 11:00", AGENT, private=True)
    chatwoot.message(2, "01 12:00", AGENT, deleted="01 13:00")
    files, tables = (
        bring(Desk(tmp_path / name, "chatwoot", landing=name), chatwoot).everything()
        for name in ("files", "tables")
    )
    for entity in ("threads", "messages", "ratings"):
        assert files[entity] == tables[entity]


def test_no_text_and_no_name_of_a_customer_is_kept(desk: Desk, chatwoot: Chatwoot) -> None:
    chatwoot.conversation()
    chatwoot.message(1, "01 10:00", AGENT, "a secret")
    chatwoot.rating(1, "02 10:00", 5)
    bring(desk, chatwoot)
    kept = b"".join(path.read_bytes() for path in desk.sources.rglob("*.parquet"))
    assert b"secret" not in kept
