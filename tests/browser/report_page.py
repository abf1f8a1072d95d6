"""The report's page as a reader has it: started by the command, opened, driven and read."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.waiting import until_equal
from tests.services.ports import free_port

CARDS = "li.card"
IS_AT_REST = """() => {
  const app = document.querySelector('[data-testid="stApp"]')
  return app?.dataset.testScriptState === "notRunning"
    && !document.querySelector('[data-stale="true"]')
    && getComputedStyle(app.querySelector('[data-testid="stMainBlockContainer"]')).opacity === "1"
}"""

FITS = """width => {
  const main = document.querySelector('[data-testid="stMain"]')
  return window.innerWidth === width && main.scrollWidth === main.clientWidth
}"""


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The page over a home, by `inbox serve`; gives its address."""
    port = free_port()
    log = home / "serve.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli", "serve", "--port", str(port)],
            env={"PATH": os.environ["PATH"], "HOME": str(home), "INBOX_HOME": str(home)},
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as server,
    ):
        try:
            address = f"http://127.0.0.1:{port}"
            give_up_at = time.monotonic() + 60
            while not _answers(address):
                assert server.poll() is None, log.read_text()
                assert time.monotonic() < give_up_at, log.read_text()
                time.sleep(0.1)
            yield address
        finally:
            server.terminate()


def wait_until_shown(page: Page) -> None:
    """Until the page has drawn what was asked for."""
    page.wait_for_selector(f'{CARDS}, table, [data-testid="stAlert"]')
    page.wait_for_function(IS_AT_REST)


def wait_until_it_fits(page: Page) -> None:
    """Until nothing is wider than the window: charts are drawn anew after it changes."""
    assert page.viewport_size
    page.wait_for_function(FITS, arg=page.viewport_size["width"])


def open_page(page: Page, address: str) -> None:
    """Opens an address of the page and waits until it is drawn."""
    page.goto(address)
    wait_until_shown(page)


def read_cards(page: Page) -> dict[str, str]:
    """The cards' values by their numbers' names."""
    return {
        str(card.get_attribute("data-metric")): card.locator(".value").inner_text()
        for card in page.locator(CARDS).all()
    }


def expect_cards(page: Page, rows: list[tuple[Any, ...]]) -> None:
    """Waits until the cards show what SQL says."""
    until_equal(
        page,
        lambda: {metric: number(text) for metric, text in read_cards(page).items()},
        {metric: shown(value) for metric, value in rows},
    )


def read_table(page: Page, caption: str) -> list[list[str]]:
    """The cells of a table's rows."""
    table = page.get_by_role("table", name=caption)
    expect(table).to_be_visible()
    return table.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.children].map(cell => cell.textContent))"
    )


def number(text: str) -> float | None:
    """What a reader takes a text for."""
    return None if text == "-" else float(text.replace(",", ""))


def shown(value: float | None) -> float | None:
    """A value with the two digits that averages are shown with."""
    return None if value is None else round(float(value), 2)


def choose(page: Page, label: str, option: str) -> None:
    """Chooses an option of a select box."""
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
            return True
    except (urllib.error.URLError, OSError):
        return False
