"""What tests of the published sample ask it by, and the browser that several look through."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from orchestration.settings import Settings
from tests.browser.chromium import open_chromium
from tests.browser.report_page import served

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest


@pytest.fixture
def ask(published_sample: Settings) -> Callable[..., list[tuple[Any, ...]]]:
    """SQL on the published sample."""

    def answer(query: str, *parameters: object) -> list[tuple[Any, ...]]:
        with closing(
            duckdb.connect(str(published_sample.published_database), read_only=True)
        ) as connection:
            return connection.execute(query, list(parameters)).fetchall()

    return answer


@pytest.fixture
def app(published_sample: Settings, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The report's page over the published sample, without a browser."""
    from streamlit.testing.v1 import AppTest

    from orchestration.report_page.serve import APP

    monkeypatch.setenv("INBOX_HOME", str(published_sample.home))
    return AppTest.from_file(str(APP), default_timeout=60)


@pytest.fixture
def changed_app(
    app: AppTest, published_sample: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., AppTest]:
    """The page over a copy of the sample in which some statements were carried out."""

    def over(*statements: str) -> AppTest:
        published = tmp_path / "published" / "inbox.duckdb"
        published.parent.mkdir()
        shutil.copy(published_sample.published_database, published)
        with closing(duckdb.connect(str(published))) as connection:
            for statement in statements:
                connection.execute(statement)
        monkeypatch.setenv("INBOX_HOME", str(tmp_path))
        return app

    return over


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_chromium() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def address(published_sample: Settings) -> Iterator[str]:
    """The report's page over the sample."""
    with served(published_sample.home) as address:
        yield address


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with closing(browser.new_context(viewport={"width": 1280, "height": 1000})) as context:
        context.set_default_timeout(20_000)
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
