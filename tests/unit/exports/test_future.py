"""What lies in the future: folders are refused at the door, instants wait for their time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from orchestration.exports import landing, read_manifests, validate_files
from orchestration.exports.loading import arrived_days, future_days, load_days
from orchestration.exports.manifest import manifest_path
from orchestration.exports.retention import close_days
from orchestration.machine import zones
from orchestration.privacy.record import Door
from orchestration.settings import Settings, load_settings

from .builders import DAY, load_records, rating, thread, write_records

WRONG_YEAR = date(2062, 3, 1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(exports=tmp_path / "exports", home=tmp_path / "home", retention_days=2)


class Clock(datetime):
    """The machine's clock, as a test sets it."""

    moment = datetime.now(UTC)

    @classmethod
    def now(cls, tz: object = None) -> datetime:
        return cls.moment


def write_days(settings: Settings, *days: date) -> None:
    for day in days:
        write_records(Path(str(settings.exports_folder)), "ratings.csv", [rating()], day=day)


def test_a_folder_of_a_wrong_year_fails_by_name_and_closes_no_other(settings: Settings) -> None:
    write_days(settings, DAY, DAY + timedelta(days=1), WRONG_YEAR)
    outcome = load_days(settings, Door())
    (failed,) = outcome.failed
    assert failed.startswith("Export day folder 2062-03-01 is later than tomorrow")
    assert list(read_manifests(settings.raw_folder)) == [DAY, DAY + timedelta(days=1)]
    assert close_days(settings.raw_folder, settings.retention_days).days == ()


def test_a_folder_of_tomorrow_loads(settings: Settings) -> None:
    tomorrow = zones.today(settings.timezone) + timedelta(days=1)
    write_days(settings, tomorrow)
    assert load_days(settings, Door()).failed == []


def test_a_day_of_the_future_that_a_version_before_let_in_is_taken_out(settings: Settings) -> None:
    write_days(settings, DAY)
    load_days(settings, Door())
    manifest = read_manifests(settings.raw_folder)[DAY]
    later = manifest.model_copy(update={"export_date": WRONG_YEAR})
    manifest_path(settings.raw_folder, WRONG_YEAR).write_text(later.model_dump_json())
    assert future_days(settings) == [WRONG_YEAR]
    load_days(settings, Door())
    assert list(read_manifests(settings.raw_folder)) == [DAY]


def test_a_clock_that_is_set_back_takes_no_day_away(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_days(settings, DAY)
    load_days(settings, Door())
    monkeypatch.setattr(zones, "today", lambda zone: DAY - timedelta(days=400))
    (day,) = arrived_days(settings)
    assert (day.problem, len(day.files)) == (None, 1)
    assert load_days(settings, Door()).failed == []
    assert list(read_manifests(settings.raw_folder)) == [DAY]


def test_a_trial_tells_a_folder_of_the_future(tmp_path: Path) -> None:
    write_records(tmp_path, "ratings.csv", [rating()], day=WRONG_YEAR)
    for path in (tmp_path, tmp_path / str(WRONG_YEAR)):
        (file,) = validate_files(path).bad_files
        assert file.bad_reason is not None
        assert file.bad_reason.startswith("is later than tomorrow")


def test_an_instant_waits_for_its_time_and_then_loads(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "datetime", Clock)
    monkeypatch.setattr(Clock, "moment", datetime(2024, 3, 1, 12, tzinfo=UTC))
    records = [
        rating(rating_id="r1", rated_at="2024-03-02T12:00:00Z"),
        rating(rating_id="r2", rated_at="2024-03-02T12:00:01Z"),
    ]
    exports = Path(str(settings.exports_folder))
    write_records(exports, "ratings.csv", records, day=DAY)
    (manifest,) = load_days(settings, Door()).loaded
    assert manifest.rows_loaded == {"ratings": 1}
    assert manifest.rows_rejected == {"ratings": 1}
    monkeypatch.setattr(Clock, "moment", datetime(2024, 3, 1, 13, tzinfo=UTC))
    (manifest,) = load_days(settings, Door(), [str(DAY)]).loaded
    assert manifest.rows_rejected == {"ratings": 0}


def test_a_backfill_carries_closings_after_its_day(tmp_path: Path) -> None:
    record = thread(closed_at="2024-04-01T12:00:00Z", updated_at="2024-04-01T12:00:00Z")
    assert load_records(tmp_path, "threads.csv", [record]).rejected == []


@pytest.mark.parametrize("status", ["open", "closed"])
def test_1970_is_no_closing_of_a_closed_conversation(tmp_path: Path, status: str) -> None:
    record = thread(status=status, closed_at="1970-01-01T00:00:00Z")
    landed = load_records(tmp_path, "threads.csv", [record])
    words = "'1970-01-01T00:00:00Z' stands for no time; leave it empty instead"
    assert landed.reasons() == ([(1, "closed_at", words)] if status == "closed" else [])
