"""What tests of the published sample ask it by, and the browser that several look through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import duckdb
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from orchestration.settings import Settings
from tests.browser.chromium import open_chromium
from tests.browser.report_page import served


@pytest.fixture
def ask(published_sample: Settings) -> Callable[..., list[tuple[Any, ...]]]:
    """SQL on the published sample."""

    def answer(query: str, *parameters: object) -> list[tuple[Any, ...]]:
        with closing(
            duckdb.connect(str(published_sample.published_database), read_only=True)
        ) as connection:
            return connection.execute(query, list(parameters)).fetchall()

    return answer


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
