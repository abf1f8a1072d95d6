"""What was set aside, until it loads: groups, rows, history."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from orchestration.exports import collect_garbage, find_export_days, load_day, read_manifests
from orchestration.exports.quarantine import (
    QuarantineGroup,
    quarantine_groups,
    quarantined_rows,
    resolved_rows,
    retried_day,
)
from orchestration.privacy.record import Door

from .builders import DAY, rating, write_file, write_records


def load(exports: Path, raw: Path) -> None:
    (day,) = find_export_days(exports)
    load_day(day, raw, Door())


def outcomes(raw: Path) -> list[tuple[int, str]]:
    return [(row["row_number"], row["outcome"]) for row in resolved_rows(raw)]


def write_ratings(exports: Path, *scores: Any, name: str = "ratings.jsonl") -> None:
    records = [rating(rating_id=f"r{n}", score=score) for n, score in enumerate(scores, start=1)]
    write_records(exports, name, records)


def test_rows_are_grouped_by_what_is_wrong_and_not_by_their_values(tmp_path: Path) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    write_ratings(exports, 7, 8, "it's", "both ' and \"", None, 5)
    write_file(exports, "ratings.csv", b"rating_id,thread_id,rated_at,score\nr1,t1\nr2,t1,x,5\n")
    write_file(exports, "ratings.ok.csv", b"rating_id,thread_id,rated_at,score\n")
    load(exports, raw)
    assert quarantine_groups(raw) == [
        QuarantineGroup(DAY, "ratings", "", "has 2 cells, not the 4 of the header", 1),
        QuarantineGroup(DAY, "ratings", "rated_at", "is no ISO 8601 time", 1),
        QuarantineGroup(DAY, "ratings", "score", "is missing", 1),
        QuarantineGroup(DAY, "ratings", "score", "is no whole number", 2),
        QuarantineGroup(DAY, "ratings", "score", "is not between 1 and 5", 2),
    ]


def test_rows_are_shown_by_day_entity_and_file(tmp_path: Path) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    write_ratings(exports, 7)
    write_ratings(exports, 8, name="ratings.b.csv")
    load(exports, raw)
    assert len(list(quarantined_rows(raw))) == 2
    assert len(list(quarantined_rows(raw, DAY, "ratings"))) == 2
    assert list(quarantined_rows(raw, entity="threads")) == []
    assert list(quarantined_rows(raw, DAY.replace(day=2))) == []
    (row,) = quarantined_rows(raw, file_name="ratings.b.csv")
    assert row["reason"] == "'8' is not between 1 and 5"


def test_nothing_is_set_aside_in_a_home_without_days(tmp_path: Path) -> None:
    assert quarantine_groups(tmp_path / "raw") == []
    assert list(resolved_rows(tmp_path / "raw")) == []


def test_a_corrected_row_is_followed_to_where_it_ended(tmp_path: Path) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    write_ratings(exports, 7, 8, 9, 5)
    load(exports, raw)
    before = read_manifests(raw)[DAY]
    # The first is corrected, in another place; the second is gone; the third still bad.
    write_records(
        exports,
        "ratings.jsonl",
        [
            rating(rating_id="r4", score=5),
            rating(rating_id="r3", score=0),
            rating(rating_id="r1", score=1),
        ],
    )
    load(exports, raw)
    assert outcomes(raw) == [(1, "loaded"), (2, "not delivered again")]
    retried = retried_day(before, raw)
    assert (retried.before, retried.after, retried.not_delivered_again) == (3, 1, 1)
    assert retried.outcomes["loaded"] == 1

    write_ratings(exports, 5, 5, 5)
    load(exports, raw)
    collect_garbage(raw)
    assert outcomes(raw) == [(1, "loaded"), (2, "not delivered again"), (2, "loaded")]
    assert quarantine_groups(raw) == []
    load(exports, raw)
    assert len(outcomes(raw)) == 3, "a load that changes nothing adds nothing"


def test_a_row_without_a_key_is_told_by_its_place(tmp_path: Path) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    header = b"rating_id,thread_id,rated_at,score\n"
    write_file(exports, "ratings.csv", header + b",t1,2024-03-01T10:00:00Z,5\nr2,t1,x,5\n")
    load(exports, raw)
    load(exports, raw)
    assert outcomes(raw) == []
    write_file(exports, "ratings.csv", header + b"r1,t1,2024-03-01T10:00:00Z,5\nr2,t1,x,5\n")
    load(exports, raw)
    assert outcomes(raw) == [(1, "not delivered again")], "nothing says that it is the same record"


def test_a_widened_rule_lets_rows_load(tmp_path: Path, monkeypatch: Any) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    with monkeypatch.context() as narrow:
        narrow.setattr("orchestration.exports.reading.checking.MAX_IDENTIFIER_CHARACTERS", 1)
        write_ratings(exports, 5, 4)
        load(exports, raw)
    assert len(list(quarantined_rows(raw))) == 2
    load(exports, raw)
    assert outcomes(raw) == [(1, "loaded"), (2, "loaded")]
    assert list(quarantined_rows(raw)) == []
