"""What an import promises whatever the kind: days, prefixes, refusals, privacy, dead imports."""

from __future__ import annotations

import json
import stat
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.exports import load_day
from orchestration.exports.layout import find_export_days
from orchestration.exports.quarantine import quarantined_rows
from orchestration.privacy.record import Door
from orchestration.privacy.users import UserIdentifiers
from orchestration.sources import delivery, importing, keeping
from orchestration.sources.errors import LandingIncomplete, SourceUnreachable, WrongSource
from orchestration.sources.request import Surroundings
from tests.unit.sources.desk import BEGAN_AT, Desk, at
from tests.unit.sources.zendesk_records import (
    AGENT,
    CUSTOMER,
    USERS,
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


def days(desk: Desk) -> list[str]:
    return sorted(path.name for path in desk.exports.iterdir())


def test_the_export_day_is_the_last_local_day_that_had_ended(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "zendesk", timezone="Pacific/Auckland")
    # 13 hours ahead: there it is the 12th already.
    done = desk.bring(records(), began_at=at("2024-03-11 12:30:00"))
    assert done.day == date(2024, 3, 11)


def test_days_since_the_last_import_are_empty_folders(desk: Desk) -> None:
    desk.bring(records())
    desk.bring({"tickets": [ticket(2)]}, began_at=BEGAN_AT + timedelta(days=4))
    assert days(desk) == ["2024-03-10", "2024-03-11", "2024-03-12", "2024-03-13", "2024-03-14"]
    files = {path.parent.name: path.name for path in desk.exports.glob("*/threads*")}
    assert files == {
        "2024-03-10": "threads.zendesk-000001.parquet",
        "2024-03-14": "threads.zendesk-000002.parquet",
    }


def test_two_imports_of_one_day_are_two_files(desk: Desk) -> None:
    desk.bring(records())
    desk.bring({"tickets": [ticket(2)]})
    assert days(desk) == ["2024-03-10"]
    assert len(list(desk.exports.glob("*/threads.*"))) == 2


def test_a_day_can_be_given_but_not_before_the_last_import(desk: Desk) -> None:
    assert desk.bring(records(), day=date(2024, 3, 5)).day == date(2024, 3, 5)
    with pytest.raises(WrongSource, match="2024-03-04 lies before the last import's"):
        desk.bring({"tickets": [ticket(2)]}, day=date(2024, 3, 4))
    assert days(desk) == ["2024-03-05"]


def test_a_day_that_is_yet_to_come_is_refused(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "zendesk", timezone="Asia/Tokyo")
    late = at("2024-03-11 20:00:00")  # the twelfth there
    with pytest.raises(WrongSource, match=r"2024-03-13 is yet to come: .* today, 2024-03-12"):
        desk.bring(records(), began_at=late, day=date(2024, 3, 13))
    assert not desk.exports.exists(), "a folder of it would hold up every later import"
    assert desk.bring(began_at=late, day=date(2024, 3, 12)).day == date(2024, 3, 12)


@pytest.mark.parametrize(
    ("kind", "option", "value", "said"),
    [
        (
            "zendesk",
            "zone",
            "Warsaw",
            ": 'Warsaw' is not the IANA name of a time zone; one is Europe/Warsaw",
        ),
        (
            "mbox",
            "zone",
            "Warsaw",
            ": 'Warsaw' is not the IANA name of a time zone; one is Europe/Warsaw",
        ),
        ("zendesk", "since", "yesterday", ": 'yesterday' is no day; one is 2024-01-31"),
        ("zendesk", "survey_steps", "1", " is a whole number, 2 or more"),
    ],
)
def test_an_option_that_is_wrong_is_told(
    tmp_path: Path, kind: str, option: str, value: str, said: str
) -> None:
    desk = Desk(tmp_path, kind, options={option: value})
    with pytest.raises(WrongSource, match=f"Option {option}{said}"):
        desk.bring()


@pytest.mark.parametrize("exports", ["a file", "a link"])
def test_a_folder_of_exports_that_takes_nothing_is_named(desk: Desk, exports: str) -> None:
    if exports == "a file":
        desk.exports.write_text("")
    else:
        desk.exports.symlink_to(desk.exports / "not" / "there")
    with pytest.raises(WrongSource, match=f"cannot be written to {desk.exports} "):
        desk.bring(records())


def test_a_first_fill_records_from_when_on_it_covers(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "zendesk", timezone="America/New_York")
    desk.bring(records(tickets=[ticket(1, "2024-02-02 03:00:00"), ticket(2)]))
    state = keeping.read_state(desk.sources / "zendesk")
    assert state is not None
    assert state.covered_from == date(2024, 2, 1)


def test_a_prefix_is_before_every_identifier(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "zendesk", prefix="zd1")
    desk.bring(
        records(
            ticket_audits=[
                audit(11, "03 10:00", change("status", "solved"), change("assignee_id", str(AGENT)))
            ],
            satisfaction_ratings=[rating(1, "good", "05 10:00")],
            ticket_comments=[comment(31, "01 09:00", CUSTOMER), comment(32, "01 09:10", AGENT)],
        )
    )
    thread = desk.thread("zd1:1")
    assert thread["user_id"] == "zd1:7001"
    assert thread["assigned_agent_id"] == thread["closed_by_agent_id"] == "zd1:9001"
    assert thread["team_id"] == "zd1:51"
    assert desk.message("zd1:32")["author_id"] == "zd1:9001"
    assert desk.standing("ratings")["zd1:csat:1"]["thread_id"] == "zd1:1"
    events = {row["type"]: row["value"] for row in desk.delivered("thread_events")}
    assert events == {"status": "closed", "assignee": "zd1:9001"}
    assert set(desk.live("agents")) == {"zd1:9001", "zd1:9002", "zd1:9003"}
    assert set(desk.live("teams")) == {"zd1:51"}


def test_a_prefix_stays(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "zendesk", prefix="one")
    desk.bring(records())
    desk.change(prefix="two")
    with pytest.raises(WrongSource, match="'one' since its first import"):
        desk.bring()
    desk.change(prefix=None)
    desk.bring({"tickets": [ticket(2)]})
    assert "one:2" in desk.live("threads")


def test_two_sources_of_one_exports_folder_need_two_prefixes(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "zendesk", name="first")
    desk.bring(records())
    desk.change(name="second")
    with pytest.raises(WrongSource, match="second and first would write equal identifiers"):
        desk.bring()
    desk.change(prefix="b")
    desk.bring()
    assert set(desk.live("threads")) == {"1", "b:1"}


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("tickets", "no tickets: switch that stream on"),
        ("users", "no users: switch that stream on.*who is an agent"),
        ("ticket_comments", r"no ticket_comments \(or ticket_audits\): switch that stream on"),
    ],
)
def test_a_stream_that_is_missing(desk: Desk, missing: str, message: str) -> None:
    streams = {name: found for name, found in records().items() if name != missing}
    with pytest.raises(LandingIncomplete, match=message):
        desk.bring(streams)
    assert days(desk) == []


def test_a_stream_missing_in_a_file_that_streams_share(desk: Desk) -> None:
    lines = [{"stream": "tickets", "data": ticket(), "emitted_at": 1}]
    (desk.landing / "records.jsonl").write_text("".join(f"{json.dumps(x)}\n" for x in lines))
    with pytest.raises(LandingIncomplete, match="no ticket_comments"):
        desk.bring()


def test_audits_do_for_comments(desk: Desk) -> None:
    streams = {name: found for name, found in records().items() if name != "ticket_comments"}
    desk.bring({**streams, "ticket_audits": [audit(11, "01 09:00", said(CUSTOMER))]})
    assert set(desk.live("messages")) == {"1101"}


def test_a_column_that_is_missing(desk: Desk) -> None:
    bare = {name: value for name, value in ticket().items() if name != "requester_id"}
    with pytest.raises(LandingIncomplete, match="tickets has no requester in any record"):
        desk.bring(records(tickets=[bare]))


def test_what_is_missing_is_told_with_what_the_numbers_lack(desk: Desk) -> None:
    done = desk.bring(records())
    assert done.missing["satisfaction_ratings"] == "ratings of the older kind (good, bad)"
    assert "tickets" not in done.missing


def test_a_file_that_is_half_written_is_waited_for(desk: Desk) -> None:
    desk.land(records())
    path = desk.landing / "tickets" / "2024_03_02.jsonl"
    path.write_text(json.dumps(ticket(2)) + "\n" + json.dumps(ticket(3))[:40])
    with pytest.raises(LandingIncomplete, match=r"2024_03_02\.jsonl is cut off"):
        desk.bring()
    assert days(desk) == []
    path.write_text(json.dumps(ticket(2)) + "\n" + json.dumps(ticket(3)) + "\n")
    desk.bring()
    assert set(desk.live("threads")) == {"1", "2", "3"}


@pytest.mark.parametrize("name", ["tickets_1.jsonl.gz", "tickets_1.parquet", "tickets_1.csv.gz"])
def test_a_broken_file_is_named_and_not_quoted(desk: Desk, name: str) -> None:
    desk.land(records())
    (desk.landing / name).write_bytes(b"\x1f\x8b\x08\x00the subject is a secret")
    with pytest.raises(LandingIncomplete, match=name) as raised:
        desk.bring()
    assert "secret" not in str(raised.value)


def test_lines_that_are_no_records_are_counted_and_told(desk: Desk) -> None:
    desk.land(records())
    path = desk.landing / "tickets" / "2024_03_01.jsonl"
    path.write_text('{"id": 5, secret\n' + path.read_text() + "\n[1]\n" + '{"status": "open"}\n')
    done = desk.bring()
    assert done.unreadable == {"tickets": 3}
    assert done.counts["unreadable records"] == 3
    assert set(desk.live("threads")) == {"1"}


def test_what_was_repaired_is_counted(desk: Desk) -> None:
    done = desk.bring(
        records(
            tickets=[ticket(1, assignee_id=9001.0, group_id="51.00"), ticket(2)],
            ticket_comments=[comment(31, "01 09:10", created_at="1970-01-01T00:00:00Z")],
        )
    )
    assert done.counts["identifiers repaired"] == 2
    assert done.counts["times read as 0"] == 1
    assert "identifiers repaired" in done.doubtful


def test_a_record_with_a_bad_time_goes_to_quarantine_with_its_key(
    tmp_path: Path, desk: Desk
) -> None:
    desk.bring(records(tickets=[ticket(1), ticket(2, created_at="yesterday")]))
    (day,) = find_export_days(desk.exports)
    manifest = load_day(day, tmp_path / "raw", Door())
    assert sum(file.rows_rejected for file in manifest.files) == 1
    (rejected,) = quarantined_rows(tmp_path / "raw")
    assert (rejected["entity"], rejected["column_name"]) == ("threads", "created_at")
    assert json.loads(rejected["row_text"])["thread_id"] == "2"


def test_all_rows_load(tmp_path: Path, desk: Desk) -> None:
    desk.bring(
        records(
            tickets=[ticket(status="solved", tags=["a"]), ticket(2, status="deleted")],
            ticket_audits=[audit(11, "03 10:00", change("status", "solved"), said(AGENT))],
            satisfaction_ratings=[rating(1, "good", "05 10:00")],
        )
    )
    (day,) = find_export_days(desk.exports)
    manifest = load_day(day, tmp_path / "raw", Door())
    assert sum(file.rows_rejected for file in manifest.files) == 0
    assert {file.entity for file in manifest.files} >= {"threads", "messages", "ratings", "agents"}


SECRET_WORDS = (b"secret", b"Name 7001", b"u7001@shop", b"192.0.2.1", b"600 700 800", b"jane@")


def test_no_text_is_kept_anywhere(desk: Desk) -> None:
    desk.bring(
        records(
            ticket_comments=[comment(31, "01 09:10")],
            ticket_audits=[
                audit(11, "03 10:00", change("subject", "a secret"), said(AGENT, "a secret"))
            ],
            satisfaction_ratings=[rating(1, "good", "05 10:00")],
        )
    )
    for path in (p for p in [*desk.sources.rglob("*"), *desk.exports.rglob("*")] if p.is_file()):
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content = str(duckdb.sql(f"from '{path}'").fetchall()).encode()
        assert not [word for word in SECRET_WORDS if word in content], path


def test_addresses_and_telephone_numbers_in_tags_are_masked(desk: Desk) -> None:
    tags = ["from_jane@customer.example", "+48 600 700 800", "vip"]
    desk.bring(records(tickets=[ticket(tags=tags)]))
    assert desk.thread("1")["labels"] == ["[address]", "[number]", "vip"]


def test_what_is_kept_and_written_is_the_owners(desk: Desk) -> None:
    desk.bring(records())
    for folder in (desk.sources / "zendesk", desk.sources / "zendesk" / "tickets"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
    for path in desk.exports.rglob("*.parquet"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


KEY = b"k" * 32


def test_pseudonyms_are_made_before_the_first_write(tmp_path: Path) -> None:
    users = UserIdentifiers(KEY)
    desk = Desk(tmp_path, "zendesk", users=users, prefix="zd")
    desk.bring(
        records(ticket_comments=[comment(31, "01 09:00", CUSTOMER), comment(32, "01 09:10", AGENT)])
    )
    pseudonym = users.pseudonym(str(CUSTOMER))
    assert desk.thread("zd:1")["user_id"] == f"zd:{pseudonym}"
    assert desk.message("zd:31")["author_id"] == f"zd:{pseudonym}"
    assert desk.message("zd:32")["author_id"] == "zd:9001"
    assert set(desk.live("agents")) == {"zd:9001", "zd:9002", "zd:9003"}
    for path in [*desk.sources.rglob("*.parquet"), *desk.exports.rglob("*.parquet")]:
        assert "7001" not in str(duckdb.sql(f"from '{path}'").fetchall()), path


def test_another_key_is_refused(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "zendesk", users=UserIdentifiers(KEY))
    desk.bring(records())
    desk.users = UserIdentifiers(b"x" * 32)
    with pytest.raises(WrongSource, match="another INBOX_PSEUDONYM_KEY"):
        desk.bring()


def test_the_same_under_pseudonyms_as_without(tmp_path: Path) -> None:
    plain, masked = (
        Desk(tmp_path / "a", "zendesk"),
        Desk(tmp_path / "b", "zendesk", users=UserIdentifiers(KEY)),
    )
    streams = records(
        tickets=[ticket(1), ticket(2, requester_id=AGENT)],
        ticket_comments=[comment(31, "01 09:10"), comment(32, "01 09:20", AGENT, ticket_id=2)],
    )
    types = []
    for desk in (plain, masked):
        desk.bring(streams)
        types.append({key: row["author_type"] for key, row in desk.live("messages").items()})
    assert types[0] == types[1]


def test_an_import_that_died_is_done_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = Desk(tmp_path / "whole", "zendesk")
    for one in (desk, whole):
        one.bring(records())
        one.land({"tickets": [ticket(2)], "ticket_comments": [comment(31, "01 09:00", CUSTOMER)]})
    whole.bring()
    for module, function in (
        (importing.folding, "fold"),
        (delivery, "place"),
        (keeping, "write_state"),
    ):
        with monkeypatch.context() as killed:
            killed.setattr(module, function, _die)
            with pytest.raises(KeyboardInterrupt):
                desk.bring()
    desk.bring()
    assert desk.everything() == whole.everything()
    assert not list(desk.sources.rglob("*.unfinished"))
    assert not list(desk.exports.glob(".*"))


def _die(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


def test_a_slow_source_is_given_up(desk: Desk) -> None:
    desk.land(records())
    surroundings = Surroundings(desk.sources, desk.users, most_seconds=0.0)
    with pytest.raises(SourceUnreachable, match="took longer than 0 s"):
        importing.import_source(desk.source, desk.exports, surroundings, BEGAN_AT)


def test_a_changed_option_folds_all_anew(desk: Desk) -> None:
    sample = ticket(2, via={"channel": "sample_ticket"})
    desk.bring(records(tickets=[ticket(1, tags=["vip"]), sample]))
    desk.change(options={"keep_samples": True, "drop_labels": "vip"})
    desk.bring()
    assert set(desk.live("threads")) == {"1", "2"}
    assert desk.thread("1")["labels"] == []
    desk.change(options={})
    desk.bring()
    assert set(desk.live("threads")) == {"1"}


def test_somebody_who_joins_the_staff_later(desk: Desk) -> None:
    desk.bring(records(ticket_comments=[comment(31, "01 09:10", 4711)]))
    assert desk.message("31")["author_type"] == "user"
    desk.bring({"users": [*USERS, user(4711, "agent")]})
    assert desk.message("31")["author_type"] == "agent"
    done = desk.bring({"users": [*USERS, user(4711, "agent")]})
    assert not any(done.rows.values())


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"options": {"colour": "red"}}, "no option 'colour': give one of"),
        ({"options": {"keep_samples": "perhaps"}}, "keep_samples is true or false"),
        ({"landing": "api"}, "is no address of https, which the landing api is fetched from"),
        ({"kind_name": "jira"}, "no kind 'jira' of source: give one of zendesk"),
        ({"where": "/nowhere"}, "/nowhere does not exist"),
    ],
)
def test_what_is_refused(desk: Desk, changed: dict[str, Any], message: str) -> None:
    desk.land(records())
    with pytest.raises(WrongSource, match=message):
        bring_changed(desk, changed)


def bring_changed(desk: Desk, changed: dict[str, Any]) -> None:
    desk.change(**changed)
    desk.bring()


def test_a_look_leaves_nothing(desk: Desk) -> None:
    desk.land(records(tickets=[ticket(number) for number in range(1, 8)]))
    look = importing.look_at_source(
        desk.source, desk.exports, Surroundings(desk.sources, desk.users), BEGAN_AT
    )
    assert look.record.rows["threads"] == 7
    assert len(look.threads) == 5
    assert not desk.exports.exists()
    assert list(desk.sources.iterdir()) == []
