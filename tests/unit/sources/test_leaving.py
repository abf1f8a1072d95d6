"""Groups that are never imported: by identifier or name, in every kind that has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from tests.unit.sources import intercom_records
from tests.unit.sources.chatwoot_records import Chatwoot
from tests.unit.sources.desk import Desk, iso
from tests.unit.sources.zendesk_records import GROUPS, comment, records, ticket

PERSONNEL = {"id": 52, "name": "Personnel", "updated_at": iso("01 00:00")}


def zendesk(tmp_path: Path, leave_out: str) -> Desk:
    return Desk(tmp_path, "zendesk", options={"leave_out": leave_out})


def told(**streams: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    return records(groups=[*GROUPS, PERSONNEL], **streams)


def kept(desk: Desk, stream: str) -> list[dict[str, Any]]:
    paths = sorted(desk.sources.rglob(f"{stream}/*.parquet"))
    return [row for path in paths for row in pyarrow.parquet.read_table(path).to_pylist()]


@pytest.mark.parametrize("named", ["52", "personnel"])
def test_nothing_of_a_group_comes_in_or_is_kept(tmp_path: Path, named: str) -> None:
    desk = zendesk(tmp_path, named)
    desk.bring(
        told(
            tickets=[
                ticket(1),
                ticket(2, group_id=52, requester_id=7002),
                ticket(3, group_id=None),
            ],
            ticket_comments=[comment(31, "01 09:10", ticket_id=2)],
        )
    )
    assert set(desk.standing("threads")) == {"1", "3"}
    assert set(desk.standing("messages")) == {"src:1", "src:3"}
    assert kept(desk, "comments") == []
    (left,) = [row for row in kept(desk, "tickets") if row["id"] == "2"]
    assert {name for name, value in left.items() if value is not None} == {
        "id", "version_at", "group_id", "landed_at", "import_number",
    }  # fmt: skip


def test_messages_that_come_later_without_their_ticket_are_left_out_too(tmp_path: Path) -> None:
    desk = zendesk(tmp_path, "52")
    desk.bring(told(tickets=[ticket(1), ticket(2, group_id=52)]))
    desk.bring({"ticket_comments": [comment(31, "02 09:10", ticket_id=2), comment(32, "02 09:10")]})
    assert set(desk.live("messages")) == {"src:1", "32"}
    assert [row["id"] for row in kept(desk, "comments")] == ["32"]


def test_a_ticket_that_moves_into_such_a_group_goes(tmp_path: Path) -> None:
    desk = zendesk(tmp_path, "52")
    desk.bring(told(tickets=[ticket(1)], ticket_comments=[comment(31, "01 09:00")]))
    assert set(desk.live("messages")) == {"31"}
    desk.bring({"tickets": [ticket(1, group_id=52, updated="04 09:00")]})
    assert desk.live("threads") == {}
    assert desk.live("messages") == {}
    assert kept(desk, "comments") == []
    desk.bring({"tickets": [ticket(1, group_id=51, updated="05 09:00")]})
    assert set(desk.live("threads")) == {"1"}


def test_a_group_that_is_named_later_goes_too(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "zendesk")
    desk.bring(told(tickets=[ticket(1), ticket(2, group_id=52)]))
    assert set(desk.live("threads")) == {"1", "2"}
    desk.change(options={"leave_out": "52"})
    desk.bring()
    assert set(desk.live("threads")) == {"1"}


def test_teams_of_intercom(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "intercom", options={"leave_out": ["support"]})
    desk.bring(
        intercom_records.records(
            conversations=[
                intercom_records.conversation("1"),
                intercom_records.conversation("2", team_assignee_id=77),
            ],
            conversation_parts=[intercom_records.part(11, "01 09:30", conversation_id=2)],
        )
    )
    assert set(desk.standing("threads")) == {"1"}
    assert set(desk.standing("messages")) == {"src:1:500"}
    assert kept(desk, "parts") == []


@pytest.mark.parametrize("landing", ["files", "tables"])
def test_teams_of_chatwoot(tmp_path: Path, landing: str) -> None:
    chatwoot = Chatwoot()
    chatwoot.conversation(1)
    chatwoot.conversation(2, team=4)
    desk = Desk(tmp_path, "chatwoot", landing=landing, options={"leave_out": "4"})
    (chatwoot.answers if landing == "files" else chatwoot.tables)(desk.landing)
    desk.bring()
    assert set(desk.standing("threads")) == {"1"}
    assert {row["conversation_id"] for row in kept(desk, "messages")} == {"1"}
