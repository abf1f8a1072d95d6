"""Every rule of Request Tracker's mapping, with right values written by hand."""

from __future__ import annotations

import base64
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
    SYSTEM,
    RequestTracker,
)

OPTIONS = {"label_fields": "Tag", "rating_field": "Rating"}


@pytest.fixture
def tracker() -> RequestTracker:
    return RequestTracker()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, "request_tracker", options=OPTIONS)


def bring(desk: Desk, tracker: RequestTracker) -> Desk:
    tracker.write(desk.landing)
    desk.bring()
    return desk


def with_options(tmp_path: Path, **options: str) -> Desk:
    return Desk(tmp_path / "other", "request_tracker", options={**OPTIONS, **options})


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


def test_a_note_is_private_and_outgoing_copies_are_no_messages(
    desk: Desk, tracker: RequestTracker
) -> None:
    opening = tracker.ticket()
    tracker.said(1, "01 09:00", SYSTEM, "we got it", type="EmailRecord")
    note = tracker.said(1, "01 10:00", ADA, "look", type="Comment")
    tracker.said(1, "01 10:00", SYSTEM, "look", type="CommentEmailRecord")
    tracker.said(1, "01 11:00", ADA, None)
    bring(desk, tracker)
    assert sorted(desk.live("messages")) == [str(opening), str(note)]
    assert desk.message(str(note))["is_private"] is True
    assert desk.message(str(opening))["is_private"] is False


@pytest.mark.parametrize(
    "header", ["RT-DetectedAutogenerated: true", "Auto-Submitted: auto-replied"]
)
def test_an_automatic_answer_is_a_bots(desk: Desk, tracker: RequestTracker, header: str) -> None:
    tracker.ticket()
    away = tracker.said(1, "01 10:00", ANN, headers=f"X-RT-Interface: Email\n{header}")
    own = tracker.said(1, "01 11:00", ANN, headers="X-RT-Interface: Email\nAuto-Submitted: no")
    bring(desk, tracker)
    assert desk.message(str(away))["author_type"] == "bot"
    assert desk.message(str(own))["author_type"] == "user"


def test_staff_who_answer_by_mail_are_agents(desk: Desk, tracker: RequestTracker) -> None:
    tracker.ticket()
    answer = tracker.said(1, "01 10:00", BEN, headers="X-RT-Interface: Email")
    bring(desk, tracker)
    message = desk.message(str(answer))
    assert (message["author_type"], message["author_id"]) == ("agent", "37")


def test_staff_who_asked_are_the_user_also_when_the_ticket_was_merged(
    desk: Desk, tracker: RequestTracker
) -> None:
    own = tracker.ticket(1, requestors=(BEN,))
    answer = tracker.said(1, "01 10:00", ADA)
    tracker.ticket(2, "01 11:00")
    merged = tracker.ticket(3, "01 12:00", requestors=(ADA,))
    tracker.merge(3, 2, "01 13:00")
    bring(desk, tracker)
    assert desk.message(str(own))["author_type"] == "user"
    assert desk.message(str(answer))["author_type"] == "agent"
    assert desk.message(str(merged))["author_type"] == "user"
    assert desk.thread("1")["user_id"] == "37"


def test_a_third_person_who_writes_is_a_user(desk: Desk, tracker: RequestTracker) -> None:
    tracker.ticket()
    third = tracker.said(1, "01 10:00", BEA, headers="X-RT-Interface: Email")
    message = bring(desk, tracker).message(str(third))
    assert (message["author_type"], message["author_id"]) == ("user", "41")


def test_staff_by_the_list_and_staff_who_join_later_count_for_all_they_wrote(
    tmp_path: Path, tracker: RequestTracker
) -> None:
    tracker.ticket()
    answer = tracker.said(1, "01 10:00", BEA, headers="X-RT-Interface: Email")
    listed = Desk(tmp_path / "listed", "request_tracker", staff=("Bea@Customer.example",))
    assert bring(listed, tracker).message(str(answer))["author_type"] == "agent"
    assert listed.standing("agents")["41"]["name"] == "bea"
    desk = Desk(tmp_path / "later", "request_tracker")
    assert bring(desk, tracker).message(str(answer))["author_type"] == "user"
    tracker.rows["GroupMembers"].append({"id": 999, "GroupId": 4, "MemberId": BEA})
    tracker.row("Users", BEA)["LastUpdated"] = "2024-03-05 00:00:00"
    assert bring(desk, tracker).message(str(answer))["author_type"] == "agent"


def test_agents_are_the_privileged_with_the_name_they_show(
    desk: Desk, tracker: RequestTracker
) -> None:
    tracker.user(14, "root", real_name="Enoch Root", is_privileged=True)
    tracker.user(38, "cleo", is_privileged=True, is_disabled=True)
    tracker.ticket()
    bring(desk, tracker)
    agents = desk.standing("agents")
    assert {key: (row["name"], row["is_active"]) for key, row in agents.items()} == {
        "35": ("Ada Agent", True),
        "37": ("Ben Agent", True),
        "38": ("cleo", False),
    }
    tracker.said(1, "02 10:00", 14)
    assert bring(desk, tracker).standing("agents")["14"]["name"] == "Enoch Root"


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


@pytest.mark.parametrize(
    ("text", "changed", "length"),
    [
        ("hello\n", {}, 5),
        ("Yes.\n\nOn Friday, Ann wrote:\n> does it\n> work?\n", {}, 4),
        (base64.b64encode("żółw".encode()).decode(), {"ContentEncoding": "base64"}, 4),
        ("=C5=BC=C3=B3=C5=82w 100% a+b =\n=3D 3\n", {"ContentEncoding": "quoted-printable"}, 17),
        ("=FF", {"ContentEncoding": "quoted-printable"}, 3),
        ("<p>hello</p>", {"ContentType": "text/html"}, 5),
        ("log file", {"Filename": "log.txt"}, 0),
    ],
)
def test_the_length_is_that_of_the_text_without_what_it_quotes(
    desk: Desk, tracker: RequestTracker, text: str, changed: dict[str, str], length: int
) -> None:
    tracker.ticket()
    number = tracker.said(1, "01 10:00", ANN, text, **changed)
    assert bring(desk, tracker).message(str(number))["body_length"] == length


def test_an_attachment_may_be_large_and_hold_anything(desk: Desk, tracker: RequestTracker) -> None:
    opening = tracker.ticket()
    tracker.attachment(opening, 'id,"Content"\n"' * 500_000, Parent=1, Filename="log.csv")
    other = tracker.said(1, "01 10:00", ANN, 'he said "no",\nthen, yes\n')
    bring(desk, tracker)
    assert desk.message(str(opening))["body_length"] == 10
    assert desk.message(str(other))["body_length"] == 23


def test_of_a_mail_in_parts_the_plain_text_counts(desk: Desk, tracker: RequestTracker) -> None:
    tracker.ticket()
    number = tracker.said(1, "01 10:00", ANN, "", ContentType="multipart/alternative")
    tracker.attachment(number, "<p>hello there</p>", Parent=1, ContentType="text/html")
    tracker.attachment(number, "hello", Parent=1)
    assert bring(desk, tracker).message(str(number))["body_length"] == 5


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
