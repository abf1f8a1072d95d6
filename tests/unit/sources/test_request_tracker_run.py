"""A Request Tracker that was really run: what its tables give is what was done to it."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.sources.desk import Desk, at

DATA = Path(__file__).parents[2] / "data" / "request_tracker"
OPTIONS = {
    "label_fields": "Tag",
    "rating_field": "Rating",
    "spam_queues": "Spam",
    "rejected_is_spam": "true",
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("tracker"), "request_tracker", options=OPTIONS)
    for path in (DATA / "db").glob("*.csv"):
        shutil.copy(path, desk.landing)
    desk.bring(began_at=at("2026-04-01 09:00"))
    return desk


def expected(entity: str) -> list[dict[str, str]]:
    with (DATA / "expected" / f"{entity}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def numbers_of_accounts() -> dict[str, str]:
    """The number of each account by what the script calls it: its name or its address."""
    with (DATA / "db" / "Users.csv").open(newline="", encoding="utf-8") as file:
        accounts = list(csv.DictReader(file))
    return {row[name]: row["id"] for row in accounts for name in ("Name", "EmailAddress")}


def told(text: str) -> Any:
    """A cell of what is expected: a time, an identifier, nothing."""
    if not text:
        return None
    return (
        at(text.removesuffix("Z")) if text.endswith("Z") else numbers_of_accounts().get(text, text)
    )


def rows(found: Iterable[Any]) -> list[Any]:
    return sorted(found, key=lambda row: row[:2])


def test_resources(desk: Desk) -> None:
    for row in expected("threads"):
        thread = desk.thread(row["case"])
        assert thread["created_at"] == told(row["created_at"])
        assert thread["status"] == row["status"]
        assert thread["user_id"] == told(row["user"])
        assert thread["assigned_agent_id"] == told(row["assigned_agent"])
        assert (thread["reopen_count"] or 0) == int(row["reopen_count"])
        # The one that an agent opened through the REST interface did not come by mail.
        assert thread["channel"] == ("api" if row["case"] == "8" else row["channel"])


def test_closings_and_labels_of_threads_that_stand(desk: Desk) -> None:
    for row in expected("threads"):
        thread = desk.thread(row["case"])
        if row["deleted"]:
            assert thread["deleted_at"] == told(row["deleted"].split()[-1])
            continue
        assert thread["deleted_at"] is None
        assert thread["closed_at"] == told(row["closed_at"])
        assert thread["first_closed_at"] == told(row["first_closed_at"])
        assert thread["closed_by_agent_id"] == told(row["closed_by"])
        assert (thread["labels"] or []) == [label for label in row["labels"].split("|") if label]


def test_the_merged_ticket_names_its_survivor(desk: Desk) -> None:
    merged = {
        row["thread_id"]: row["merged_into_thread_id"]
        for row in desk.standing("threads").values()
        if row["merged_into_thread_id"]
    }
    assert merged == {"5": "4"}


def test_messages_of_threads_that_stand(desk: Desk) -> None:
    standing = desk.live("threads")
    found = [
        (
            row["thread_id"], row["sent_at"], row["author_type"], row["author_id"],
            row["is_private"], row["body_length"],
        )
        for row in desk.live("messages").values()
        if row["thread_id"] in standing
    ]  # fmt: skip
    assert rows(found) == rows(
        (
            row["case"], told(row["sent_at"]), row["author_type"], told(row["author"]),
            row["is_private"] == "true", len(row["text"]),
        )
        for row in expected("messages")
    )  # fmt: skip


def test_ratings(desk: Desk) -> None:
    found = [
        (row["thread_id"], row["rated_at"], row["score"]) for row in desk.live("ratings").values()
    ]
    assert found == [
        (row["case"], told(row["rated_at"]), int(row["score"])) for row in expected("ratings")
    ]


def test_agents(desk: Desk) -> None:
    found = [(row["agent_id"], row["name"]) for row in desk.standing("agents").values()]
    assert rows(found) == rows((told(row["agent"]), row["name"]) for row in expected("agents"))
