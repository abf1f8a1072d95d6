"""What is said of a path that holds no export file: never that all of it would be loaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from orchestration.cli import main
from tests.unit.exports.builders import DAY, thread, write_records


def validate(path: Path) -> Result:
    return CliRunner().invoke(main, ["validate", str(path)])


@pytest.mark.parametrize("name", ["Threads.jsonl", "conversations.jsonl", "threads (1).jsonl"])
def test_a_file_of_a_name_that_is_ignored_is_refused(tmp_path: Path, name: str) -> None:
    path = write_records(tmp_path, "threads.jsonl", [thread()]).rename(tmp_path / name)
    told = validate(path)
    assert told.exit_code == 1
    assert "is no export file and would be ignored" in " ".join(told.stderr.split())
    assert "would be loaded" not in told.stdout


def test_a_folder_without_export_files_is_not_said_to_load(tmp_path: Path) -> None:
    (tmp_path / "threads.csv").write_text("thread_id")
    told = validate(tmp_path)
    assert told.exit_code == 0
    assert "Ignored: threads.csv" in told.stdout
    assert "nothing would be loaded" in " ".join(told.stdout.split())


def test_a_day_is_said_to_load(tmp_path: Path) -> None:
    write_records(tmp_path, "threads.jsonl", [thread()])
    assert "1 files, 1 rows: all would be loaded." in validate(tmp_path / str(DAY)).stdout
