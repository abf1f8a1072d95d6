"""The oracle's conversations, and whose the numbers are, on cases worked out by hand."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.by_hand import DAY, at, message, rating, records_of, row_of, thread
from tests.oracle.inbox import Row
from tests.oracle.metrics import Report


class TestThreads:
    def report(self, folder: Path, *messages: Row, **values: Any) -> dict[str, Any]:
        """The row of fct_threads of one thread with some messages."""
        row = thread("t", "2024-03-04T09:00:00", assigned_agent_id="assignee", **values)
        records = records_of(folder, threads=[row], messages=list(messages))
        return row_of(Report(records).tables()["fct_threads"], thread_id="t")

    def test_first_response_is_from_the_first_user_message_to_the_next_agent_message(
        self, tmp_path: Path
    ) -> None:
        row = self.report(
            tmp_path,
            message("t.1", "2024-03-04T09:00:00", "bot", "robot"),
            message("t.2", "2024-03-04T09:00:01", "agent", "a", is_private=True),
            message("t.3", "2024-03-04T09:00:02", "user", "u"),
            message("t.4", "2024-03-04T09:00:03", "user", "u"),
            message("t.5", "2024-03-04T09:00:04.000001", "agent", "b"),
            message("t.6", "2024-03-04T09:00:05", "agent", "c"),
        )
        assert row["first_response_seconds"] == 2.000001
        assert row["first_responder_id"] == "b"
        assert row["first_user_message_at"] == at("2024-03-04T09:00:02")
        assert (row["messages"], row["user_messages"], row["agent_messages"]) == (4, 2, 2)
        assert not row["is_agent_started"]
        assert not row["is_unanswered"]

    def test_at_one_instant_the_user_comes_first_then_the_message_id(self, tmp_path: Path) -> None:
        row = self.report(
            tmp_path,
            message("t.1", "2024-03-04T09:00:00", "agent", "last by id? no: first"),
            message("t.0", "2024-03-04T09:00:00", "agent", "first by id"),
            message("t.2", "2024-03-04T09:00:00", "user", "u"),
        )
        assert row["first_response_seconds"] == 0.0
        assert row["first_responder_id"] == "first by id"
        assert not row["is_agent_started"]

    def test_an_agent_who_writes_first_never_responds(self, tmp_path: Path) -> None:
        row = self.report(
            tmp_path,
            message("t.1", "2024-03-04T09:00:00", "agent", "a"),
            message("t.2", "2024-03-04T09:00:00.000001", "user", "u"),
            message("t.3", "2024-03-04T09:00:01", "agent", "a"),
        )
        assert row["is_agent_started"]
        assert not row["is_unanswered"]
        assert row["first_response_seconds"] is None
        assert row["first_responder_id"] is None
        assert row["first_user_message_at"] == at("2024-03-04T09:00:00.000001")

    def test_a_note_does_not_answer(self, tmp_path: Path) -> None:
        row = self.report(
            tmp_path,
            message("t.1", "2024-03-04T09:00:00", "user", "u"),
            message("t.2", "2024-03-04T09:00:01", "agent", "a", is_private=True),
        )
        assert row["is_unanswered"]

    def test_without_messages_it_is_neither_unanswered_nor_started(self, tmp_path: Path) -> None:
        row = self.report(tmp_path)
        assert (row["messages"], row["is_unanswered"], row["is_agent_started"]) == (0, False, False)

    def test_closing_counts_from_the_creation_and_to_the_closer(self, tmp_path: Path) -> None:
        row = self.report(tmp_path, closed_at="2024-03-04T10:00:00.5", closed_by_agent_id="closer")
        assert row["closing_seconds"] == 3600.5
        assert row["closer_agent_id"] == "closer"

    def test_closed_before_created_is_inconsistent(self, tmp_path: Path) -> None:
        row = self.report(tmp_path, closed_at="2024-03-04T08:59:59.999999")
        assert row["is_time_inconsistent"]
        assert row["closing_seconds"] is None
        assert row["closer_agent_id"] == "assignee"

    def test_an_open_thread_has_no_closer(self, tmp_path: Path) -> None:
        row = self.report(tmp_path, closed_by_agent_id="closer", reopen_count=1)
        assert row["closer_agent_id"] is None
        assert row["closed_date"] is None

    def test_timings_are_one_row_for_who_answers_and_closes(self, tmp_path: Path) -> None:
        closed: dict[str, Any] = {"closed_at": "2024-03-04T10:00:00"}
        records = records_of(
            tmp_path,
            threads=[
                thread("one", "2024-03-04T09:00:00", closed_by_agent_id="a", **closed),
                thread("two", "2024-03-04T09:00:00", closed_by_agent_id="b", **closed),
                thread("nobody", "2024-03-04T09:00:00", **closed),
                thread("early", "2024-03-04T11:00:00", closed_by_agent_id="b", **closed),
            ],
            messages=[
                message(f"{name}.{number}", f"2024-03-04T09:0{number}:00", author, agent)
                for name, agent in (("one", "a"), ("two", "a"), ("nobody", None))
                for number, author in ((1, "user"), (2, "agent"))
            ],
        )
        timings = Report(records).tables()["fct_agent_timings"]
        columns = ["thread_id", "agent_id", "first_response_seconds", "closing_seconds"]
        assert sorted(timings[columns].to_numpy().tolist(), key=str) == [
            ["early", "b", None, None],
            ["nobody", None, 60.0, 3600.0],
            ["one", "a", 60.0, 3600.0],
            ["two", "a", 60.0, None],
            ["two", "b", None, 3600.0],
        ]


class TestWhoseItIs:
    @pytest.fixture
    def report(self, tmp_path: Path) -> Report:
        """One thread that five agents touched, and one of nobody."""
        return Report(
            records_of(
                tmp_path,
                threads=[
                    thread(
                        "t",
                        "2024-03-04T09:00:00",
                        user_id="u1",
                        assigned_agent_id="assignee",
                        closed_at="2024-03-04T10:00:00",
                        closed_by_agent_id="closer",
                        labels=("x",),
                    ),
                    thread("n", "2024-03-04T09:00:00", user_id=None),
                ],
                messages=[
                    message("t.1", "2024-03-04T09:00:00", "user", "u1"),
                    message("t.2", "2024-03-04T09:01:00", "agent", "responder"),
                    message("t.3", "2024-03-04T09:02:00", "agent", "assignee"),
                    message("t.4", "2024-03-04T09:03:00", "agent", None),
                    message("n.1", "2024-03-04T09:00:00", "user", None),
                    message("n.2", "2024-03-04T09:00:00", "user", "u2"),
                    message("missing.1", "2024-03-04T09:00:00", "user", "u3"),
                ],
                ratings=[
                    rating("t.5", "2024-03-04T11:00:00", 2, agent_id="rated"),
                    rating("t.6", "2024-03-04T11:00:00", 4),
                    rating("n.3", "2024-03-04T11:00:00", 1),
                    rating("missing.2", "2024-03-04T11:00:00", 5),
                ],
                agents=[
                    {"agent_id": "rated", "name": "Ada", "updated_at": at("2024-03-04T00:00:00")}
                ],
            )
        )

    def test_each_number_goes_to_its_agent(self, report: Report) -> None:
        agents = report.mart_agents("daily")
        expected = {
            "assignee": {
                "new_threads": 1,
                "messages": 4,
                "user_messages": 1,
                "agent_messages": 3,
                "messages_sent": 1,
                "unique_users": 1,
                "closed_threads": 1,
                "threads_closed": 1,
                "labeled_threads": 1,
            },
            "responder": {
                "messages_sent": 1,
                "responded_threads": 1,
                "first_response_seconds_median": 60.0,
                "first_response_seconds_p90": 60.0,
                "replies": 1,
                "reply_seconds_median": 60.0,
                "reply_seconds_p90": 60.0,
            },
            "closer": {
                "ratings": 1,
                "average_rating": 4.0,
                "closing_seconds_median": 3600.0,
                "closing_seconds_p90": 3600.0,
                "closings": 1,
                "satisfied_ratings": 1,
                "csat_ratio": 1.0,
            },
            "rated": {"ratings": 1, "average_rating": 2.0},
            None: {
                "new_threads": 1,
                "messages": 2,
                "user_messages": 2,
                "messages_sent": 1,
                "unique_users": 1,
                "ratings": 2,
                "average_rating": 3.0,
                "satisfied_ratings": 1,
                "csat_ratio": 0.5,
                "unanswered_threads": 1,
                "open_threads": 1,
                "waiting_threads": 1,
                # No event tells who closed.
                "first_resolution_seconds_median": 3600.0,
                "first_resolution_seconds_p90": 3600.0,
            },
        }
        for row in agents.to_dict("records"):
            numbers = {k: v for k, v in row.items() if k not in agents.columns[:5] and v}
            numbers.pop("thread_messages", None)
            assert numbers == expected.pop(row["agent_id"])
        assert expected == {}
        names = dict(zip(agents.agent_id, agents.agent_name, strict=True))
        assert names["rated"] == "Ada"
        assert names["closer"] == "closer"
        assert names[None] == "Unassigned"

    def test_dim_agents_has_those_that_others_name(self, report: Report) -> None:
        agents = report.tables()["dim_agents"]
        assert agents.agent_id.tolist() == ["assignee", "closer", "rated", "responder"]
        assert agents.name.tolist() == ["assignee", "closer", "Ada", "responder"]

    def test_messages_wait_for_their_thread_and_ratings_do_not(self, report: Report) -> None:
        tables = report.tables()
        assert len(tables["fct_messages"]) == 6
        assert row_of(tables["fct_ratings"], rating_id="missing.2")["thread_created_date"] is None
        assert row_of(report.mart_inbox("daily"), period_start_date=DAY)["ratings"] == 4

    def test_the_agents_table_comes_with_most_threads_first(self, report: Report) -> None:
        table = report.inbox_agents(DAY, DAY)
        assert table.agent_id.tolist() == ["assignee", None, "closer", "rated", "responder"]
        assert report.inbox_agents(DAY - timedelta(days=9), DAY - timedelta(days=1)).empty
