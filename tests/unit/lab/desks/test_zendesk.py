"""The made-up account is one that an import finds nothing to doubt in, and always the same."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from lab.desks.zendesk import write_account
from tests.unit.sources.desk import Desk


def bring(folder: Path, *parts: tuple[int, int, str]) -> Desk:
    desk = Desk(folder, "zendesk")
    for tickets, first, part in parts:
        write_account(desk.landing, tickets, 30, date(2024, 3, 10), first=first, part=part)
        desk.bring()
    return desk


def test_nothing_of_it_is_doubtful(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "zendesk")
    write_account(desk.landing, 50, 30, date(2024, 3, 10))
    done = desk.bring()
    assert done.doubtful == {}
    assert done.rows["threads"] == 50
    assert 0 < done.rows["ratings"] < 50
    assert {row["status"] for row in desk.delivered("threads")} == {"open", "pending", "closed"}


def test_a_ticket_is_the_same_whenever_it_is_written(tmp_path: Path) -> None:
    whole = bring(tmp_path / "whole", (50, 1, ""))
    again = bring(tmp_path / "again", (50, 1, ""), (50, 1, "_2"))
    assert again.everything() == whole.everything()
