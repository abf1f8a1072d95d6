"""What the report is asked for and cannot tell: refused, never told of something else."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from orchestration.cli import main


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with as much of a publication as tells its days: UTC, weeks from Monday."""
    (tmp_path / "published").mkdir()
    with closing(duckdb.connect(str(tmp_path / "published" / "inbox.duckdb"))) as connection:
        connection.execute(
            """
            create table dim_report as
            select date '2024-01-31' as as_of_date, date '2024-01-01' as first_date,
                   date '2024-01-31' as last_date, date '2024-01-01' as covered_from,
                   'UTC' as timezone, 'monday' as week_start
            """
        )
    return tmp_path


@pytest.mark.parametrize("command", [["report"], ["threads", "new_threads"]])
@pytest.mark.parametrize(
    ("flag", "asked", "published"),
    [("--week-start", "sunday", "monday"), ("--timezone", "Europe/Warsaw", "UTC")],
)
def test_days_other_than_the_published_ones_are_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch,
    command: list[str], flag: str, asked: str, published: str,
) -> None:  # fmt: skip
    for name in ("INBOX_WEEK_START", "INBOX_TIMEZONE"):
        monkeypatch.setenv(name, "monday" if name == "INBOX_WEEK_START" else "UTC")
    told = CliRunner().invoke(main, [*command, "--home", str(home), flag, asked])
    assert told.exit_code == 2
    said = " ".join(told.stderr.split())
    assert f"{flag} is {asked}, and what is published has {published}" in said
    same = CliRunner().invoke(main, [*command, "--home", str(home), flag, published])
    assert "what is published has" not in same.stderr
