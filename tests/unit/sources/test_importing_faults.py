"""What an import tells of streams, columns and records that are missing or broken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration.exports import load_day
from orchestration.exports.layout import find_export_days
from orchestration.exports.quarantine import quarantined_rows
from orchestration.privacy.record import Door
from orchestration.sources.errors import LandingIncomplete
from tests.unit.sources.desk import Desk
from tests.unit.sources.zendesk_records import (
    AGENT,
    CUSTOMER,
    audit,
    change,
    comment,
    rating,
    records,
    said,
    ticket,
)


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
    assert desk.days == []


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
    assert desk.days == []
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
