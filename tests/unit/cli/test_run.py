"""What a run tells at its end, also where it had nothing to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from orchestration import pipeline
from orchestration.cli import main
from orchestration.exports import find_export_days, load_day
from orchestration.exports.retention import close_days
from orchestration.privacy.record import Door
from tests.unit.exports.builders import rating, write_records

CLOSED, OPEN = date(2024, 3, 1), date(2024, 3, 9)


def test_a_correction_of_a_closed_day_is_told_where_nothing_else_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exports, home = tmp_path / "exports", tmp_path / "home"
    for day in (CLOSED, OPEN):
        write_records(exports, "ratings.csv", [rating()], day)
    for export_day in find_export_days(exports):
        load_day(export_day, home / "raw", Door())
    close_days(home / "raw", 2)
    due: list[date] = []

    def nothing_to_do(settings: Any, days: Sequence[date], **_: Any) -> pipeline.RunOutcome:
        due.extend(days)
        return pipeline.RunOutcome()

    monkeypatch.setattr(pipeline, "_run", nothing_to_do)
    command = ["--quiet", "run", "--exports", str(exports), "--home", str(home)]
    assert "Not read again" not in CliRunner().invoke(main, command).stderr
    write_records(exports, "ratings.csv", [rating(), rating(rating_id="r2")], CLOSED)
    told = " ".join(CliRunner().invoke(main, command).stderr.split())
    assert "Not read again: 2024-03-01 is closed by INBOX_RETENTION_DAYS" in told
    assert "inbox days reopen 2024-03-01" in told
    assert due == []
