"""Statuses, closings, deletions and merges of Zendesk's tickets, with right values by hand."""

from __future__ import annotations

import pytest

from tests.unit.sources.desk import Desk, at
from tests.unit.sources.zendesk_records import (
    ADMIN,
    CUSTOMER,
    audit,
    change,
    opening_audit,
    records,
    ticket,
)


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
