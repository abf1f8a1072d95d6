"""`inbox import` and `inbox sources`: one screen, a format for programs, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from orchestration.cli import main
from tests.unit.sources import layouts
from tests.unit.sources.zendesk_records import comment, records, ticket


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    layouts.airbyte_data(
        tmp_path / "lake",
        records(
            tickets=[ticket(number, subject="a secret") for number in range(1, 8)],
            ticket_comments=[comment(31, "01 09:10")],
        ),
    )
    return tmp_path / "lake"


def inbox(tmp_path: Path, *arguments: object) -> Result:
    environment = {"INBOX_HOME": str(tmp_path / "home")}
    return CliRunner().invoke(main, [str(one) for one in arguments], env=environment)


def test_a_look_says_on_one_screen_what_would_come(tmp_path: Path, lake: Path) -> None:
    told = inbox(tmp_path, "import", "zendesk", lake, "--to", tmp_path / "exports", "--dry-run")
    assert told.exit_code == 0, told.output
    assert "Found: 7 tickets, 1 comments, 5 users, 1 groups (airbyte)" in told.output
    assert "An import would write 7 threads, 8 messages, 3 agents, 1 teams" in told.output
    assert "Missing: ticket_audits. The numbers lack when a ticket was first solved" in told.output
    assert sum(line.strip().startswith(tuple("1234567")) for line in told.output.splitlines()) == 5
    assert len(told.output.splitlines()) < 25
    assert "secret" not in told.output
    assert not (tmp_path / "exports").exists()


def test_an_import_and_what_sources_says_of_it(tmp_path: Path, lake: Path) -> None:
    told = inbox(tmp_path, "import", "zendesk", lake, "--to", tmp_path / "exports",
                 "--day", "2024-03-10", "--prefix", "zd")  # fmt: skip
    assert told.exit_code == 0, told.output
    assert "Wrote 7 threads, 8 messages, 3 agents, 1 teams to" in told.output
    assert "2024-03-10" in told.output
    again = inbox(tmp_path, "import", "zendesk", lake, "--to", tmp_path / "exports",
                  "--format", "json")  # fmt: skip
    assert json.loads(again.output)["rows"]["threads"] == 0
    (source,) = json.loads(inbox(tmp_path, "sources", "--format", "json").output)
    assert (source["name"], source["kind"], source["prefix"]) == ("zendesk", "zendesk", "zd")
    assert source["last_import"]["number"] == 2
    assert "zendesk" in inbox(tmp_path, "sources").output


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--option", "colour"], 2, "give it as KEY=VALUE"),
        (["--option", "colour=red"], 2, "no option 'colour'"),
        (["--landing", "ftp"], 2, "no landing 'ftp'"),
        (["--landing", "api"], 2, "is no address of https"),
        (["--staff-file", "nowhere.txt"], 2, "nowhere.txt cannot be read"),
    ],
)
def test_a_wrong_flag(
    tmp_path: Path, lake: Path, arguments: list[str], code: int, message: str
) -> None:
    told = inbox(tmp_path, "import", "zendesk", lake, "--to", tmp_path / "exports", *arguments)
    assert told.exit_code == code
    assert message in " ".join(told.output.split())


def test_a_landing_that_lacks_a_stream_ends_with_1(tmp_path: Path, lake: Path) -> None:
    (lake / "users_2024_03_01_1710000000000_0.jsonl.gz").unlink()
    told = inbox(tmp_path, "import", "zendesk", lake, "--to", tmp_path / "exports")
    assert told.exit_code == 1
    assert "no users: switch that stream on" in told.output
