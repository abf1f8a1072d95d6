from __future__ import annotations

from pathlib import Path

from orchestration.exports import find_export_days, load_day
from orchestration.exports.preview import PREVIEW_COLUMNS, PREVIEW_ROWS, preview_rejected
from orchestration.privacy.record import Door

from .builders import MESSAGES, rating, write_records

BODY = "a private word"


def test_rejected_rows_are_shown_by_place_and_kind_of_reason_only(tmp_path: Path) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    write_records(exports, "ratings.csv", [rating(score=9)] * 50)
    bad = {**MESSAGES[0], "author_type": "robot", "body": BODY}
    write_records(exports, "messages.jsonl", [bad])
    (day,) = find_export_days(exports)
    manifest = load_day(day, raw, Door())
    everything = preview_rejected(raw, manifest)
    ratings = preview_rejected(raw, manifest, "ratings")
    (message,) = preview_rejected(raw, manifest, "messages")
    assert len(everything) == len(ratings) == PREVIEW_ROWS
    assert ratings[0]["reason"] == "is not between 1 and 5"
    assert ratings[0]["row_number"] == 1
    assert message["column_name"] == "author_type"
    for row in everything:
        assert tuple(row) == PREVIEW_COLUMNS
        assert BODY not in str(row)


def test_a_clean_day_has_nothing_to_show(tmp_path: Path) -> None:
    write_records(tmp_path / "exports", "ratings.csv", [rating()])
    (day,) = find_export_days(tmp_path / "exports")
    assert preview_rejected(tmp_path / "raw", load_day(day, tmp_path / "raw", Door())) == []
