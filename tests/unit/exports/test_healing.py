"""Rejected rows that a later day makes good, and days that somebody has accepted."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestration.exports import collect_garbage, find_export_days, load_day, read_manifests
from orchestration.exports.days import DayStandsOtherwise, accept
from orchestration.exports.healing import unresolved_rows
from orchestration.exports.loading import load_days
from orchestration.exports.retention import close_days
from orchestration.privacy.record import Door
from orchestration.settings import Settings, load_settings

from .builders import DAY, message, rating, thread, write_file, write_records

NEXT = DAY + timedelta(days=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(exports=tmp_path / "exports", home=tmp_path / "home")


def write(settings: Settings, name: str, records: list[dict[str, Any]], day: date = DAY) -> None:
    write_records(Path(str(settings.exports_folder)), name, records, day=day)


def unresolved(settings: Settings, limit: float = 0.01) -> dict[tuple[date, str], int]:
    raw = settings.raw_folder
    return unresolved_rows(raw, read_manifests(raw), limit)


def a_bad_day(settings: Settings, bad: int = 12, good: int = 8) -> None:
    """Conversations of which some have a status that is none."""
    write(
        settings,
        "threads.csv",
        [thread(thread_id=f"bad-{n}", status="Solved") for n in range(bad)]
        + [thread(thread_id=f"good-{n}") for n in range(good)],
    )


def test_a_row_whose_record_comes_again_no_longer_counts(settings: Settings) -> None:
    a_bad_day(settings)
    load_days(settings, Door())
    assert unresolved(settings) == {(DAY, "threads"): 12}
    # Six of them come again; the other six are as bad as before.
    write(settings, "threads.csv", [thread(thread_id=f"bad-{n}") for n in range(6)], NEXT)
    load_days(settings, Door())
    assert unresolved(settings) == {(DAY, "threads"): 6}
    # With so few bad rows that they stop nothing, no later day is looked at.
    assert unresolved(settings, limit=0.7) == {(DAY, "threads"): 12}


def test_a_row_is_made_good_on_its_own_day_too_and_not_by_an_earlier_one(
    settings: Settings,
) -> None:
    write(settings, "threads.csv", [thread(thread_id="bad-0")], DAY - timedelta(days=1))
    a_bad_day(settings)
    write(settings, "threads.more.csv", [thread(thread_id="bad-1")])
    load_days(settings, Door())
    assert unresolved(settings) == {(DAY, "threads"): 11}


@pytest.mark.parametrize(
    ("updated_at", "left"),
    [
        ("2024-03-01T11:59:59Z", 12),
        ("2024-03-01T12:00:00Z", 11),
        ("2024-03-05T12:00:00Z", 11),
    ],
)
def test_only_an_equal_or_later_version_makes_a_row_good(
    settings: Settings, updated_at: str, left: int
) -> None:
    a_bad_day(settings)
    write(settings, "threads.csv", [thread(thread_id="bad-0", updated_at=updated_at)], NEXT)
    load_days(settings, Door())
    assert unresolved(settings) == {(DAY, "threads"): left}


def test_without_a_version_that_can_be_read_the_key_is_enough(settings: Settings) -> None:
    bad = [thread(thread_id=f"bad-{n}", updated_at="yesterday") for n in range(12)]
    write(settings, "threads.jsonl", bad)
    write(settings, "threads.csv", [thread(thread_id="bad-0", updated_at="2020-01-01")], NEXT)
    write(
        settings, "threads.jsonl", [thread(thread_id="bad-1", updated_at="2020-01-01T00:00Z")], NEXT
    )
    load_days(settings, Door())
    assert unresolved(settings)[DAY, "threads"] == 11


def test_a_row_without_a_key_never_heals(settings: Settings) -> None:
    write(settings, "ratings.jsonl", [rating(rating_id=None) for _ in range(12)])
    write(settings, "ratings.jsonl", [rating(rating_id=f"r{n}") for n in range(12)], NEXT)
    load_days(settings, Door())
    assert unresolved(settings) == {(DAY, "ratings"): 12}


def test_keys_heal_however_they_are_spelled_and_whatever_is_shown_of_their_rows(
    settings: Settings,
) -> None:
    bad = [message(message_id=f"{n}.0", sent_at="2024-13-01T00:00:00Z") for n in range(12)]
    write(settings, "messages.csv", bad)
    write(settings, "messages.csv", [message(message_id=str(n)) for n in range(12)], NEXT)
    load_days(settings, Door())
    assert unresolved(settings)[DAY, "messages"] < 10


def test_what_was_accepted_holds_for_the_files_as_they_are(settings: Settings) -> None:
    a_bad_day(settings)
    load_days(settings, Door())
    accept(settings, DAY, "the bot's own")
    accepted = read_manifests(settings.raw_folder)[DAY].acceptance
    assert accepted is not None
    assert accepted.why == "the bot's own"
    assert accepted.by
    assert unresolved(settings) == {(DAY, "threads"): 0}
    load_days(settings, Door(), [str(DAY)])
    assert unresolved(settings) == {(DAY, "threads"): 0}
    a_bad_day(settings, bad=13)
    load_days(settings, Door())
    assert unresolved(settings) == {(DAY, "threads"): 13}


def test_what_cannot_be_accepted_is_told(settings: Settings) -> None:
    write(settings, "threads.csv", [thread()])
    load_days(settings, Door())
    with pytest.raises(DayStandsOtherwise, match=r"No row of .* is set aside") as nothing:
        accept(settings, DAY, "")
    assert "inbox quarantine list" in str(nothing.value.advice)
    with pytest.raises(DayStandsOtherwise, match="2024-05-01 is not loaded"):
        accept(settings, date(2024, 5, 1), "")


def test_what_was_healed_stays_so_when_the_day_is_closed(settings: Settings) -> None:
    a_bad_day(settings)
    write(settings, "threads.csv", [thread(thread_id=f"bad-{n}") for n in range(12)], NEXT)
    write(settings, "ratings.csv", [rating()], DAY + timedelta(days=9))
    load_days(settings, Door())
    close_days(settings.raw_folder, 2)
    collect_garbage(settings.raw_folder)
    assert unresolved(settings) == {(DAY, "threads"): 0}


def test_the_order_of_loading_changes_nothing(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    bad = [thread(thread_id=f"bad-{n}", status="Solved") for n in range(12)]
    write_records(exports, "threads.csv", bad)
    good = [thread(thread_id=f"bad-{n}") for n in range(12)]
    write_records(exports, "threads.csv", good, day=NEXT)
    for raw, days in (
        (tmp_path / "forwards", find_export_days(exports)),
        (tmp_path / "backwards", find_export_days(exports)[::-1]),
    ):
        for day in days:
            load_day(day, raw, Door())
        assert unresolved_rows(raw, read_manifests(raw), 0.01) == {(DAY, "threads"): 0}


def test_rows_that_were_cut_heal_by_their_first_cell(settings: Settings) -> None:
    header = b"rating_id,thread_id,rated_at,score\n"
    cut = b"".join(b"r%d,t1,2024-03-01T10:00:00Z\n" % n for n in range(12))
    exports = Path(str(settings.exports_folder))
    write_file(exports, "ratings.csv", header + b"ok,t1,2024-03-01T10:00:00Z,5\n" + cut)
    write(settings, "ratings.csv", [rating(rating_id=f"r{n}") for n in range(12)], NEXT)
    load_days(settings, Door())
    assert unresolved(settings)[DAY, "ratings"] < 10
