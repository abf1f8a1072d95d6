from __future__ import annotations

import logging
from datetime import date, timedelta
from pathlib import Path

import pytest

from orchestration.exports import (
    ExportDay,
    ExportsUnreachable,
    LandingFailed,
    loading,
    read_manifests,
)
from orchestration.exports.loading import load_days
from orchestration.privacy import erasure
from orchestration.privacy.record import Door
from orchestration.settings import Settings, load_settings

from .builders import DAY, rating, thread, write_file, write_records

FIRST = date(2024, 3, 1)


def days(number: int) -> list[date]:
    return [FIRST + timedelta(days=offset) for offset in range(number)]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(logging.getLogger("inbox"), "propagate", True)
    return load_settings(exports=tmp_path / "exports", home=tmp_path / "home", threads=4)


def test_days_are_told_in_their_order_whichever_ends_first(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    for number, day in enumerate(days(12)):
        count = 2_000 if number % 3 == 0 else 1
        rows = [rating(rating_id=f"r{number}-{row}") for row in range(count)]
        write_records(settings.exports_folder, "ratings.csv", rows, day=day)
    write_file(settings.exports_folder, "threads.csv", b"nonsense\n", days(12)[5])
    with caplog.at_level(logging.INFO):
        outcome = load_days(settings, Door())
    good = [day for number, day in enumerate(days(12)) if number != 5]
    assert [manifest.export_date for manifest in outcome.loaded] == good
    assert list(outcome.seconds) == good
    (failed,) = outcome.failed
    assert f"{days(12)[5]}/threads.csv" in failed
    told = [record.getMessage() for record in caplog.records if "Loaded" in record.getMessage()]
    assert told[0] == "Loaded 2024-03-01 (1 of 12): 2000 rows from 1 files"
    assert len(told) == 11


def test_a_thousand_days_are_told_in_a_hundred_lines(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loading, "PROGRESS_LINES", 4)
    for day in days(10):
        write_records(settings.exports_folder, "ratings.csv", [rating(extra=1)], day=day)
        write_file(settings.exports_folder, "notes.txt", b"", day)
    with caplog.at_level(logging.INFO):
        assert len(load_days(settings, Door()).loaded) == 10
    messages = [record.getMessage() for record in caplog.records]
    assert [text for text in messages if "Loaded" in text] == [
        "Loaded 2024-03-01 to 2024-03-03 (3 of 10): 3 rows from 3 files",
        "Loaded 2024-03-04 to 2024-03-06 (6 of 10): 3 rows from 3 files",
        "Loaded 2024-03-07 to 2024-03-09 (9 of 10): 3 rows from 3 files",
        "Loaded 2024-03-10 (10 of 10): 1 rows from 1 files",
    ]
    assert [text for text in messages if "Ignored" in text] == [
        "Ignored in 2024-03-01 and 9 more: notes.txt is not an export file",
        "Ignored in 2024-03-01/ratings.csv and 9 more: unknown columns extra",
    ]


def test_a_fault_of_the_machine_ends_the_load_and_leaves_the_rest_due(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in days(6):
        write_records(settings.exports_folder, "ratings.csv", [rating()], day=day)

    def fail(day: ExportDay, raw: Path, door: Door) -> object:
        if day.export_date == FIRST:
            raise LandingFailed(FIRST, raw, "No space left on device")
        return real(day, raw, door)

    real = loading.load_day
    monkeypatch.setattr(loading, "load_day", fail)
    outcome = load_days(settings, Door())
    assert outcome.loaded == []
    (failed,) = outcome.failed
    assert "No space left on device" in failed
    monkeypatch.setattr(loading, "load_day", real)
    load_days(settings, Door())
    assert list(read_manifests(settings.raw_folder)) == days(6)


@pytest.mark.parametrize(
    ("away", "loaded", "failed"),
    [
        ({1}, [0, 2, 3, 4, 5, 6], [1]),
        ({0, 1, 3, 4, 6}, [2, 5], [0, 1, 3, 4, 6]),
        (set(range(7)), [], [0, 1, 2]),
    ],
)
def test_a_day_that_its_store_does_not_give_fails_alone_until_three_in_a_row(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    away: set[int],
    loaded: list[int],
    failed: list[int],
) -> None:
    every = days(7)
    for day in every:
        write_records(settings.exports_folder, "ratings.csv", [rating()], day=day)

    def fail(day: ExportDay, raw: Path, door: Door) -> object:
        if every.index(day.export_date) in away:
            raise ExportsUnreachable("s3://exports", "cannot be reached (SlowDown)")
        return real(day, raw, door)

    real = loading.load_day
    monkeypatch.setattr(loading, "load_day", fail)
    outcome = load_days(settings, Door())
    assert [manifest.export_date for manifest in outcome.loaded] == [every[n] for n in loaded]
    assert [text.partition(":")[0] for text in outcome.failed] == [str(every[n]) for n in failed]
    monkeypatch.setattr(loading, "load_day", real)
    assert load_days(settings, Door()).failed == []
    assert list(read_manifests(settings.raw_folder)) == every


def test_the_same_day_twice_is_loaded_once(settings: Settings) -> None:
    write_records(settings.exports_folder, "ratings.csv", [rating()], day=FIRST)
    outcome = load_days(settings, Door(), [str(FIRST), str(FIRST), "2024-04-01"])
    assert [manifest.export_date for manifest in outcome.loaded] == [FIRST]
    assert (outcome.failed, outcome.not_arrived) == ([], [date(2024, 4, 1)])


def test_a_load_leaves_an_erasure_to_who_tells_of_it(settings: Settings) -> None:
    """Its rows and its export files are counted by the one that takes them out."""
    write_records(settings.exports_folder, "threads.csv", [thread(user_id="customer-007")])
    load_days(settings, Door())
    erasure.begin(settings, "customer-007")
    load_days(settings, Door())
    done = erasure.take_from_raw(settings)
    assert (done.rows, done.export_files) == (1, [(DAY, "threads.csv")])
