"""The report's page over the published sample in a browser, as readers see and drive it."""

from __future__ import annotations

import csv
import os
import re
import shutil
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from orchestration.settings import Settings
from tests.browser.report_page import (
    choose,
    expect_cards,
    number,
    open_page,
    read_cards,
    read_table,
    served,
    shown,
    wait_until_shown,
)
from tests.browser.waiting import until, until_equal


def expect_table(page: Page, caption: str, columns: slice, rows: list[Any]) -> None:
    """Waits until columns of a table show what SQL says."""
    until_equal(
        page,
        lambda: [[number(cell) for cell in row[columns]] for row in read_table(page, caption)],
        [[shown(value) for value in row] for row in rows],
    )


def test_range_grain_and_agent_show_what_sql_says(page: Page, address: str, ask: Any) -> None:
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.removeprefix("blob:")))
    page.on("websocket", lambda socket: asked.add(socket.url))
    open_page(page, address)
    expect(page.get_by_text("Data to 31 March 2024")).to_be_visible()
    rows = ask("select metric, current_value from inbox_cards('2024-03-02', '2024-03-31')")
    expect_cards(page, rows)

    choose(page, "Range", "Last month")
    expect(page).to_have_url(re.compile(r"range=last_month"))
    wait_until_shown(page)
    rows = ask("select metric, current_value from inbox_cards('2024-02-01', '2024-02-29')")
    expect_cards(page, rows)

    page.get_by_role("radio", name="Week").click()
    expect(page).to_have_url(re.compile(r"grain=week"))
    wait_until_shown(page)
    page.get_by_text("The numbers behind the charts").click()
    rows = ask(
        "select new_threads, messages, unique_users, average_rating, ratings, is_complete from "
        "inbox_series('week', '2024-02-01', '2024-02-29', null) order by period_start_date desc"
    )
    expect_table(page, "By week", slice(1, 6), [row[:5] for row in rows])
    table = read_table(page, "By week")
    assert [row[0].endswith("(part)") for row in table] == [not row[5] for row in rows]
    rows = ask("from inbox_top_labels('2024-02-01', '2024-02-29', 10, null)")
    until_equal(
        page,
        lambda: [(label, number(threads)) for label, threads in read_table(page, "Top labels")],
        [row[:2] for row in rows],
    )

    page.get_by_role("tab", name="Stats per agent").click()
    expect(page).to_have_url(re.compile(r"section=agents"))
    wait_until_shown(page)
    rows = ask(
        "select agent_name, average_rating, ratings, new_threads, messages_sent, "
        "first_response_seconds_median, closing_seconds_median "
        "from inbox_agents('2024-02-01', '2024-02-29')"
    )
    names = sorted(row[0] for row in rows)
    until_equal(page, lambda: sorted(row[0] for row in read_table(page, "Agents")[1:]), names)
    table = read_table(page, "Agents")[1:]
    by_name = {row[0]: row for row in table}
    for name, rating, *counts, response_seconds, closing_seconds in rows:
        cells = by_name[name]
        assert number(cells[5]) == shown(rating)
        assert [number(cells[position]) for position in (6, 1, 4)] == counts
        line = page.get_by_role("table", name="Agents").locator("tr", has_text=name)
        seconds = line.locator('[title*=" seconds"]').evaluate_all("all => all.map(e => e.title)")
        assert [number(text.split(" seconds")[0]) for text in seconds] == pytest.approx(
            [value for value in (response_seconds, closing_seconds) if value is not None], abs=0.001
        )

    page.get_by_role("table", name="Agents").get_by_role("button", name="Ratings").click()
    expect(page).to_have_url(re.compile(r"order=-ratings"))
    wait_until_shown(page)
    ratings = sorted((row[2] for row in rows), reverse=True)
    until_equal(page, lambda: [int(row[6]) for row in read_table(page, "Agents")[1:]], ratings)

    page.get_by_role("button", name="Helper 06", exact=True).click()
    expect(page).to_have_url(re.compile(r"agent=u00021"))
    expect(page.get_by_role("heading", name="Helper 06")).to_be_visible()
    wait_until_shown(page)
    page.get_by_text("The numbers behind the charts").click()
    rows = ask(
        "select new_threads, messages, unique_users, average_rating, ratings from "
        "inbox_series('week', '2024-02-01', '2024-02-29', 'u00021') "
        "order by period_start_date desc"
    )
    expect_table(page, "By week", slice(1, 6), rows)

    page.get_by_role("button", name="Unassigned", exact=True).click()
    expect(page.get_by_role("heading", name="Unassigned")).to_be_visible()
    wait_until_shown(page)
    rows = ask(
        "select new_threads, messages, unique_users from mart_agents_weekly where agent_id is null "
        "and period_start_date in ('2024-02-05', '2024-02-12', '2024-02-19') "
        "order by period_start_date desc"
    )
    until_equal(
        page,
        lambda: [list(map(number, row[1:4])) for row in read_table(page, "By week")[1:4]],
        [list(row) for row in rows],
    )
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(address).netloc}, (
        "the page asks nobody else for anything"
    )


def test_a_first_view_is_light(page: Page, context: BrowserContext, address: str) -> None:
    """Bytes as they come over the wire, and nothing that is not seen."""
    session, sizes, names = context.new_cdp_session(page), [], []
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda done: sizes.append(done["encodedDataLength"]))
    page.on("request", lambda request: names.append(request.url))
    open_page(page, address)
    page.wait_for_load_state("networkidle")
    assert len(sizes) > 20
    assert sum(sizes) < 1_400_000
    assert not [name for name in names if "MaterialSymbols" in name]


def test_a_link_shows_the_same_view_and_back_leads_back(
    page: Page, context: BrowserContext, address: str
) -> None:
    link = (
        f"{address}/?range=all&grain=month&section=agents&agent=u00021"
        "&order=first_response_seconds_median"
    )
    open_page(page, link)
    expect(page.get_by_role("heading", name="Helper 06")).to_be_visible()
    expect(page.get_by_role("radio", name="Month")).to_be_checked()
    expect(page.get_by_role("combobox", name="Range")).to_have_value("All time")

    def seen_on(page: Page) -> tuple[dict[str, str], list[list[str]]]:
        return read_cards(page), read_table(page, "Agents")

    before = seen_on(page)
    choose(page, "Range", "Last 7 days")
    expect(page).to_have_url(re.compile(r"range=last_7_days"))
    wait_until_shown(page)
    until(page, lambda: seen_on(page), lambda seen: seen != before)
    page.go_back()
    expect(page.get_by_role("combobox", name="Range")).to_have_value("All time")
    wait_until_shown(page)
    until_equal(page, lambda: seen_on(page), before)
    other = context.new_page()
    open_page(other, page.url)
    until_equal(other, lambda: seen_on(other), before)


def test_the_keyboard_is_enough(page: Page, address: str, ask: Any) -> None:
    open_page(page, address)
    page.get_by_role("button", name="Help for New threads", exact=True).focus()
    expect(page.get_by_role("tooltip")).to_contain_text("Threads that were started")
    page.get_by_role("spinbutton", name=re.compile(r"^month.*start date")).press_sequentially("02")
    page.keyboard.type("10")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"from=2024-02-10&to=2024-03-31"))
    wait_until_shown(page)
    rows = ask("select metric, current_value from inbox_cards('2024-02-10', '2024-03-31')")
    expect_cards(page, rows)
    page.get_by_role("tab", name="General stats").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("table", name="Agents")).to_be_visible()
    page.get_by_role("table", name="Agents").get_by_role("button", name="Ratings").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"order=-ratings"))
    wait_until_shown(page)
    page.get_by_role("table", name="Agents").get_by_role("button", name="Ratings").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("End")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    first = page.get_by_role("table", name="Agents").locator("tbody .choose").first
    expect(first).to_be_focused()
    name = first.inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def test_tables_are_downloaded_as_csv(page: Page, address: str, ask: Any) -> None:
    open_page(page, f"{address}/?section=agents&order=-messages_sent")
    with page.expect_download() as download:
        page.get_by_role("button", name="Agents as CSV").click()
    assert download.value.suggested_filename == "inbox_agents_2024-03-02_2024-03-31.csv"
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = ask(
        "select coalesce(agent_id, ''), messages_sent, first_response_seconds_median from "
        "inbox_agents('2024-03-02', '2024-03-31') order by messages_sent desc, lower(agent_name)"
    )
    assert [(row["agent_id"], int(row["messages_sent"])) for row in rows] == [
        row[:2] for row in expected
    ]
    assert [
        float(row["first_response_seconds_median"])
        for row in rows
        if row["first_response_seconds_median"]
    ] == [row[2] for row in expected if row[2] is not None]


def test_a_new_publication_is_shown_without_a_click(
    published_sample: Settings, page: Page, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    published = home / "published" / "inbox.duckdb"
    published.parent.mkdir(parents=True)
    with served(home) as address:
        open_page(page, address)
        expect(page.get_by_text("Nothing is published yet.")).to_be_visible()
        next_file = tmp_path / "next.duckdb"
        shutil.copy(published_sample.published_database, next_file)
        os.replace(next_file, published)
        expect(page.get_by_text("Data to 31 March 2024")).to_be_visible(timeout=30_000)
        wait_until_shown(page)
        before = read_cards(page)

        shutil.copy(published_sample.published_database, next_file)
        with closing(duckdb.connect(str(next_file))) as connection:
            connection.execute("update dim_report set as_of_date = date '2024-03-30'")
        os.replace(next_file, published)
        expect(page.get_by_text("Data to 30 March 2024")).to_be_visible(timeout=30_000)
        wait_until_shown(page)
        until(page, lambda: read_cards(page), lambda cards: cards != before)


@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [
        ("GET", "/", {}, 200),
        ("GET", "/", {"Origin": "https://other.example"}, 403),
        ("GET", "/", {"Host": "rebound.example"}, 421),
        ("PUT", "/_stcore/upload_file/a-session/a-file", {}, 405),
        ("GET", "/_stcore/metrics", {}, 404),
        ("GET", "/_stcore/stream", {"Origin": "https://other.example"}, 403),
    ],
)
def test_the_server_lets_readers_in_and_nothing_else(
    address: str, method: str, path: str, headers: dict[str, str], expected: int
) -> None:
    """Also a socket, whose origin Streamlit would ask a server outside about."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
    if path.endswith("/stream"):
        upgrade = {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version": "13"}
        headers = {**headers, **upgrade, "Upgrade": "websocket", "Connection": "Upgrade"}
    with closing(connection):
        connection.request(method, path, b"x" * 100 if method == "PUT" else None, headers)
        answer = connection.getresponse()
        assert answer.status == expected
        if expected == 200:
            assert answer.headers["X-Frame-Options"] == "DENY"
