"""The Superset dashboard as a reader has it: started by the command, asked, opened and driven."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from bi.superset.server import ENVIRONMENT
from orchestration.settings import PROJECT_ROOT
from tests.services.ports import free_port

SECONDS_TO_START = 300
CHARTS = '[data-test="dashboard-component-chart-holder"]:has([data-test="slice-header"])'
# What a chart shows while it is not drawn yet.
UNFINISHED = f"{CHARTS} .loading, {CHARTS} [data-test='loading-indicator']"
DRAWN = ".header-line, canvas, table, .ant-empty"
# The rows of a grid, in the order in which they are seen, as their cells by column.
READ_GRID = """rows => rows
  .sort((one, other) => one.getAttribute("row-index") - other.getAttribute("row-index"))
  .map(row => Object.fromEntries([...row.querySelectorAll("[role=gridcell]")]
    .map(cell => [cell.getAttribute("col-id"), cell.textContent.trim()])))"""
DURATION = re.compile(r"([\d.]+)(d|h|m|s)")
SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}


class Refused(RuntimeError):
    """Superset answered with an error; its text is the answer."""


@dataclass
class Superset:
    """A Superset that runs, as its address and what it printed to log in with."""

    address: str
    user: str
    password: str
    headers: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    opener: urllib.request.OpenerDirector = field(
        default_factory=lambda: urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    )

    def ask(
        self, path: str, content: Mapping[str, Any] | None = None, method: str | None = None
    ) -> Any:
        """What its API answers. Raises Refused."""
        request = urllib.request.Request(
            self.address + path,
            None if content is None else json.dumps(content).encode(),
            {"Content-Type": "application/json", "Referer": self.address, **self.headers},
            method=method,
        )
        try:
            with self.opener.open(request, timeout=120) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise Refused(f"{error.code}: {error.read().decode()}") from None

    def log_in(self) -> None:
        """As the user that was printed."""
        login = {"username": self.user, "password": self.password, "provider": "db"}
        token = self.ask("/api/v1/security/login", login)["access_token"]
        self.headers["Authorization"] = f"Bearer {token}"
        self.headers["X-CSRFToken"] = self.ask("/api/v1/security/csrf_token/")["result"]

    def datasets(self) -> dict[str, int]:
        """Numbers of the datasets by name."""
        answer = self.ask("/api/v1/dataset/?q=(page_size:100)")
        return {dataset["table_name"]: dataset["id"] for dataset in answer["result"]}

    def chart_data(
        self,
        dataset: str,
        columns: Sequence[str] = (),
        metrics: Sequence[str] = (),
        time_range: str = "No filter",
        **filters: str | list[str],
    ) -> list[dict[str, Any]]:
        """Rows of the chart-data API, as a chart of the dashboard asks for them."""
        self.numbers = self.numbers or self.datasets()
        answer = self.ask(
            "/api/v1/chart/data",
            {
                "datasource": {"id": self.numbers[dataset], "type": "table"},
                "queries": [
                    {
                        "columns": list(columns),
                        # Without any, the rows are given as they are.
                        "metrics": list(metrics) or None,
                        "filters": [
                            {
                                "col": column,
                                "op": "IN",
                                "val": value if isinstance(value, list) else [value],
                            }
                            for column, value in filters.items()
                        ]
                        + [{"col": "range_start_date", "op": "TEMPORAL_RANGE", "val": time_range}],
                        "row_limit": 10_000,
                    }
                ],
                "result_format": "json",
                "result_type": "full",
            },
        )
        rows: list[dict[str, Any]] = answer["result"][0]["data"]
        return rows


@contextmanager
def served(home: Path) -> Iterator[Superset]:
    """Superset over a home, as `make superset` starts it; ends with all its processes."""
    assert (ENVIRONMENT / ".installed").exists(), "Run: make superset-environment"
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "bi.superset", "serve", "--port", str(port)],
        env={"PATH": os.environ["PATH"], "HOME": str(home), "INBOX_HOME": str(home)},
        cwd=PROJECT_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        give_up = threading.Timer(SECONDS_TO_START, server.kill)
        give_up.start()
        try:
            assert server.stdout is not None
            told = ""
            login = None
            while login is None and (line := server.stdout.readline()):
                told += line
                login = re.search(r"The login: +(\S+) / (\S+)", line)
            assert login is not None, told
            give_up.cancel()
            superset = Superset(f"http://127.0.0.1:{port}", login[1], login[2])
            superset.log_in()
            yield superset
        finally:
            give_up.cancel()
            server.send_signal(signal.SIGINT)


def open_dashboard(page: Page, superset: Superset) -> None:
    """Logs in by the form and opens the dashboard."""
    # What the form says about its visitor can overtake the answer to the login, and ends it then.
    page.route("**/superset/log/**", lambda route: route.abort())
    page.goto(f"{superset.address}/login/")
    page.locator("#username").fill(superset.user)
    page.locator("#password").fill(superset.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("menuitem", name="Dashboards")).to_be_visible()
    page.goto(f"{superset.address}/superset/dashboard/inbox-report/")
    wait_until_drawn(page)


def wait_until_drawn(page: Page) -> None:
    """Until each chart of the tab in sight shows what it was asked for."""
    expect(page.locator(CHARTS).locator("visible=true").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.locator(UNFINISHED).locator("visible=true")).to_have_count(0)
    for chart in page.locator(CHARTS).locator("visible=true").all():
        chart.scroll_into_view_if_needed()
        expect(chart.locator(DRAWN).first).to_be_visible()


def chart_named(page: Page, title: str) -> Locator:
    """The chart in sight that has the title."""
    header = page.locator('[data-test="slice-header"]').filter(
        has=page.get_by_text(title, exact=True)
    )
    return page.locator(CHARTS).filter(has=header).locator("visible=true")


def read_cards(page: Page) -> dict[str, tuple[str, str]]:
    """Value and change of each card by its title; an empty change where none is shown."""
    cards = page.locator(CHARTS).filter(has=page.locator(".header-line"))
    return {
        card.locator('[data-test="slice-header"]').get_by_role("link").inner_text(): (
            card.locator(".header-line").inner_text(),
            "".join(card.locator(".subheader-line").all_inner_texts()),
        )
        for card in cards.all()
    }


def click_cell(page: Page, title: str, text: str) -> None:
    """Clicks a cell of a table, and waits for the charts that it filters."""
    chart_named(page, title).locator("td").get_by_text(text, exact=True).click()
    wait_until_drawn(page)


def read_table(chart: Locator) -> list[list[str]]:
    """The cells of a table's rows."""
    rows: list[list[str]] = chart.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.children].map(cell => cell.textContent.trim()))"
    )
    return rows


def read_numbers(page: Page, title: str) -> list[dict[str, str]]:
    """The rows behind a chart by column, as its menu's `View as table` shows them."""
    chart_named(page, title).get_by_role("button", name="More Options").click()
    page.get_by_role("menuitem", name="View as table").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(re.compile(r"^\d+ rows?$"))).to_be_visible()
    rows = dialog.locator(".ag-center-cols-container [role=row]")
    expect(rows.first).to_be_visible()
    cells: list[dict[str, str]] = rows.evaluate_all(READ_GRID)
    # What a series is named by is escaped for HTML in its column's identifier.
    numbers = [{unescape(column): cell for column, cell in row.items()} for row in cells]
    dialog.get_by_role("button", name="Close").last.click()
    expect(dialog).to_have_count(0)
    return numbers


def choose_range(page: Page, start: str, end: str) -> None:
    """Chooses a range in the filter; the end is not included."""
    page.locator('[data-test="time-range-trigger"]').click()
    kind = page.get_by_role("combobox", name="Range type")
    expect(kind).to_be_visible()
    kind.press_sequentially("Advanced")
    kind.press("Enter")
    days = page.locator(".ant-popover input.ant-input")
    days.nth(0).fill(start)
    days.nth(1).fill(end)
    page.locator('[data-test="date-filter-control__apply-button"]').click()
    apply_filters(page)


def choose(page: Page, filter_name: str, option: str) -> None:
    """Chooses an option of a filter by its name in the dashboard's file."""
    box = page.get_by_role("combobox", name=f"NATIVE_FILTER-{filter_name}")
    box.press_sequentially(option)
    page.get_by_role("option", name=option, exact=True).wait_for(state="attached")
    box.press("Enter")
    apply_filters(page)


def apply_filters(page: Page) -> None:
    """Presses Apply and waits for the charts."""
    page.locator('[data-test="filter-bar__apply-button"]').click()
    wait_until_drawn(page)


def seconds_of(duration: str) -> float | None:
    """What a reader takes `1d 18h 12m 48.5s` for; nothing where there is none."""
    if duration == "N/A":
        return None
    return sum(float(number) * SECONDS[unit] for number, unit in DURATION.findall(duration))
