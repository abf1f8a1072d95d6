"""Statuses, closings, merges and deletions of Request Tracker's tickets, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.sources.desk import Desk, at
from tests.unit.sources.request_tracker_records import (
    ADA,
    ANN,
    BEN,
    OPTIONS,
    SYSTEM,
    RequestTracker,
    bring,
    with_options,
)


@pytest.fixture
def tracker() -> RequestTracker:
    return RequestTracker()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, "request_tracker", options=OPTIONS)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("new", "open"),
        ("open", "open"),
        ("stalled", "pending"),
        ("resolved", "closed"),
        ("rejected", "closed"),
        ("waiting-for-parts", "open"),
    ],
)
def test_a_status_is_what_the_lifecycle_makes_of_it(
    desk: Desk, tracker: RequestTracker, word: str, status: str
) -> None:
    tracker.ticket(Status=word)
    assert bring(desk, tracker).thread("1")["status"] == status


def test_the_words_of_another_lifecycle_are_options(
    tmp_path: Path, tracker: RequestTracker
) -> None:
    tracker.ticket(1, Status="shipped")
    tracker.ticket(2, Status="at-customer")
    tracker.ticket(3, Status="resolved")
    desk = with_options(tmp_path, closed_statuses="shipped", pending_statuses="at-customer")
    bring(desk, tracker)
    assert [desk.thread(key)["status"] for key in "123"] == ["closed", "pending", "open"]


def test_a_status_that_no_lifecycle_is_known_for_is_counted(
    desk: Desk, tracker: RequestTracker
) -> None:
    tracker.ticket(Status="waiting-for-parts")
    tracker.write(desk.landing)
    assert desk.bring().counts["tickets of an unknown status, taken as open"] == 1


def test_solve_reopen_solve(desk: Desk, tracker: RequestTracker) -> None:
    tracker.ticket(Owner=ADA)
    tracker.status(1, "02 10:00", "open", "resolved", ADA)
    tracker.status(1, "03 10:00", "resolved", "open", SYSTEM)
    tracker.status(1, "04 10:00", "open", "stalled", ADA)
    tracker.status(1, "05 10:00", "stalled", "rejected", BEN)
    thread = bring(desk, tracker).thread("1")
    assert (thread["first_closed_at"], thread["closed_at"]) == (at("02 10:00"), at("05 10:00"))
    assert (thread["closed_by_agent_id"], thread["reopen_count"]) == ("37", 1)


def test_resolved_and_then_rejected_is_one_closing(desk: Desk, tracker: RequestTracker) -> None:
    tracker.ticket()
    tracker.status(1, "02 10:00", "open", "resolved", ADA)
    tracker.status(1, "03 10:00", "resolved", "rejected", BEN)
    thread = bring(desk, tracker).thread("1")
    assert (thread["closed_at"], thread["closed_by_agent_id"]) == (at("02 10:00"), "35")
    assert thread["reopen_count"] == 0


def test_resolved_on_a_ticket_that_is_open_again_is_stale(
    desk: Desk, tracker: RequestTracker
) -> None:
    tracker.ticket()
    tracker.status(1, "02 10:00", "open", "resolved")
    tracker.status(1, "03 10:00", "resolved", "open")
    assert tracker.row("Tickets", 1)["Resolved"] == "2024-03-02 10:00:00"
    thread = bring(desk, tracker).thread("1")
    assert (thread["status"], thread["closed_at"]) == ("open", None)
    assert (thread["first_closed_at"], thread["reopen_count"]) == (at("02 10:00"), 1)


def test_closed_by_the_system_names_no_closer(desk: Desk, tracker: RequestTracker) -> None:
    tracker.ticket(Owner=ADA)
    tracker.status(1, "02 10:00", "open", "resolved", SYSTEM)
    assert bring(desk, tracker).thread("1")["closed_by_agent_id"] is None


def test_a_ticket_that_was_made_closed_has_the_field_for_it(
    desk: Desk, tracker: RequestTracker
) -> None:
    tracker.ticket(Status="resolved", Resolved="2024-03-01 09:00:00", updated="04 10:00")
    thread = bring(desk, tracker).thread("1")
    assert (thread["closed_at"], thread["first_closed_at"]) == (at("01 09:00"), None)


def test_never_is_no_time(desk: Desk, tracker: RequestTracker) -> None:
    tracker.ticket(Status="resolved", Resolved="1970-01-01 00:00:00", updated="04 10:00")
    tracker.write(desk.landing)
    counts = desk.bring().counts
    assert desk.thread("1")["closed_at"] == at("04 10:00")
    assert counts["closings assumed"] == 1
    assert "times read as 0" not in counts


def test_who_is_merged_away_is_gone_at_the_merge_and_what_was_said_moves(
    desk: Desk, tracker: RequestTracker
) -> None:
    tracker.ticket(1, "01 09:00")
    tracker.ticket(2, "01 10:00")
    before = tracker.said(2, "01 11:00", ANN, "before")
    tracker.merge(2, 1, "02 10:00")
    after = tracker.said(2, "03 10:00", ANN, "after the merge")
    bring(desk, tracker)
    gone = desk.thread("2")
    assert (gone["deleted_at"], gone["merged_into_thread_id"]) == (at("02 10:00"), "1")
    assert gone["updated_at"] == at("03 10:00")
    assert {desk.message(str(number))["thread_id"] for number in (before, after)} == {"1"}
    assert sorted(row["thread_id"] for row in desk.live("messages").values()) == ["1"] * 4


def test_a_merge_after_the_first_import_is_told(desk: Desk, tracker: RequestTracker) -> None:
    tracker.ticket(1, "01 09:00")
    tracker.ticket(2, "01 10:00")
    tracker.ticket(3, "01 11:00")
    bring(desk, tracker)
    tracker.merge(3, 2, "02 10:00")
    bring(desk, tracker)
    tracker.merge(2, 1, "03 10:00")
    bring(desk, tracker)
    assert desk.thread("3")["merged_into_thread_id"] == "1"
    assert {row["thread_id"] for row in desk.live("messages").values()} == {"1"}
    assert list(desk.live("threads")) == ["1"]


def test_deleted_and_restored(desk: Desk, tracker: RequestTracker) -> None:
    tracker.ticket()
    tracker.status(1, "02 10:00", "new", "deleted")
    assert bring(desk, tracker).thread("1")["deleted_at"] == at("02 10:00")
    tracker.status(1, "03 10:00", "deleted", "open")
    thread = bring(desk, tracker).thread("1")
    assert (thread["deleted_at"], thread["status"]) == (None, "open")
    assert (thread["first_closed_at"], thread["reopen_count"]) == (None, 0)


def test_what_a_desk_takes_for_spam_is_gone(tmp_path: Path, tracker: RequestTracker) -> None:
    tracker.ticket(1)
    tracker.status(1, "02 10:00", "new", "rejected")
    tracker.ticket(2)
    tracker.done(2, "02 11:00", ADA, "Set", "Queue", 3, 4)
    tracker.row("Tickets", 2)["Queue"] = 4
    plain = bring(with_options(tmp_path / "plain"), tracker)
    assert [plain.thread(key)["deleted_at"] for key in "12"] == [None, None]
    told = with_options(tmp_path / "told", rejected_is_spam="true", spam_queues="spam")
    bring(told, tracker)
    assert [told.thread(key)["deleted_at"] for key in "12"] == [at("02 10:00"), at("02 11:00")]
