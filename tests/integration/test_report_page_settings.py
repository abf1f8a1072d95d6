"""The page while its settings change: it goes on, and holds nothing of those before."""

from __future__ import annotations

import gc
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from orchestration.report_page.serve import APP
from orchestration.settings import Settings


@pytest.fixture
def page(published_sample: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """A page over a publication of its own, in a folder of its own."""
    (tmp_path / "published").mkdir()
    shutil.copy(published_sample.published_database, tmp_path / "published" / "inbox.duckdb")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INBOX_HOME", str(tmp_path))
    return AppTest.from_file(str(APP), default_timeout=60)


def problems(page: AppTest) -> list[str]:
    assert not page.exception
    assert page.get("bidi_component"), "the report is shown"
    return [said.value for said in page.caption if "settings" in said.value]


def test_a_file_of_settings_that_is_saved_half_way_is_said_in_one_line(page: AppTest) -> None:
    Path(".env").write_text("INBOX_THREADS=1\n")
    assert problems(page.run()) == []
    Path(".env").write_text("INBOX_THREADS=o\n")
    (said,) = problems(page.run())
    assert "INBOX_THREADS" in said
    Path(".env").write_text("INBOX_THREADS=1\n")
    assert problems(page.run()) == []


def test_what_was_opened_with_the_settings_before_is_let_go(page: AppTest) -> None:
    for threads in (1, 2, 3):
        Path(".env").write_text(f"INBOX_THREADS={threads}\n")
        assert problems(page.run()) == []
    gc.collect()
    database = Path("published/inbox.duckdb").resolve()
    links = [one.readlink() for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]
    assert links.count(database) == 1
