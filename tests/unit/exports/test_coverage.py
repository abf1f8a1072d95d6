"""Which export days are missing, and what covers one that has no folder."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from orchestration.exports import read_manifests
from orchestration.exports.coverage import Coverage, find_coverage, missing_in_words
from orchestration.exports.days import (
    DayStandsOtherwise,
    DayState,
    known_days,
    remove,
    reopen,
    say_empty,
)
from orchestration.exports.decisions import read_empty_days
from orchestration.exports.loading import load_days
from orchestration.exports.manifest import Retention
from orchestration.exports.retention import close_days
from orchestration.privacy.record import Door
from orchestration.settings import Settings, SettingsError, load_settings

from .builders import rating, thread, write_file, write_records


def march(*days: int) -> tuple[date, ...]:
    return tuple(date(2024, 3, day) for day in days)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Four days of March, of which the 6th and the 7th have not come."""
    settings = load_settings(exports=tmp_path / "exports", home=tmp_path / "home")
    for day in march(4, 5, 8, 9):
        write_records(tmp_path / "exports", "ratings.csv", [rating()], day=day)
    load_days(settings, Door())
    return settings


def coverage(settings: Settings) -> Coverage:
    return find_coverage(
        settings.raw_folder, settings.covered_from, settings.no_delivery, settings.sources_folder
    )


def states(settings: Settings) -> dict[int, DayState]:
    return {day.export_date.day: day.state for day in known_days(settings)}


def test_days_between_the_first_loaded_and_the_last_are_missing(settings: Settings) -> None:
    assert coverage(settings) == Coverage(*march(4, 9), march(6, 7))
    assert coverage(settings).between(*march(7, 20)) == [*march(7)]


def test_days_after_the_last_loaded_one_are_late_and_not_missing(settings: Settings) -> None:
    assert coverage(settings).late(date(2024, 3, 10)) == []
    assert coverage(settings).late(date(2024, 3, 13)) == [*march(10, 11, 12)]
    weekends = settings.model_copy(update={"no_delivery": (6, 7)})  # the 10th was a Sunday
    assert coverage(weekends).late(date(2024, 3, 13)) == [*march(11, 12)]
    say_empty(settings, date(2024, 3, 11), "")
    assert coverage(settings).late(date(2024, 3, 13)) == [*march(10, 12)]


@pytest.mark.parametrize(
    ("first", "missing"), [(7, march(7)), (2, march(2, 3, 6, 7)), (9, ()), (20, ())]
)
def test_the_first_day_may_be_told(
    settings: Settings, first: int, missing: tuple[date, ...]
) -> None:
    told = settings.model_copy(update={"covered_from": date(2024, 3, first)})
    assert coverage(told).missing == missing


def test_weekdays_without_a_delivery_are_never_missing(settings: Settings) -> None:
    told = load_settings(home=settings.home, no_delivery="Wed, thursday")
    assert told.no_delivery == (3, 4)  # the 6th was a Wednesday
    assert coverage(told).missing == ()
    assert load_settings(no_delivery="6,7").no_delivery == (6, 7)
    with pytest.raises(SettingsError, match="INBOX_NO_DELIVERY: 'someday' is no weekday"):
        load_settings(no_delivery="someday")


def test_a_first_fill_covers_the_days_before_its_folder(settings: Settings) -> None:
    folder = settings.sources_folder / "support"
    folder.mkdir(parents=True)
    (folder / "state.json").write_text(json.dumps({"covered_from": "2024-02-01"}))
    assert coverage(settings).covered_from == date(2024, 3, 4), "it is not loaded yet"
    exports = Path(str(settings.exports_folder))
    write_records(exports, "threads.support-000001.parquet", [thread()], day=date(2024, 3, 8))
    load_days(settings, Door())
    assert coverage(settings) == Coverage(date(2024, 2, 1), date(2024, 3, 9), ())


def test_a_day_may_be_said_to_be_empty_until_its_folder_comes(settings: Settings) -> None:
    say_empty(settings, date(2024, 3, 6), "a holiday")
    assert coverage(settings).missing == march(7)
    (said,) = read_empty_days(settings.raw_folder).values()
    assert said.why == "a holiday"
    assert said.by
    assert states(settings)[6] is DayState.EMPTY
    with pytest.raises(DayStandsOtherwise, match="2024-03-05 is loaded, so it is not missing"):
        say_empty(settings, date(2024, 3, 5), "")
    # A folder that cannot be read has come all the same.
    write_file(Path(str(settings.exports_folder)), "ratings.csv", b"nonsense\n", date(2024, 3, 6))
    load_days(settings, Door())
    assert read_empty_days(settings.raw_folder) == {}
    assert coverage(settings).missing == march(6, 7)
    assert states(settings)[6] is DayState.FAILED
    with pytest.raises(DayStandsOtherwise, match="has arrived"):
        say_empty(settings, date(2024, 3, 6), "")


def test_what_was_said_may_be_taken_back(settings: Settings) -> None:
    say_empty(settings, date(2024, 3, 6), "")
    say_empty(settings, date(2024, 3, 6), "", undo=True)
    assert coverage(settings).missing == march(6, 7)
    with pytest.raises(DayStandsOtherwise, match="is not said to be empty"):
        say_empty(settings, date(2024, 3, 6), "", undo=True)


def test_days_are_listed_with_what_is_the_matter(settings: Settings) -> None:
    exports = Path(str(settings.exports_folder))
    write_file(exports, "Ratings.CSV", b"", date(2024, 3, 10))
    write_records(exports, "ratings.csv", [rating()], day=date(2024, 3, 11))
    assert {day: state.value for day, state in states(settings).items()} == {
        4: "loaded",
        5: "loaded",
        6: "has not arrived",
        7: "has not arrived",
        8: "loaded",
        9: "loaded",
        10: "cannot be loaded",
        11: "due",
    }
    assert [day.is_well for day in known_days(settings)].count(True) == 4


def test_a_closed_day_is_read_again_when_it_is_reopened(settings: Settings) -> None:
    close_days(settings.raw_folder, 2)
    day = date(2024, 3, 4)
    exports = Path(str(settings.exports_folder))
    write_records(exports, "ratings.csv", [rating(score=1), rating(rating_id="r2")], day=day)
    assert load_days(settings, Door()).loaded == []
    reopen(settings, day)
    (manifest,) = load_days(settings, Door()).loaded
    assert (manifest.export_date, manifest.rows_loaded) == (day, {"ratings": 2})
    assert read_manifests(settings.raw_folder)[day].retention is Retention.OPEN
    assert load_days(settings, Door()).loaded == []
    with pytest.raises(DayStandsOtherwise, match="2024-03-06 is not loaded"):
        reopen(settings, date(2024, 3, 6))


def test_a_day_is_taken_out_once_its_folder_is_gone(settings: Settings) -> None:
    day = date(2024, 3, 9)
    with pytest.raises(DayStandsOtherwise, match="take it away first"):
        remove(settings, day)
    folder = Path(str(settings.exports_folder)) / str(day)
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    with pytest.raises(DayStandsOtherwise, match="inbox days remove 2024-03-09"):
        reopen(settings, day)
    remove(settings, day)
    assert list(read_manifests(settings.raw_folder)) == [*march(4, 5, 8)]


def test_a_day_whose_folder_nobody_can_look_for_is_not_taken_out(settings: Settings) -> None:
    day, nowhere = date(2024, 3, 9), settings.model_copy(update={"exports": None})
    for change in (remove, reopen):
        with pytest.raises(SettingsError, match="INBOX_EXPORTS"):
            change(nowhere, day)
    say_empty(nowhere, date(2024, 3, 7), "none comes")
    (settings.home / "exports" / str(day)).mkdir(parents=True)  # as a source writes it
    with pytest.raises(DayStandsOtherwise, match="take it away first"):
        remove(nowhere, day)
    reopen(nowhere, day)
    assert read_manifests(settings.raw_folder)[day].is_due


def test_missing_days_in_words() -> None:
    assert missing_in_words(march(23)) == "1 day has not arrived: 23 March 2024"
    assert missing_in_words(march(1, 2, 3, 4, 5)) == (
        "5 days have not arrived: 1 March 2024, 2 March 2024, 3 March 2024 and 2 more"
    )
