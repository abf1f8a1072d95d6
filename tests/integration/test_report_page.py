"""The report's page over the published sample: its states, and its numbers as readers see them."""

from __future__ import annotations

import csv
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from streamlit.testing.v1 import AppTest

from orchestration.report_page.serve import APP
from orchestration.settings import PROJECT_ROOT, Settings
from tests.browser.chromium import open_chromium
from tests.browser.report_page import (
    choose,
    open_page,
    read_cards,
    read_table,
    served,
    wait_until_shown,
)

CONTRAST = (PROJECT_ROOT / "tests" / "browser" / "contrast.js").read_text(encoding="utf-8")
LEAST_CONTRAST = 4.5


@pytest.fixture
def ask(published_sample: Settings) -> Callable[..., list[tuple[Any, ...]]]:
    """SQL on the published file."""

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


def number(text: str) -> float | None:
    """What a reader takes a text for."""
    return None if text == "-" else float(text.replace(",", ""))


def shown(value: float | None) -> float | None:
    """A value with the two digits that averages are shown with."""
    return None if value is None else round(float(value), 2)


def cards_of(rows: list[tuple[Any, ...]]) -> dict[str, float | None]:
    return {label: shown(value) for label, value in rows}


# The page's states, without a browser.


@pytest.fixture
def app(published_sample: Settings, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("INBOX_HOME", str(published_sample.home))
    return AppTest.from_file(str(APP), default_timeout=60)


def metrics(app: AppTest) -> dict[str, str]:
    assert not app.exception
    return {metric.label: metric.value for metric in app.metric}


def test_before_the_first_publication_the_page_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INBOX_HOME", str(tmp_path))
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not app.exception
    assert "Nothing is published yet" in app.info[0].value
    assert not app.metric


def test_a_damaged_file_is_said_without_a_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INBOX_HOME", str(tmp_path))
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "inbox.duckdb").write_bytes(b"no database" * 999)
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not app.exception
    assert "cannot be read" in app.error[0].value


def test_an_inbox_without_activity_says_so(
    published_sample: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = tmp_path / "published" / "inbox.duckdb"
    published.parent.mkdir()
    shutil.copy(published_sample.published_database, published)
    with closing(duckdb.connect(str(published))) as connection:
        connection.execute("update dim_report set first_date = null, last_date = null")
    monkeypatch.setenv("INBOX_HOME", str(tmp_path))
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not app.exception
    assert "Nothing has happened in this inbox yet" in app.info[0].value


def test_at_first_the_last_30_days_are_shown(app: AppTest, ask: Any) -> None:
    app.run()
    rows = ask("select label, current_value from inbox_cards('2024-03-02', '2024-03-31')")
    assert {label: number(text) for label, text in metrics(app).items()} == cards_of(rows)
    assert app.selectbox(key="range").value == "last_30_days"
    assert app.date_input(key="dates").value == (date(2024, 3, 2), date(2024, 3, 31))
    assert app.query_params == {}


def test_each_choice_is_in_the_url(app: AppTest, ask: Any) -> None:
    app.run()
    app.selectbox(key="range").set_value("last_month").run()
    assert app.query_params == {"range": "last_month"}
    app.button_group(key="grain").set_value("week").run()
    app.date_input(key="dates").set_value((date(2024, 2, 3), date(2024, 2, 9))).run()
    assert app.query_params == {"from": "2024-02-03", "to": "2024-02-09", "grain": "week"}
    assert app.selectbox(key="range").value == "custom"
    rows = ask("select label, current_value from inbox_cards('2024-02-03', '2024-02-09')")
    assert {label: number(text) for label, text in metrics(app).items()} == cards_of(rows)


def test_half_a_range_waits_for_its_other_half(app: AppTest) -> None:
    app.run()
    before = metrics(app)
    app.date_input(key="dates").set_value((date(2024, 2, 3),)).run()
    assert metrics(app) == before
    assert any("Choose the last day" in caption.value for caption in app.caption)
    app.date_input(key="dates").set_value((date(2024, 2, 3), date(2024, 2, 9))).run()
    assert metrics(app) != before
    assert app.query_params == {"from": "2024-02-03", "to": "2024-02-09"}


def test_every_number_is_explained_by_its_published_comment(app: AppTest, ask: Any) -> None:
    app.run()
    for metric in app.metric:
        ((name,),) = ask("select metric from mart_inbox_cards where label = ?", metric.label)
        ((comment,),) = ask(
            "select comment from duckdb_columns() "
            "where table_name = 'mart_inbox_daily' and column_name = ?",
            name,
        )
        assert metric.help.startswith(comment)


def test_a_range_before_the_data_is_empty_and_says_so(app: AppTest) -> None:
    app.query_params.update({"from": "2023-01-01", "to": "2023-01-31", "section": "agents"})
    app.run()
    assert set(metrics(app).values()) == {"0", "-"}
    assert any("No agent has done anything" in text.value for text in app.markdown)
    assert any("The data begin on 1 January 2024" in caption.value for caption in app.caption)


def test_an_unknown_agent_in_a_link_is_said(app: AppTest) -> None:
    app.query_params.update({"section": "agents", "agent": "![x](http://example.org/x.png)"})
    app.run()
    assert not app.exception
    assert "not in the data" in app.warning[0].value


def test_names_from_exports_are_text_and_nothing_else(
    published_sample: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = tmp_path / "published" / "inbox.duckdb"
    published.parent.mkdir()
    shutil.copy(published_sample.published_database, published)
    with closing(duckdb.connect(str(published))) as connection:
        connection.execute(
            "update dim_agents set name = '![x](http://example.org/x.png) :red[*b*] $a$' "
            "where agent_id = 'u00021'"
        )
    monkeypatch.setenv("INBOX_HOME", str(tmp_path))
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params.update({"section": "agents", "agent": "u00021"})
    app.run()
    assert not app.exception
    assert app.subheader[0].value == (
        r"\!\[x\]\(http\:\/\/example\.org\/x\.png\) \:red\[\*b\*\] \$a\$".replace(r"\/", "/")
    )


# The page in a browser.


def test_range_grain_and_agent_show_what_sql_says(page: Page, address: str, ask: Any) -> None:
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.removeprefix("blob:")))
    page.on("websocket", lambda socket: asked.add(socket.url))
    open_page(page, address)
    expect(page.get_by_text("Data to 31 March 2024")).to_be_visible()
    rows = ask("select label, current_value from inbox_cards('2024-03-02', '2024-03-31')")
    assert {label: number(text) for label, text in read_cards(page).items()} == cards_of(rows)

    choose(page, "Range", "Last month")
    expect(page).to_have_url(re.compile(r"range=last_month"))
    wait_until_shown(page)
    rows = ask("select label, current_value from inbox_cards('2024-02-01', '2024-02-29')")
    assert {label: number(text) for label, text in read_cards(page).items()} == cards_of(rows)

    page.get_by_role("radio", name="Week").click()
    expect(page).to_have_url(re.compile(r"grain=week"))
    wait_until_shown(page)
    page.get_by_text("The numbers behind the charts").click()
    rows = ask(
        "select new_threads, messages, unique_users, average_rating, ratings, is_complete from "
        "inbox_series('week', '2024-02-01', '2024-02-29', null) order by period_start_date desc"
    )
    table = read_table(page, "By week")
    assert [[number(cell) for cell in row[1:6]] for row in table] == [
        [shown(value) for value in row[:5]] for row in rows
    ]
    assert [row[0].endswith("(part)") for row in table] == [not row[5] for row in rows]
    rows = ask("from inbox_top_labels('2024-02-01', '2024-02-29', 10, null)")
    labels = read_table(page, "Top labels")
    assert [(label, int(threads), int(rank)) for rank, label, threads in labels] == rows
    bars = page.locator(".st-key-chart_labels svg.marks")
    assert [str(row[1]) for row in rows] == [
        text for text in bars.locator("text").all_text_contents() if text.isdigit()
    ]

    page.get_by_role("tab", name="Stats per agent").click()
    expect(page).to_have_url(re.compile(r"section=agents"))
    wait_until_shown(page)
    rows = ask(
        "select agent_name, average_rating, ratings, new_threads, messages_sent, "
        "first_response_seconds_median, closing_seconds_median "
        "from inbox_agents('2024-02-01', '2024-02-29')"
    )
    table = read_table(page, "Agents")
    assert sorted(table_row[0] for table_row in table) == sorted(row[0] for row in rows)
    by_name = {row[0]: row for row in table}
    for name, rating, *counts, response_seconds, closing_seconds in rows:
        cells = by_name[name]
        assert number(cells[1]) == shown(rating)
        assert [number(cells[position]) for position in (2, 5, 6)] == counts
        line = page.get_by_role("table", name="Agents").locator("tr", has_text=name)
        seconds = line.locator("abbr").evaluate_all("all => all.map(e => e.title)")
        assert [number(text.removesuffix(" seconds")) for text in seconds] == pytest.approx(
            [value for value in (response_seconds, closing_seconds) if value is not None], abs=0.001
        )

    page.get_by_role("table", name="Agents").get_by_role("button", name="Ratings").click()
    expect(page).to_have_url(re.compile(r"order=-ratings"))
    wait_until_shown(page)
    ratings = [int(row[2]) for row in read_table(page, "Agents")]
    assert ratings == sorted(ratings, reverse=True)

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
    assert [[number(cell) for cell in row[1:6]] for row in read_table(page, "By week")] == [
        [shown(value) for value in row] for row in rows
    ]

    page.get_by_role("button", name="Unassigned", exact=True).click()
    expect(page.get_by_role("heading", name="Unassigned")).to_be_visible()
    wait_until_shown(page)
    rows = ask(
        "select new_threads, messages, unique_users from mart_agents_weekly where agent_id is null "
        "and period_start_date in ('2024-02-05', '2024-02-12', '2024-02-19') "
        "order by period_start_date desc"
    )
    table = read_table(page, "By week")
    assert [[number(cell) for cell in row[1:4]] for row in table[1:4]] == [
        list(row) for row in rows
    ]
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(address).netloc}, (
        "the page asks nobody else for anything"
    )


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
    before = read_cards(page), read_table(page, "Agents")
    choose(page, "Range", "Last 7 days")
    wait_until_shown(page)
    expect(page).to_have_url(re.compile(r"range=last_7_days"))
    assert (read_cards(page), read_table(page, "Agents")) != before
    page.go_back()
    expect(page.get_by_role("combobox", name="Range")).to_have_value("All time")
    wait_until_shown(page)
    assert (read_cards(page), read_table(page, "Agents")) == before
    other = context.new_page()
    open_page(other, page.url)
    assert (read_cards(other), read_table(other, "Agents")) == before


def test_the_keyboard_is_enough(page: Page, address: str, ask: Any) -> None:
    open_page(page, address)
    page.get_by_role("spinbutton", name=re.compile(r"^month.*start date")).press_sequentially("02")
    page.keyboard.type("10")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"from=2024-02-10&to=2024-03-31"))
    wait_until_shown(page)
    rows = ask("select label, current_value from inbox_cards('2024-02-10', '2024-03-31')")
    assert {label: number(text) for label, text in read_cards(page).items()} == cards_of(rows)
    page.get_by_role("tab", name="General stats").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("table", name="Agents")).to_be_visible()
    page.get_by_role("table", name="Agents").get_by_role("button", name="Ratings").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"order=-ratings"))
    page.get_by_role("button", name="Helper 01", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Helper 01")).to_be_visible()
    page.get_by_role("button", name="Help for New threads", exact=True).focus()
    expect(page.get_by_role("tooltip")).to_contain_text("Conversations that stand")


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
        expect(page.locator("svg.marks")).to_have_count(4)
        main = page.get_by_test_id("stMain")
        assert main.evaluate("e => e.scrollWidth") == 400, "nothing has to be scrolled sideways"
        background = main.evaluate(
            "e => getComputedStyle(e.closest('[data-testid=stApp]')).backgroundColor"
        )
        assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 22, 28)"}[scheme]
        page.get_by_text("The numbers behind the charts").click()
        expect(page.get_by_role("table")).to_have_count(3)
        assert page.evaluate(f"({CONTRAST})({LEAST_CONTRAST})") == []
        assert len(page.evaluate(f"({CONTRAST})(21.1)")) > 100, "the measure sees the texts"


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
        assert read_cards(page) != before


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
    connection = HTTPConnection(urlsplit(address).netloc, timeout=20)
    if path.endswith("/stream"):
        upgrade = {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version": "13"}
        headers = {**headers, **upgrade, "Upgrade": "websocket", "Connection": "Upgrade"}
    with closing(connection):
        connection.request(method, path, b"x" * 100 if method == "PUT" else None, headers)
        answer = connection.getresponse()
        assert answer.status == expected
        if expected == 200:
            assert answer.headers["X-Frame-Options"] == "DENY"
