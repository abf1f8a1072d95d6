"""Every rule of Request Tracker's mapping, with right values written by hand."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow.parquet
import pytest

from orchestration.sources.errors import LandingIncomplete
from tests.unit.sources.desk import STANDS_OPEN, Desk, at
from tests.unit.sources.request_tracker_records import (
    ADA,
    ANN,
    BEA,
    BEN,
    OPTIONS,
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


def test_a_ticket_becomes_a_thread(desk: Desk, tracker: RequestTracker) -> None:
    tracker.ticket(Owner=ADA, Priority=20, updated="02 10:00")
    assert bring(desk, tracker).thread("1") == {
        "thread_id": "1",
        "created_at": at("01 09:00"),
        "updated_at": at("02 10:00"),
        "status": "open",
        "user_id": "40",
        "channel": "email",
        "assigned_agent_id": "35",
        "team_id": "3",
        "priority": "20",
        "labels": [],
        **STANDS_OPEN,
    }


def test_reminders_and_approvals_are_no_threads(desk: Desk, tracker: RequestTracker) -> None:
    tracker.ticket(1)
    tracker.ticket(2, Type="reminder")
    tracker.ticket(3, Type="approval")
    assert list(bring(desk, tracker).standing("threads")) == ["1"]


def test_the_user_is_who_asked_and_not_who_typed_it_in(desk: Desk, tracker: RequestTracker) -> None:
    opening = tracker.ticket(requestors=(ANN, BEA), creator=ADA, headers="X-RT-Interface: Web")
    bring(desk, tracker)
    assert (desk.thread("1")["user_id"], desk.thread("1")["channel"]) == ("40", "web")
    message = desk.message(str(opening))
    assert (message["author_type"], message["author_id"]) == ("agent", "35")


def test_a_requestor_who_was_taken_off_is_not_the_user(desk: Desk, tracker: RequestTracker) -> None:
    tracker.ticket(requestors=(ANN, BEA))
    bring(desk, tracker)
    tracker.done(1, "02 10:00", ADA, "DelWatcher", "Requestor", ANN, "")
    members = tracker.rows["CachedGroupMembers"]
    members.remove(next(row for row in members if row["MemberId"] == ANN))
    assert bring(desk, tracker).thread("1")["user_id"] == "41"


def test_nobody_holds_no_thread(desk: Desk, tracker: RequestTracker) -> None:
    tracker.ticket()
    tracker.done(1, "02 10:00", ADA, "Set", "Owner", 6, ADA)
    tracker.done(1, "03 10:00", ADA, "Set", "Owner", ADA, 6)
    bring(desk, tracker)
    assert desk.thread("1")["assigned_agent_id"] is None
    events = sorted(desk.standing("thread_events").values(), key=lambda row: row["occurred_at"])
    assert [(row["type"], row["value"]) for row in events] == [
        ("assignee", "35"),
        ("assignee", None),
    ]


@pytest.mark.parametrize(
    ("headers", "channel"),
    [
        ("X-RT-Interface: Email", "email"),
        ("x-rt-interface:  Web\nX-Other: 1", "web"),
        ("X-RT-Interface: REST", "api"),
        ("X-Mailer: none", "api"),
    ],
)
def test_the_channel_is_the_interface_that_made_the_ticket(
    desk: Desk, tracker: RequestTracker, headers: str, channel: str
) -> None:
    tracker.ticket(headers=headers)
    tracker.said(1, "02 10:00", ANN, headers="X-RT-Interface: Email")
    assert bring(desk, tracker).thread("1")["channel"] == channel


def test_labels_are_the_values_of_the_chosen_field_that_are_there_now(
    desk: Desk, tracker: RequestTracker
) -> None:
    tracker.ticket()
    tracker.value(1, 2, "refund", "01 10:00")
    tracker.value(1, 2, "billing", "01 10:00", removed="02 10:00")
    tracker.value(1, 2, "refund", "02 11:00")
    tracker.value(1, 4, "a secret", "01 10:00")
    assert bring(desk, tracker).thread("1")["labels"] == ["refund"]


def test_an_address_in_a_label_is_masked(desk: Desk, tracker: RequestTracker) -> None:
    tracker.ticket()
    tracker.value(1, 2, "from ann@customer.example", "01 10:00")
    assert bring(desk, tracker).thread("1")["labels"] == ["from [address]"]


def test_a_rating_is_a_value_of_its_field_and_withdrawn_with_it(
    desk: Desk, tracker: RequestTracker
) -> None:
    tracker.ticket()
    first = tracker.value(1, 3, "2", "01 10:00", removed="02 10:00")
    second = tracker.value(1, 3, "4", "02 10:00")
    tracker.value(1, 3, "7", "03 10:00")
    tracker.value(1, 3, "good", "03 10:00")
    tracker.write(desk.landing)
    counts = desk.bring().counts
    ratings = desk.standing("ratings")
    assert ratings[f"field:{first}"]["deleted_at"] == at("02 10:00")
    assert ratings[f"field:{second}"]["score"] == 4
    assert ratings[f"field:{second}"]["rated_at"] == at("02 10:00")
    assert (len(ratings), counts["ratings dropped by score"]) == (2, 2)


def test_a_field_that_is_chosen_later_is_read_from_what_was_brought_before(
    tmp_path: Path, tracker: RequestTracker
) -> None:
    tracker.ticket()
    tracker.value(1, 4, "urgent", "01 10:00")
    desk = Desk(tmp_path, "request_tracker")
    assert bring(desk, tracker).thread("1")["labels"] == []
    desk.change(options={"label_fields": "Notes"})
    desk.bring()
    assert desk.thread("1")["labels"] == ["urgent"]


def test_tables_in_pieces_and_again_come_to_the_same(
    tmp_path: Path, tracker: RequestTracker
) -> None:
    pieces = Desk(tmp_path / "pieces", "request_tracker", options=OPTIONS)
    tracker.ticket(1)
    tracker.said(1, "01 10:00", ADA)
    bring(pieces, tracker)
    tracker.status(1, "02 10:00", "open", "resolved", BEN)
    tracker.ticket(2, "02 11:00", requestors=(BEA,))
    bring(pieces, tracker)
    tracker.merge(2, 1, "03 10:00")
    tracker.value(1, 2, "refund", "03 11:00")
    bring(pieces, tracker)
    number = len(pieces.delivered("messages"))
    bring(pieces, tracker)
    assert len(pieces.delivered("messages")) == number
    whole = Desk(tmp_path / "whole", "request_tracker", options=OPTIONS)
    assert bring(whole, tracker).everything() == pieces.everything()
    # The messages of the merged ticket are the survivor's: none of them is missing.
    assert whole.count("threads without opening message") == 0


def test_a_column_that_goes_after_the_first_import_is_told(
    desk: Desk, tracker: RequestTracker
) -> None:
    tracker.ticket(1)
    bring(desk, tracker)
    tracker.ticket(2)
    tracker.ticket(3, "02 11:00")
    tracker.write(desk.landing)
    path = desk.landing / "Tickets.csv"
    path.write_text(path.read_text().replace("Status", "State", 1))
    assert desk.bring().counts["Tickets without status"] == 2
    tracker.ticket(4, "03 11:00")
    tracker.write(desk.landing)
    assert "Tickets without status" not in desk.bring().counts


def test_columns_in_lower_case_are_the_same_columns(desk: Desk, tracker: RequestTracker) -> None:
    tracker.ticket(Owner=ADA)
    tracker.write(desk.landing)
    for path in desk.landing.iterdir():
        head, _, rest = path.read_text().partition("\n")
        path.with_name(path.name.lower()).write_text(f"{head.lower()}\n{rest}")
        path.unlink()
    desk.bring()
    assert desk.thread("1")["assigned_agent_id"] == "35"


def test_a_table_that_is_missing_is_named_with_what_it_costs(
    desk: Desk, tracker: RequestTracker
) -> None:
    tracker.ticket()
    tracker.write(desk.landing)
    (desk.landing / "GroupMembers.csv").unlink()
    with pytest.raises(LandingIncomplete, match=r"GroupMembers.*who is an agent"):
        desk.bring()


def test_no_text_and_no_name_of_a_customer_is_kept(desk: Desk, tracker: RequestTracker) -> None:
    tracker.ticket(text="a secret")
    tracker.value(1, 4, "a secret", "01 10:00")
    tracker.done(1, "01 11:00", ADA, "Set", "Subject", "a secret", "another secret")
    bring(desk, tracker)
    kept = b"".join(path.read_bytes() for path in desk.sources.rglob("*.parquet"))
    for secret in (b"secret", b"ann@customer", b"bea@customer", b"desk.example"):
        assert secret not in kept


def test_of_a_queue_that_is_left_out_nothing_is_kept(
    tmp_path: Path, tracker: RequestTracker
) -> None:
    tracker.add("Queues", id=9, Name="Personnel", LastUpdated="2024-03-01 00:00:00")
    tracker.ticket(1)
    tracker.ticket(2, "01 10:00", requestors=(BEA,), Queue=9)
    tracker.said(2, "01 11:00", ADA)
    tracker.value(2, 2, "refund", "01 12:00")
    desk = with_options(tmp_path, leave_out="personnel")
    bring(desk, tracker)
    assert list(desk.standing("threads")) == ["1"]
    assert len(desk.standing("messages")) == 1
    assert {
        path.parent.name: pyarrow.parquet.read_metadata(path).num_rows
        for path in desk.sources.rglob("*.parquet")
        if path.parent.name in ("tickets", "transactions", "attachments", "requestors")
    } == {"tickets": 1, "transactions": 1, "attachments": 1, "requestors": 1}


def test_tables_of_a_database_give_the_same_and_are_read_again_where_a_value_changed(
    tmp_path: Path, tracker: RequestTracker
) -> None:
    files = Desk(tmp_path / "files", "request_tracker", options=OPTIONS)
    base = Desk(tmp_path / "base", "request_tracker", options=OPTIONS)
    base.look_elsewhere(tmp_path / "rt.duckdb")
    tracker.ticket(Owner=ADA)
    tracker.said(1, "01 10:00", ADA)
    for owner, changed in ((ADA, "01 11:00"), (BEN, "01 12:00")):
        tracker.row("Tickets", 1).update(Owner=owner, LastUpdated=at(changed).isoformat())
        bring(files, tracker)
        fill(tmp_path / "rt.duckdb", files.landing)
        base.bring()
        assert base.thread("1")["assigned_agent_id"] == str(owner)
    assert base.everything() == files.everything()


def fill(path: Path, folder: Path) -> None:
    """A database with a table a CSV file."""
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema rt5")
        for file in folder.glob("*.csv"):
            connection.execute(f"create table rt5.{file.stem} as from read_csv('{file}')")


def test_of_tables_that_are_whole_a_ticket_that_is_missing_is_gone(
    tmp_path: Path, tracker: RequestTracker
) -> None:
    whole, extract = (
        with_options(tmp_path, is_whole="true"),
        Desk(tmp_path / "x", "request_tracker"),
    )
    tracker.ticket(1)
    tracker.ticket(2, "01 10:00")
    for desk in (whole, extract):
        bring(desk, tracker)
    tracker.rows["Tickets"] = tracker.rows["Tickets"][1:]
    for desk in (whole, extract):
        bring(desk, tracker)
    assert sorted(whole.live("threads")) == ["2"]
    assert sorted(extract.live("threads")) == ["1", "2"]


def test_whom_the_desk_has_made_anonymous_is_told(desk: Desk, tracker: RequestTracker) -> None:
    tracker.add(
        "Users", id=77, Name="anon_1b2c", EmailAddress="", LastUpdated="2024-03-02 09:00:00"
    )
    tracker.ticket(1)
    tracker.write(desk.landing)
    done = desk.bring()
    assert done.counts["people erased by the desk"] == 1
    assert desk.erased == ["77"]
