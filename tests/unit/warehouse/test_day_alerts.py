"""Days are told by name: each once, and well again once it is loaded itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from orchestration.exports.days import say_empty
from orchestration.exports.loading import load_days
from orchestration.machine import alerts, zones
from orchestration.privacy.record import Door
from orchestration.settings import Settings, SettingsError, load_settings
from orchestration.warehouse.day_alerts import tell_late_days, tell_load
from tests.unit.exports.builders import rating, write_file, write_records
from tests.webhook import Webhook, listening

JOB = "job load_exports"


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    monkeypatch.setattr(alerts, "WAIT_SECONDS", 0.0)
    with listening() as webhook:
        yield webhook


@pytest.fixture
def settings(tmp_path: Path, webhook: Webhook, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(zones, "now", lambda zone: datetime(2024, 3, 10, 9, 0))
    return load_settings(
        exports=tmp_path / "exports", home=tmp_path / "home", alert_url=webhook.url
    )


def march(day: int) -> date:
    return date(2024, 3, day)


def write(settings: Settings, *days: int) -> None:
    for day in days:
        write_records(Path(str(settings.exports)), "ratings.csv", [rating()], day=march(day))


def spoil(settings: Settings, day: int, text: bytes = b"nonsense\n") -> Path:
    return write_file(Path(str(settings.exports)), "threads.csv", text, march(day))


def load(settings: Settings) -> bool:
    return tell_load(settings, JOB, ["\n".join(load_days(settings, Door()).failed)])


def first_lines(webhook: Webhook) -> list[str]:
    return [text.splitlines()[0] for text in webhook.texts]


def test_a_day_that_cannot_be_loaded_is_told_once(settings: Settings, webhook: Webhook) -> None:
    write(settings, 8)
    spoil(settings, 9)
    assert load(settings)
    assert not load(settings), "the next night finds it as it was"
    (text,) = webhook.texts
    assert "job load_exports failed.\nBad export file 2024-03-09/threads.csv: it has no" in text
    spoil(settings, 9, b"thread_id\n")
    assert load(settings), "it is bad in another way now"


def test_a_day_is_well_again_when_it_is_loaded_itself(settings: Settings, webhook: Webhook) -> None:
    bad = [spoil(settings, day) for day in (7, 8)]
    load(settings)
    write(settings, 9)
    assert not load(settings), "another day was loaded"
    bad[0].unlink()
    write(settings, 7)
    assert load(settings)
    bad[1].unlink()
    write(settings, 8)
    assert load(settings)
    assert not load(settings)
    assert first_lines(webhook) == [
        "Inbox warehouse: job load_exports failed.",
        "Inbox warehouse: export day 2024-03-07 is well again.",
        "Inbox warehouse: export day 2024-03-08 is well again.",
    ]


def test_what_is_of_no_day_is_told_as_of_any_run(settings: Settings, webhook: Webhook) -> None:
    spoil(settings, 9)
    (reason,) = load_days(settings, Door()).failed
    tell_load(settings, JOB, [f"{reason}\nThe disk is full"])
    tell_load(settings, JOB, [f"{reason}\nThe disk is full"])
    tell_load(settings, JOB, [])
    assert [text.splitlines()[:2] for text in webhook.texts] == [
        ["Inbox warehouse: job load_exports failed.", reason],
        ["Inbox warehouse: job load_exports failed.", "The disk is full"],
        ["Inbox warehouse: job load_exports failed.", "The disk is full"],
        ["Inbox warehouse: job load_exports is well again.", f"Home: {settings.home}"],
    ]


def test_days_that_have_not_arrived_are_told_once_each(
    settings: Settings, webhook: Webhook
) -> None:
    write(settings, 5, 7, 8)
    spoil(settings, 6)
    load_days(settings, Door())
    assert tell_late_days(settings)
    assert not tell_late_days(settings)
    write(settings, 9)
    load_days(settings, Door())
    assert tell_late_days(settings)
    assert first_lines(webhook) == [
        "Inbox warehouse: 1 day has not arrived: 9 March 2024. See: inbox days list",
        "Inbox warehouse: export day 2024-03-09 is well again.",
    ]


def test_gaps_in_the_middle_are_told_and_empty_days_are_not(
    settings: Settings, webhook: Webhook
) -> None:
    write(settings, 4, 7, 9)
    load_days(settings, Door())
    say_empty(settings, march(8), "")
    weekdays = settings.model_copy(update={"no_delivery": (3,)})  # the 6th was a Wednesday
    assert tell_late_days(weekdays)
    assert first_lines(webhook) == [
        "Inbox warehouse: 1 day has not arrived: 5 March 2024. See: inbox days list"
    ]


def test_a_day_is_not_late_before_the_deadline(
    settings: Settings, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(settings, 8)
    load_days(settings, Door())
    strict = settings.model_copy(update={"deadline": "09:01"})
    assert not tell_late_days(strict)
    monkeypatch.setattr(zones, "now", lambda zone: datetime(2024, 3, 10, 9, 1))
    assert tell_late_days(strict)
    assert len(webhook.texts) == 1
    with pytest.raises(SettingsError, match="INBOX_DEADLINE"):
        load_settings(deadline="9 o'clock")


def test_nothing_is_told_without_an_address(settings: Settings, webhook: Webhook) -> None:
    write(settings, 5, 7)
    silent = settings.model_copy(update={"alert_url": None})
    load_days(silent, Door())
    assert not tell_late_days(silent)
    assert not tell_load(silent, JOB, ["it broke"])
    assert webhook.texts == []
