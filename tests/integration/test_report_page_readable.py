"""The report's page at every width and in both themes: nothing is cut, and all can be read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from orchestration.settings import PROJECT_ROOT, Settings
from tests.browser.report_page import open_page, served, wait_until_it_fits, wait_until_shown
from tests.browser.waiting import until_equal
from tests.homes import copy_home, published_days, published_year

CONTRAST = (PROJECT_ROOT / "tests" / "browser" / "contrast.js").read_text(encoding="utf-8")
LEAST_CONTRAST = 4.5
# Cards, charts and controls that reach beyond the window.
CUT = """() => [...document.querySelectorAll('svg.marks, h1, h3, [class*="st-key-cards"], input')]
  .filter(e => { const box = e.getBoundingClientRect(); return box.right > window.innerWidth + 1 })
  .map(e => e.outerHTML.slice(0, 80))"""
WIDTHS = (1440, 1024, 400)


def expect_readable(page: Page) -> None:
    """Waits until no text has less contrast than it needs: colours change by degrees."""
    until_equal(page, lambda: page.evaluate(f"({CONTRAST})({LEAST_CONTRAST})"), [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_themes_can_be_read_and_a_phone_shows_all(
    browser: Browser, address: str, scheme: Any
) -> None:
    with closing(
        browser.new_context(
            viewport={"width": 400, "height": 800},
            color_scheme=scheme,
            is_mobile=True,
            has_touch=True,
        )
    ) as phone:
        page = phone.new_page()
        open_page(page, f"{address}/?section=agents&agent=u00021")
        expect(page.locator("svg.marks")).to_have_count(8)
        wait_until_it_fits(page)
        background = {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 22, 28)"}[scheme]
        expect(page.get_by_test_id("stApp")).to_have_css("background-color", background)
        page.get_by_text("The numbers behind the charts").click()
        expect(page.get_by_role("table")).to_have_count(3)
        wait_until_shown(page)
        expect_readable(page)
        assert len(page.evaluate(f"({CONTRAST})(21.1)")) > 100, "the measure sees the texts"


def test_the_sample_can_be_read_at_every_width_in_both_themes(
    browser: Browser, address: str
) -> None:
    look_at(browser, address)


@pytest.mark.parametrize("published", [published_year, published_days])
def test_other_inboxes_can_be_read_at_every_width_in_both_themes(
    browser: Browser, tmp_path: Path, published: Callable[[], Settings]
) -> None:
    with served(copy_home(published(), tmp_path).home) as address:
        look_at(browser, address)


def look_at(browser: Browser, address: str) -> None:
    """The page over all of an inbox: nothing is cut, unreadable, or said to be wrong."""
    for scheme in ("light", "dark"):
        with closing(
            browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
        ) as c:
            page = c.new_page()
            errors: list[str] = []
            page.on("pageerror", lambda error, errors=errors: errors.append(str(error)))
            open_page(page, f"{address}/?range=all&definitions=closing_seconds")
            expect(page.locator(".st-key-charts svg.marks").first).to_be_visible()
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                wait_until_shown(page)
                wait_until_it_fits(page)
                until_equal(page, lambda page=page: page.evaluate(CUT), [])
            expect_readable(page)
            assert errors == []
            expect(page.locator('[data-testid="stException"]')).to_have_count(0)
