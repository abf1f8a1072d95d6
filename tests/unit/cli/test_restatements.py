"""`inbox report --restatements`: the log as people and as machines read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from orchestration.cli import main
from tests.unit.publishing.restated_inbox import FIRST, MOVED, Inbox


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication that has restated the first of January."""
    inbox = Inbox(tmp_path_factory.mktemp("home"))
    inbox.publish(FIRST, 2)
    inbox.publish(MOVED, 2)
    return inbox.folder


def report(home: Path, *arguments: str) -> str:
    command = ["report", "--restatements", "--home", str(home), *arguments]
    outcome = CliRunner().invoke(main, command)
    assert outcome.exit_code == 0, outcome.output
    return outcome.output


def test_for_people_those_with_the_most_threads_come_first(home: Path) -> None:
    lines = report(home, "--top", "3").splitlines()
    assert [line.split()[3:] for line in lines[1:4]] == [
        ["mart_agents_daily", "2024-01-01", "ben", "new_threads", "0", "1", "1"],
        ["mart_agents_daily", "2024-01-01", "ben", "unique_users", "0", "1", "1"],
        ["mart_inbox_daily", "2024-01-01", "everyone", "new_threads", "2", "3", "1"],
    ]
    assert lines[-1].startswith("1 more")


def test_machines_get_every_row(home: Path) -> None:
    rows = json.loads(report(home, "--format", "json", "--top", "1"))["restatements"]
    assert len(rows) == 4
    cell = next(row for row in rows if row["agent_id"] is None and row["number"] == "new_threads")
    assert (cell["value_before"], cell["value_after"], cell["threads_changed"]) == (2, 3, 1)
    assert (cell["period_start_date"], cell["as_of_date_after"]) == ("2024-01-01", "2024-01-02")
    assert len(report(home, "--format", "csv").splitlines()) == 5


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        (["--from", "2024-01-02"], 0),
        (["--to", "2024-01-01"], 4),
        (["--agent", "ben"], 2),
        (["--agent", ""], 0),
    ],
)
def test_days_and_an_agent_may_be_asked_for(home: Path, asked: list[str], rows: int) -> None:
    assert len(json.loads(report(home, "--format", "json", *asked))["restatements"]) == rows
    if not rows:
        assert report(home, *asked).startswith("Nothing that was complete")
