"""What an import promises whatever the kind: days, prefixes, refusals, privacy, dead imports."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestration.sources import delivery, importing, keeping
from orchestration.sources.errors import SourceUnreachable, WrongSource
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
    ticket,
    user,
)


def test_the_export_day_is_the_last_local_day_that_had_ended(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "zendesk", timezone="Pacific/Auckland")
    # 13 hours ahead: there it is the 12th already.
    done = desk.bring(records(), began_at=at("2024-03-11 12:30:00"))
    assert done.day == date(2024, 3, 11)


def test_days_since_the_last_import_are_empty_folders(desk: Desk) -> None:
    desk.bring(records())
    desk.bring({"tickets": [ticket(2)]}, began_at=BEGAN_AT + timedelta(days=4))
    assert desk.days == ["2024-03-10", "2024-03-11", "2024-03-12", "2024-03-13", "2024-03-14"]
    files = {path.parent.name: path.name for path in desk.exports.glob("*/threads*")}
    assert files == {
        "2024-03-10": "threads.zendesk-000001.parquet",
        "2024-03-14": "threads.zendesk-000002.parquet",
    }


def test_two_imports_of_one_day_are_two_files(desk: Desk) -> None:
    desk.bring(records())
    desk.bring({"tickets": [ticket(2)]})
    assert desk.days == ["2024-03-10"]
    assert len(list(desk.exports.glob("*/threads.*"))) == 2


def test_a_day_can_be_given_but_not_before_the_last_import(desk: Desk) -> None:
    assert desk.bring(records(), day=date(2024, 3, 5)).day == date(2024, 3, 5)
    with pytest.raises(WrongSource, match="2024-03-04 lies before the last import's"):
        desk.bring({"tickets": [ticket(2)]}, day=date(2024, 3, 4))
    assert desk.days == ["2024-03-05"]


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
