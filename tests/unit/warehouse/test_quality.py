from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.exports import DayManifest, FileEntry, find_export_days, load_day, read_manifests
from orchestration.exports.coverage import Coverage
from orchestration.exports.manifest import Retention
from orchestration.privacy.record import Door
from orchestration.settings import load_settings
from orchestration.warehouse.catalog import next_catalog, write_catalog
from orchestration.warehouse.quality import (
    find_arrival,
    find_landed_rows,
    find_rejected,
    find_volume,
)
from tests.unit.exports.builders import rating, write_records

NEWEST = date(2024, 3, 31)


def manifest(day: date, messages: int = 100, rejected: int = 0) -> DayManifest:
    entry = FileEntry(
        file_name="messages.csv",
        entity="messages",
        size_bytes=1,
        modified_ns=1,
        sha256="",
        rows_read=messages,
        rows_loaded=messages - rejected,
        rows_rejected=rejected,
    )
    return DayManifest(
        export_date=day,
        format_version=1,
        files=(entry,),
        ignored=(),
        landed={},
        quarantine=None,
        loaded_at="",
    )


def days(*manifests: DayManifest) -> dict[date, DayManifest]:
    return {found.export_date: found for found in manifests}


def weeks(*messages: int) -> dict[date, DayManifest]:
    """The newest day with the first number, the same weekday of past weeks with the others."""
    return days(*(manifest(NEWEST - timedelta(weeks=w), rows) for w, rows in enumerate(messages)))


@pytest.mark.parametrize(
    ("today", "is_passed", "days_late"),
    [(1, True, 0), (0, True, 0), (2, False, 1), (10, False, 9)],
)
def test_the_export_of_yesterday_is_there_or_late(
    today: int, is_passed: bool, days_late: int
) -> None:
    loaded = days(manifest(NEWEST - timedelta(days=1)), manifest(NEWEST))
    found = find_arrival(Coverage(*loaded), loaded, {}, NEWEST + timedelta(days=today))
    assert found.is_passed is is_passed
    assert found.figures["days_late"] == days_late


def test_a_gap_in_the_middle_fails_and_is_told_from_a_day_that_cannot_be_read() -> None:
    first, gap, unread = (NEWEST - timedelta(days=number) for number in (3, 2, 1))
    loaded = days(manifest(first), manifest(NEWEST))
    coverage = Coverage(first, NEWEST, (gap, unread))
    found = find_arrival(coverage, loaded, {unread: "it is cut off"}, NEWEST)
    assert not found.is_passed
    assert found.description == (
        "1 day has not arrived: 29 March 2024. "
        "2024-03-30 has arrived and cannot be loaded: it is cut off"
    )
    assert found.figures["days_missing"] == found.figures["days_not_read"] == 1


def test_before_the_first_load_the_export_is_late() -> None:
    assert not find_arrival(Coverage(), {}, {}, NEWEST).is_passed
    assert find_volume({}).is_passed
    assert find_rejected({}).is_passed


@pytest.mark.parametrize(
    ("messages", "is_passed"),
    [
        ((100, 90, 110, 100), True),
        ((49, 100, 100, 100), False),
        ((50, 100, 100, 100), True),
        ((201, 100, 100, 100), False),
        ((0, 100, 100, 100), False),
        ((0, 100, 100), True),  # too few to compare with
        ((1, 10, 10, 10), True),  # too few rows to tell
        ((100, 100, 100, 10_000), True),  # one odd day does not change what is usual
    ],
)
def test_volume_is_compared_with_the_same_weekday(
    messages: tuple[int, ...], is_passed: bool
) -> None:
    found = find_volume(weeks(*messages))
    assert found.is_passed is is_passed
    assert found.figures["messages_rows"] == messages[0]


def test_other_weekdays_and_older_weeks_do_not_count() -> None:
    others = [manifest(NEWEST - timedelta(days=number), 5_000) for number in range(1, 7)]
    old = [manifest(NEWEST - timedelta(weeks=number), 5_000) for number in range(9, 20)]
    usual = [manifest(NEWEST - timedelta(weeks=number)) for number in range(1, 9)]
    found = find_volume(days(manifest(NEWEST), *usual, *others, *old))
    assert found.is_passed
    assert found.figures["messages_usual_rows"] == 100


def test_rejected_rows_are_told_for_a_month() -> None:
    old = manifest(NEWEST - timedelta(days=40), rejected=50)
    recent = [manifest(NEWEST - timedelta(days=number)) for number in range(1, 30)]
    assert find_rejected(days(old, *recent, manifest(NEWEST))).is_passed
    found = find_rejected(days(old, *recent, manifest(NEWEST, rejected=3)))
    assert not found.is_passed
    assert found.figures["rows_rejected"] == 3
    assert found.figures["rejected_share"] == pytest.approx(3 / 3000)
    assert str(NEWEST) in found.description


def test_rows_that_retention_has_removed_are_in_no_quarantine() -> None:
    closed = manifest(NEWEST - timedelta(days=10), rejected=3).model_copy(
        update={"retention": Retention.CLOSED}
    )
    found = find_rejected(days(closed, manifest(NEWEST)))
    assert found.is_passed
    assert found.figures["rows_rejected"] == 0


def test_a_day_that_lands_during_a_build_does_not_stop_its_publication(tmp_path: Path) -> None:
    """It is left to the next build; what the build has read is compared all the same."""
    settings = load_settings(exports=tmp_path / "exports", home=tmp_path / "home")
    first, second, third = (NEWEST - timedelta(days=number) for number in (2, 1, 0))

    def land(day: date, *scores: int) -> None:
        records = [rating(rating_id=str(place), score=s) for place, s in enumerate(scores)]
        write_records(tmp_path / "exports", "ratings.csv", records, day)
        (export_day,) = find_export_days(tmp_path / "exports", day, day)
        load_day(export_day, settings.raw_folder, Door())

    land(first, 5)
    land(second, 4, 3, 9)
    catalog = next_catalog(None, read_manifests(settings.raw_folder), settings.raw_folder)
    write_catalog(catalog, settings.raw_catalog)
    with closing(duckdb.connect(str(settings.warehouse_database))) as connection:
        connection.execute(
            "create table fct_export_days as select * from (values "
            f"(date '{first}', 1, 1, 0), (date '{second}', 3, 2, 1)) "
            "as days (export_date, rows_read, rows_loaded, rows_rejected)"
        )
    assert find_landed_rows(settings).is_passed
    land(third, 5)
    land(first, 5, 5)
    found = find_landed_rows(settings)
    assert found.is_passed, found.figures
    assert (found.figures["rows_read"], found.figures["days_landed_since"]) == (3, 2)
    with closing(duckdb.connect(str(settings.warehouse_database))) as connection:
        connection.execute("update fct_export_days set rows_loaded = 3, rows_rejected = 0")
    assert not find_landed_rows(settings).is_passed
