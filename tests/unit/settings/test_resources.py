"""The threads that DuckDB is given: what is set, or what the work is worth."""

from pathlib import Path

import pytest

from orchestration.settings import load_settings
from orchestration.settings.resources import SMALL_DATABASE


def _config(home: Path, size: int | None) -> dict[str, str]:
    settings = load_settings(home=home)
    if size is not None:
        settings.warehouse_folder.mkdir(parents=True, exist_ok=True)
        with settings.warehouse_database.open("wb") as file:
            file.truncate(size)
    return settings.engine_config


def test_one_thread_does_the_days_of_a_small_warehouse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 6)
    monkeypatch.delenv("INBOX_THREADS", raising=False)
    assert _config(tmp_path, None)["threads"] == "6"
    assert _config(tmp_path, SMALL_DATABASE)["threads"] == "1"
    assert _config(tmp_path, SMALL_DATABASE + 1)["threads"] == "6"


def test_views_over_another_engine_tell_nothing_of_the_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 6)
    monkeypatch.setenv("INBOX_ENGINE", "spark")
    assert _config(tmp_path, SMALL_DATABASE)["threads"] == "6"


def test_resources_that_are_set_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INBOX_THREADS", "3")
    assert _config(tmp_path, SMALL_DATABASE)["threads"] == "3"
