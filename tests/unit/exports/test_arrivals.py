from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from orchestration.exports import find_export_days, load_day
from orchestration.exports.arrivals import Arrivals, Memory, find_arrivals
from orchestration.privacy.record import Door

from .builders import rating, write_records

FIRST, SECOND = date(2024, 3, 1), date(2024, 3, 2)


class Watch:
    """Looks at a folder again and again, as a sensor does; its memory is kept as text."""

    def __init__(self, folder: Path) -> None:
        self.exports = folder / "exports"
        self.raw = folder / "raw"
        self.exports.mkdir()
        self.text: str | None = None

    def look(self, *, is_busy: bool = False) -> Arrivals:
        memory = Memory.from_text(self.text)
        days = find_export_days(self.exports)
        found = find_arrivals(days, self.raw, memory, is_busy=is_busy)
        self.text = found.memory.as_text()
        return found

    def write(self, day: date, score: int = 5, name: str = "ratings.csv") -> Path:
        return write_records(self.exports, name, [rating(score=score)], day=day)

    def load(self, *days: date) -> None:
        for day in find_export_days(self.exports):
            if day.export_date in days:
                load_day(day, self.raw, Door())


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(tmp_path)


def test_a_day_is_complete_at_the_second_look_and_asked_for_once(watch: Watch) -> None:
    watch.write(FIRST)
    assert watch.look().growing == (FIRST,)
    assert watch.look().complete == (FIRST,)
    watch.load(FIRST)
    assert watch.look() == watch.look()
    assert watch.look().complete == ()


def test_many_days_are_one_request(watch: Watch) -> None:
    for day in (SECOND, FIRST):
        watch.write(day)
    watch.look()
    assert watch.look().complete == (FIRST, SECOND)


def test_a_growing_day_waits_and_does_not_hold_up_another(watch: Watch) -> None:
    growing = watch.write(FIRST)
    watch.write(SECOND)
    watch.look()
    with growing.open("a") as file:
        file.write("more")
    found = watch.look()
    assert (found.complete, found.growing) == ((SECOND,), (FIRST,))
    assert watch.look().complete == (FIRST,)


def test_one_more_file_is_growth(watch: Watch) -> None:
    watch.write(FIRST)
    watch.look()
    watch.write(FIRST, name="ratings.2.csv")
    assert watch.look().complete == ()
    assert watch.look().complete == (FIRST,)


def test_a_day_that_did_not_load_is_asked_for_again_when_it_changes(watch: Watch) -> None:
    watch.write(FIRST)
    watch.look()
    first = watch.look()
    for _ in range(3):
        found = watch.look()
        assert (found.complete, found.bad) == ((), (FIRST,))
    watch.write(FIRST, score=4)
    assert watch.look().growing == (FIRST,)
    second = watch.look()
    assert second.complete == (FIRST,)
    assert second.key != first.key


def test_a_loaded_day_that_changes_and_changes_back_is_asked_for_each_time(watch: Watch) -> None:
    keys = set()
    for score in (5, 4, 5):
        os.utime(watch.write(FIRST, score=score), (1_000_000, 1_000_000 + score))
        watch.look()
        found = watch.look()
        assert found.complete == (FIRST,)
        keys.add(found.key)
        watch.load(FIRST)
    assert len(keys) == 3


def test_a_tick_that_is_lost_asks_under_the_same_name(watch: Watch) -> None:
    watch.write(FIRST)
    watch.look()
    memory = Memory.from_text(watch.text)
    first = find_arrivals(find_export_days(watch.exports), watch.raw, memory)
    again = find_arrivals(find_export_days(watch.exports), watch.raw, memory)
    assert first.key == again.key != ""


def test_nothing_is_asked_for_while_a_load_is_under_way(watch: Watch) -> None:
    watch.write(FIRST)
    for _ in range(3):
        assert watch.look(is_busy=True).complete == ()
    assert watch.look().complete == (FIRST,)


def test_a_day_that_is_being_loaded_is_not_told_as_bad(watch: Watch) -> None:
    watch.write(FIRST)
    watch.look()
    assert watch.look().complete == (FIRST,)
    found = watch.look(is_busy=True)
    assert (found.growing, found.bad) == ((FIRST,), ())
    assert watch.look().bad == (FIRST,)


def test_a_new_time_alone_is_no_change(watch: Watch) -> None:
    file = watch.write(FIRST)
    watch.load(FIRST)
    watch.look()
    os.utime(file, (1, 1))
    found = watch.look()
    assert (found.complete, found.growing) == ((), ())


def test_a_folder_without_files_is_left_to_the_daily_load(watch: Watch) -> None:
    (watch.exports / str(FIRST)).mkdir()
    for _ in range(3):
        found = watch.look()
        assert (found.complete, found.growing) == ((), ())
    watch.write(FIRST)
    watch.look()
    assert watch.look().complete == (FIRST,)


def test_a_day_that_was_taken_out_comes_back(watch: Watch) -> None:
    watch.write(FIRST)
    watch.load(FIRST)
    watch.look()
    (watch.raw / "manifests" / f"{FIRST}.json").unlink()
    watch.look()
    assert watch.look().complete == (FIRST,)


def test_no_manifest_is_read_while_nothing_changes(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.write(FIRST)
    watch.load(FIRST)
    watch.look()
    monkeypatch.setattr("orchestration.exports.arrivals.pending_days", None)
    watch.look()


@pytest.mark.parametrize("text", ["", None, "no JSON", '{"of_another": "version"}', "[1]"])
def test_a_memory_that_cannot_be_read_begins_anew(text: str | None) -> None:
    assert Memory.from_text(text) == Memory()
