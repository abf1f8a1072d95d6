"""The page takes a changed setting at the next click."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.report_page.configured import page_settings


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
