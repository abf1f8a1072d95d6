"""The oracle's closings and resolutions, on cases worked out by hand."""

from pathlib import Path
from typing import Any

from tests.oracle.by_hand import at, event, thread
from tests.oracle.inbox import Row
from tests.oracle.told import NINE, WORKDAYS, Told, statuses, time


class TestClosings:
    def closed(self, closed_at: str, **values: Any) -> Row:
        return thread("t", NINE, assigned_agent_id="holder", closed_at=time(closed_at), **values)

    def test_events_tell_each_crossing_into_closed(self, tmp_path: Path) -> None:
        events = statuses(
            "pending 10:00", "closed 11:00", "closed 11:30", "open 12:00", "closed 13:00"
        )
        told = Told(tmp_path, events=events)
        assert told.closings() == ["11:00", "13:00"]
        assert told.number("closings") == 2
        assert told.number("reopened_threads") == 1

    def test_without_events_the_instants_of_all_versions_are_closings(self, tmp_path: Path) -> None:
        versions = [
            self.closed("10:00", first_closed_at=at(time("10:00")), updated_at=at(time("10:00"))),
            thread("t", NINE, updated_at=at(time("11:00")), reopen_count=1),
            self.closed("12:00", first_closed_at=at(time("09:30")), updated_at=at(time("12:00"))),
        ]
        versions[2]["reopen_count"] = 1
        told = Told(tmp_path, versions=versions)
        assert told.closings() == ["09:30", "10:00", "12:00"]
        assert told.number("reopened_threads") == 1

    def test_versions_tell_only_what_lies_before_the_first_event(self, tmp_path: Path) -> None:
        versions = [
            self.closed("10:00", updated_at=at(time("10:00"))),
            self.closed("12:00", updated_at=at(time("12:00"))),
            self.closed("14:00", updated_at=at(time("14:00"))),
        ]
        told = Told(tmp_path, versions=versions, events=statuses("open 12:00", "closed 13:00"))
        assert told.closings() == ["10:00", "13:00"]
        # Events of other types begin nothing.
        other = event("t.9", time("09:30"), "x", type="assignee")
        told = Told(tmp_path / "other", versions=versions, events=[other])
        assert told.closings() == ["10:00", "12:00", "14:00"]

    def test_events_of_one_instant_are_taken_by_their_identifiers(self, tmp_path: Path) -> None:
        events = [event("t.b", time("10:00"), "open"), event("t.a", time("10:00"), "closed")]
        told = Told(tmp_path, events=events)
        assert told.closings() == ["10:00"]
        assert told.number("reopened_threads") == 1

    def test_an_event_that_was_taken_back_or_corrected(self, tmp_path: Path) -> None:
        first, second = statuses("closed 10:00", "closed 11:00")
        later = {"updated_at": at(time("12:00"))}
        events = [first, second, {**first, **later, "deleted_at": at(time("12:00"))}]
        assert Told(tmp_path, events=events).closings() == ["11:00"]
        events = [first, {**first, **later, "value": "pending"}]
        assert Told(tmp_path / "corrected", events=events).closings() == []

    def test_reopened_by_an_agent_without_a_message(self, tmp_path: Path) -> None:
        told = Told(
            tmp_path, "user 10:00", "agent 10:10", events=statuses("closed 11:00", "open 12:00")
        )
        assert told.seconds() == [600.0]
        assert told.number("reopened_threads") == 1
        assert told.number("waiting_threads") == 0

    def test_a_closing_is_its_actor_s_then_the_closer_s_then_the_assignee_s(
        self, tmp_path: Path
    ) -> None:
        versions = [self.closed("14:00", closed_by_agent_id="closer")]
        by_agent = {"actor_type": "agent", "actor_id": "actor"}
        events = [
            event("t.1", time("10:00"), "closed", **by_agent),
            event("t.2", time("10:30"), "open"),
            event("t.3", time("11:00"), "closed", actor_type="user", actor_id="u"),
            event("t.4", time("11:30"), "open"),
            event("t.5", time("14:00"), "closed", actor_type="system"),
        ]
        told = Told(tmp_path, versions=versions, events=events)
        daily = told.report.mart_agents("daily")
        assert dict(zip(daily.agent_id, daily.closings, strict=True)) == {
            "actor": 1,
            "closer": 1,
            "holder": 1,
        }
        assert told.durations("first_resolution")[0]["agent_id"] == "actor"
        assert told.durations("resolution")[0]["agent_id"] == "closer"


class TestResolutions:
    def test_first_and_last(self, tmp_path: Path) -> None:
        versions = [
            thread("t", NINE, closed_at=time("09:30")),
            thread("t", NINE, closed_at=time("10:15"), updated_at=at(time("10:15"))),
        ]
        told = Told(tmp_path, "user 09:00", "agent 09:11", versions=versions)
        assert told.seconds("first_response") == [660.0]
        assert told.seconds("first_resolution") == [1800.0]
        assert told.seconds("resolution") == [4500.0]
        assert told.durations("resolution")[0]["ended_by"] == "closing"

    def test_open_again_it_has_a_first_resolution_only(self, tmp_path: Path) -> None:
        told = Told(tmp_path, events=statuses("closed 10:00", "open 11:00"))
        assert told.seconds("first_resolution") == [3600.0]
        assert told.durations("resolution")[0]["ended_at"] is None
        assert told.number("first_resolution_seconds_median") == 3600.0
        assert told.number("closing_seconds_median") is None

    def test_closed_before_it_was_created_it_took_no_time(self, tmp_path: Path) -> None:
        versions = [thread("t", NINE, closed_at=time("08:00"))]
        told = Told(tmp_path, versions=versions, schedules=WORKDAYS)
        for measure in ("first_resolution", "resolution"):
            row = told.durations(measure)[0]
            assert row["ended_at"] == at(time("08:00"))
            assert (row["seconds"], row["business_seconds"]) == (None, None)

    def test_one_touch(self, tmp_path: Path) -> None:
        closed = [thread("t", NINE, closed_at=time("12:00"))]
        for number, (messages, versions, events, count) in enumerate(
            [
                (("user 09:00", "agent 09:30", "user 09:40"), closed, [], 1),
                (("user 09:00", "agent 09:30", "agent 09:40"), closed, [], 0),
                (("user 09:00", "note 09:30"), closed, [], 0),
                (("user 09:00", "agent 09:30"), None, [], 0),
                (("agent 09:30",), closed, statuses("closed 11:00", "open 11:30"), 0),
                (("agent 09:30",), closed, statuses("closed 12:00"), 1),
            ]
        ):
            told = Told(tmp_path / str(number), *messages, versions=versions, events=events)
            assert told.number("one_touch_threads") == count, number
