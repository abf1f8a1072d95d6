"""The page of an operator's first questions: arrived, late, set aside, what readers have."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from orchestration.exports.loading import load_days
from orchestration.machine import zones
from orchestration.privacy.record import Door
from orchestration.settings import Settings, load_settings
from orchestration.warehouse.overview import HeldBack, overview
from tests.publications import small_publication
from tests.unit.exports.builders import rating, thread, write_file, write_records


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(zones, "today", lambda zone: date(2024, 3, 10))
    return load_settings(
        exports=tmp_path / "exports",
        home=tmp_path / "home",
        dagster_url="https://dagster.example/",
    )


def answers(settings: Settings) -> dict[str, str]:
    """What the page says, by question."""
    return dict(overview(settings).answers)


def test_an_empty_home_says_so(settings: Settings) -> None:
    assert answers(settings)["What has arrived?"] == "No export day is loaded yet."
    assert answers(settings)["What do readers have?"] == "Nothing is published yet."


def test_it_tells_what_arrived_is_late_and_was_set_aside_and_why(settings: Settings) -> None:
    exports = Path(str(settings.exports_folder))
    secret = "anna@example.com | a secret"  # pragma: allowlist secret
    records = [thread(thread_id="1"), thread(thread_id="2", status=secret)]
    write_records(exports, "threads.jsonl", records, day=date(2024, 3, 7))
    write_records(exports, "ratings.csv", [rating()], day=date(2024, 3, 6))
    write_file(exports, "Ratings.CSV", b"", date(2024, 3, 4))
    load_days(settings, Door())
    told = answers(settings)
    assert told["What has arrived?"] == (
        "2 export days are loaded, the last of them 7 March 2024 with 2 threads."
    )
    assert told["What is late or missing?"].startswith(
        "2 days have not arrived: 8 March 2024, 9 March 2024. 4 March 2024 cannot be loaded: "
    )
    assert told["What was set aside, and why?"].startswith(
        "1 row of 1 day of the last 2: 7 March 2024: 1 of threads, status "
    )
    assert secret not in overview(settings).page
    assert "anna@example.com" not in overview(settings).page


def test_it_tells_what_readers_have_with_links_to_more(settings: Settings) -> None:
    settings.home.mkdir()
    small_publication(settings.home, 1, "create table fct_threads as from range(1200)")
    told = answers(settings)["What do readers have?"]
    assert told.startswith("The data to 31 March 2024, published ")
    assert told.endswith(" UTC: 1,200 conversations.")
    links = overview(settings).page
    assert told in links
    assert "](https://dagster.example/assets/published/mart_inbox_cards?view=events)" in links
    assert "](https://dagster.example/assets/raw_manifests?view=partitions)" in links


def test_it_tells_what_keeps_readers_from_the_newest(settings: Settings) -> None:
    exports = Path(str(settings.exports_folder))
    write_records(exports, "threads.jsonl", [thread()], day=date(2024, 3, 7))
    load_days(settings, Door())
    assert answers(settings)["Is that the newest?"].startswith(
        "No: what is loaded is not published"
    )
    failed = HeldBack("build", "12 of 20 rows | are rejected.", did="did not pass")
    assert overview(settings, failed).answers["Is that the newest?"] == (
        "No: the last build did not pass, so readers keep what they have. "
        "12 of 20 rows \\| are rejected."
    )
    busy = HeldBack("publication", "Held by a backup", is_tried_again=True)
    assert overview(settings, busy).answers["Is that the newest?"] == (
        "No: the last publication could not be ended, so readers keep what they have. "
        "Held by a backup. It is tried again by itself."
    )
