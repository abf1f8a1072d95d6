"""The page takes a changed setting at the next click."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.report_page.configured import page_settings, settings_problem


def test_a_changed_setting_is_taken_and_an_unchanged_one_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert page_settings() is page_settings()
    for name in ("one", "three"):
        Path(".env").write_text(f"INBOX_THREAD_URL=https://{name}.example/{{thread_id}}\n")
        assert page_settings().thread_url == f"https://{name}.example/{{thread_id}}"
    monkeypatch.setenv("INBOX_THREAD_URL", "https://four.example/{thread_id}")
    assert page_settings().thread_url == "https://four.example/{thread_id}"


@pytest.mark.parametrize(
    ("half", "wrong"),
    [
        (b"INBOX_THREADS=many\n", "INBOX_THREADS"),
        (b"INBOX_TIMEZONE=Europe/Wars", "INBOX_TIMEZONE"),
        (b"INBOX_THREAD_URL=https://\xff\xfe", "the file .env"),
    ],
)
def test_a_file_that_is_saved_half_way_changes_nothing_until_it_is_whole(
    half: bytes, wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("INBOX_THREADS=3\n")
    before = page_settings()
    assert (before.threads, settings_problem()) == (3, "")
    Path(".env").write_bytes(half)
    assert page_settings() is before
    assert wrong in settings_problem()
    assert "many" not in settings_problem(), "what it says may be a secret"
    Path(".env").write_text("INBOX_THREADS=4\n")
    assert (page_settings().threads, settings_problem()) == (4, "")
