from __future__ import annotations

import ast
import os
import re
from datetime import date
from pathlib import Path

import pytest

from orchestration.exports import (
    BrokenManifest,
    DayManifest,
    find_export_days,
    load_day,
    manifest,
    pending_days,
    read_manifests,
)
from orchestration.exports.reading.schema import COLUMNS_SINCE
from orchestration.privacy.record import Door
from orchestration.settings import DBT_PROJECT

from .builders import DAY, rating, thread, write_file, write_records


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """A day of two files, loaded."""
    folder = tmp_path / "exports"
    write_records(folder, "ratings.csv", [rating(), rating(score=9)])
    write_records(folder, "threads.jsonl", [thread(extra=1)])
    write_file(folder, "README", b"")
    load(folder)
    return folder


def load(exports: Path) -> DayManifest:
    (day,) = find_export_days(exports)
    return load_day(day, exports.parent / "raw", Door())


def pending(exports: Path) -> list[date]:
    days = pending_days(find_export_days(exports), exports.parent / "raw")
    return [day.export_date for day in days]


def test_a_manifest_tells_what_was_read_and_landed(exports: Path) -> None:
    (found,) = read_manifests(exports.parent / "raw").values()
    assert found.export_date == DAY
    assert found.ignored == ("README",)
    assert found.rows_read == {"ratings": 2, "threads": 1}
    assert found.rows_loaded == {"ratings": 1, "threads": 1}
    assert found.rows_rejected == {"ratings": 1, "threads": 0}
    ratings, threads = found.files
    assert (ratings.file_name, ratings.entity) == ("ratings.csv", "ratings")
    assert ratings.size_bytes == (exports / str(DAY) / "ratings.csv").stat().st_size
    assert threads.unknown_columns == ("extra",)
    assert DayManifest.model_validate_json(found.model_dump_json()) == found


def test_manifests_come_in_the_order_of_their_days(tmp_path: Path) -> None:
    for number in (3, 1, 2):
        write_records(tmp_path / "e", "ratings.csv", [rating()], day=date(2024, 3, number))
    for day in reversed(find_export_days(tmp_path / "e")):
        load_day(day, tmp_path / "raw", Door())
    assert [day.day for day in read_manifests(tmp_path / "raw")] == [1, 2, 3]


def test_nothing_is_loaded_yet(tmp_path: Path) -> None:
    assert read_manifests(tmp_path / "raw") == {}


def test_a_loaded_day_is_not_pending(exports: Path) -> None:
    assert pending(exports) == []


def test_a_touched_file_is_no_change(exports: Path) -> None:
    os.utime(exports / str(DAY) / "ratings.csv", (0, 0))
    assert pending(exports) == []


def test_unchanged_files_are_not_hashed(exports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "_sha256", None)
    assert pending(exports) == []


@pytest.mark.parametrize("same_size", [True, False])
def test_a_changed_file_is_a_change(exports: Path, same_size: bool) -> None:
    path = exports / str(DAY) / "ratings.csv"
    path.write_bytes(path.read_bytes().replace(b"9", b"8" if same_size else b"10"))
    os.utime(path, (0, 0))
    assert pending(exports) == [DAY]
    load(exports)
    assert pending(exports) == []


def test_a_new_a_removed_and_a_renamed_file_are_changes(exports: Path) -> None:
    folder = exports / str(DAY)
    (folder / "ratings.csv").rename(folder / "ratings.new.csv")
    assert pending(exports) == [DAY]
    (folder / "ratings.new.csv").unlink()
    assert pending(exports) == [DAY]
    load(exports)
    assert pending(exports) == []
    write_records(exports, "agents.csv", [{"agent_id": "a", "name": "A", "updated_at": "x"}])
    assert pending(exports) == [DAY]


def test_an_ignored_file_is_no_change(exports: Path) -> None:
    write_file(exports, "_SUCCESS", b"")
    assert pending(exports) == []


def test_a_day_without_files_is_loaded_once(tmp_path: Path) -> None:
    (tmp_path / "exports" / str(DAY)).mkdir(parents=True)
    assert pending(tmp_path / "exports") == [DAY]
    assert load(tmp_path / "exports").landed == {}
    assert pending(tmp_path / "exports") == []


def test_a_day_whose_landed_file_went_is_pending(exports: Path) -> None:
    (found,) = read_manifests(exports.parent / "raw").values()
    (exports.parent / "raw" / found.landed["ratings"]).unlink()
    assert pending(exports) == [DAY]


def test_a_day_landed_in_another_form_is_pending(
    exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "FORMAT_VERSION", manifest.FORMAT_VERSION + 1)
    assert pending(exports) == [DAY]


def test_the_fingerprint_follows_names_and_bytes(exports: Path) -> None:
    first = read_manifests(exports.parent / "raw")[DAY].fingerprint
    os.utime(exports / str(DAY) / "ratings.csv", (0, 0))
    assert load(exports).fingerprint == first
    write_records(exports, "ratings.csv", [rating(), rating(score=8)])
    assert load(exports).fingerprint != first


@pytest.mark.parametrize("text", ["", "{", "{}", '{"export_date": "2024-03-01"}'])
def test_a_broken_manifest_is_told(exports: Path, text: str) -> None:
    path = exports.parent / "raw" / "manifests" / f"{DAY}.json"
    path.write_text(text)
    with pytest.raises(BrokenManifest) as raised:
        pending(exports)
    assert str(path) in str(raised.value)


def test_a_manifest_under_another_days_name_is_broken(exports: Path) -> None:
    path = exports.parent / "raw" / "manifests" / f"{DAY}.json"
    path.rename(path.with_name("2024-03-02.json"))
    with pytest.raises(BrokenManifest):
        read_manifests(exports.parent / "raw")


def test_dbt_knows_by_which_form_a_column_came() -> None:
    macros = DBT_PROJECT / "macros" / "engine" / "register_raw_records.sql"
    written = re.search(
        r"macro raw_columns_since\(\) -%\}\s*\{\{ return\((.*?)\) \}\}",
        macros.read_text(encoding="utf-8"),
        re.DOTALL,
    )
    assert written is not None
    assert ast.literal_eval(written[1]) == COLUMNS_SINCE
