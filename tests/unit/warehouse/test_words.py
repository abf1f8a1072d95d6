"""What a failed test says: what is wrong, what readers have, and what to run next."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from orchestration.exports.loading import load_days
from orchestration.privacy.record import Door
from orchestration.settings import DBT_PROJECT, Settings, load_settings
from orchestration.warehouse.results import DbtResult
from orchestration.warehouse.words import first_words, in_words, too_many_rejected
from tests.unit.exports.builders import DAY, thread, write_records

NEXT = DAY + timedelta(days=1)


def failed(name: str, description: str = "", rows: int = 1) -> DbtResult:
    return DbtResult(name, name, "test", "fail", 0.1, rows, "Got 1 result", description)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A day with 12 of 20 conversations that have a status which is none."""
    settings = load_settings(exports=tmp_path / "exports", home=tmp_path / "home")
    records = [thread(thread_id=f"bad-{n}", status="Solved") for n in range(11)]
    records += [thread(thread_id="bad-11", created_at="yesterday")]
    records += [thread(thread_id=f"good-{n}") for n in range(8)]
    write_records(tmp_path / "exports", "threads.csv", records)
    load_days(settings, Door())
    return settings


def test_too_many_rejected_rows_are_told_with_what_to_do(settings: Settings) -> None:
    (result,) = in_words(settings, [failed("assert_rejected_rows_are_few", "Too many.")])
    assert first_words([result]) == (
        "2024-03-01: 12 of 20 rows of threads are rejected, most often (11) because status (one "
        "of a list) is none of open, pending, snoozed, closed; at most 9 may be. See them: inbox "
        "quarantine show --day 2024-03-01 --entity threads. Deliver them again, on any day, or "
        "take the day as it is: inbox quarantine accept 2024-03-01. Nothing is published yet."
    )


def test_what_readers_have_is_told(settings: Settings) -> None:
    settings.published_folder.mkdir()
    record = {"fingerprint": "f", "as_of_date": "2024-02-29", "rows": {}, "database_bytes": 1}
    record["published_at"] = "2024-03-01T03:00:00+00:00"
    (settings.published_folder / ".publication.json").write_text(json.dumps(record))
    settings.published_database.touch()
    (result,) = in_words(settings, [failed("assert_rejected_rows_are_few")])
    assert (result.message or "").endswith(" Readers keep the data to 2024-02-29.")


def test_how_many_have_come_again_is_told(settings: Settings) -> None:
    exports = Path(str(settings.exports_folder))
    write_records(exports, "threads.csv", [thread(thread_id="bad-0")], day=NEXT)
    load_days(settings, Door())
    (text,) = too_many_rejected(settings)
    assert "are rejected, and 1 of them have come again since, most often" in text


def test_other_tests_say_what_they_mean_and_how_many_rows(settings: Settings) -> None:
    results = in_words(
        settings,
        [failed("assert_x", "A join\n has lost records.", 2), failed("unique_fct_threads_id")],
    )
    assert [result.message for result in results] == [
        "A join has lost records. 2 rows found.",
        "unique_fct_threads_id does not hold: 1 row found.",
    ]


def test_every_singular_test_has_a_description() -> None:
    names = {path.stem for path in (DBT_PROJECT / "tests").glob("*.sql")}
    described = (DBT_PROJECT / "tests" / "_tests__descriptions.yml").read_text().splitlines()
    told = {line.partition("name: ")[2] for line in described if "- name: " in line}
    assert told == names


def test_a_day_with_few_bad_rows_is_not_among_them(settings: Settings) -> None:
    loose = settings.model_copy(update={"max_rejected": 0.6})
    assert too_many_rejected(loose) == []
    assert date(2024, 3, 1) == DAY
