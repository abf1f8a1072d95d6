"""What the command says of a home that is damaged: one line and an exit code, never a trace."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from orchestration.cli import main
from orchestration.privacy.erasure import is_unfinished
from orchestration.settings import load_settings


@pytest.mark.parametrize(
    ("command", "file", "said"),
    [
        (["report"], "published/inbox.duckdb", "cannot be read as a publication"),
        (["quarantine", "list"], "raw/manifests/2024-03-01.json", "cannot be read"),
        (["quarantine", "show"], "raw/manifests/2024-03-01.json", "cannot be read"),
    ],
)
def test_a_damaged_file_is_told(tmp_path: Path, command: list[str], file: str, said: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text("{")
    result = CliRunner().invoke(main, [*command, "--home", str(tmp_path)])
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit), result.exception
    assert said in " ".join(result.stderr.split())
    assert result.stderr.startswith("Error:")


@pytest.mark.parametrize("name", ["what?", "care #1"])
def test_a_home_that_no_database_can_be_in_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    monkeypatch.chdir(folder)
    for home in (str(folder), "data"):
        result = CliRunner().invoke(main, ["report", "--home", home])
        assert result.exit_code != 0
        assert "is wrong: give a folder whose path has no" in " ".join(result.stderr.split())
    assert not list(folder.iterdir())


def test_a_home_whose_disk_is_not_there_is_told(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.symlink_to(tmp_path / "disk" / "home")
    result = CliRunner().invoke(main, ["days", "empty", "2024-01-01", "--home", str(home)])
    assert result.exit_code == 1
    assert "leads to no folder: see that its disk is there" in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    "command",
    [
        ["erase", "--user", "ursula-5"],
        ["erase", "--user", "ursula-5", "--later"],
        ["verify"],
        ["days", "list"],
        ["days", "reopen", "2024-01-01"],
        ["days", "remove", "2024-01-01"],
        ["quarantine", "list"],
        ["quarantine", "show"],
        ["quarantine", "accept", "2024-01-01"],
        ["quarantine", "retry"],
    ],
)
def test_a_home_that_is_not_there_is_not_said_to_be_well(
    tmp_path: Path, command: list[str]
) -> None:
    home = tmp_path / "misspelt"
    result = CliRunner().invoke(main, [*command, "--home", str(home)])
    assert result.exit_code == 2
    assert not result.stdout
    assert f"There is no home {home}: give the one" in " ".join(result.stderr.split())
    assert not home.exists()


def test_a_user_to_be_erased_can_be_named_where_no_list_of_processes_shows_it(
    tmp_path: Path,
) -> None:
    asked = CliRunner().invoke(
        main, ["erase", "--later", "--home", str(tmp_path)], input="ursula-5\n"
    )
    assert asked.exit_code == 0, asked.output
    assert "Noted." in asked.output
    assert is_unfinished(load_settings(home=tmp_path))


def test_a_day_to_come_that_is_said_to_be_empty_is_told_as_such(tmp_path: Path) -> None:
    home = ["--home", str(tmp_path)]
    said = CliRunner().invoke(main, ["days", "empty", "2999-12-24", *home])
    assert said.exit_code == 0, said.output
    assert "yet to come" in said.output
    assert "inbox days empty 2999-12-24 --undo" in said.output
    past = CliRunner().invoke(main, ["days", "empty", "2024-01-06", *home])
    assert "yet to come" not in past.output


@pytest.mark.parametrize(
    "command", ["days empty", "days reopen", "days remove", "quarantine accept"]
)
def test_what_is_no_day_is_told_as_the_day(tmp_path: Path, command: str) -> None:
    result = CliRunner().invoke(main, [*command.split(), "2024", "--home", str(tmp_path)])
    assert result.exit_code == 2
    assert "Invalid value for 'DAY': '2024' does not match" in result.stderr
