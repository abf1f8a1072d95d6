"""What a click on the report's page leads to: the threads behind a number, and filters."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.report_page import expect_cards, open_page, wait_until_shown


def test_a_click_on_a_point_or_a_card_shows_the_threads_behind_it(
    page: Page, address: str, ask: Any
) -> None:
    open_page(page, f"{address}/?range=this_month&grain=week")
    page.locator(".st-key-chart_first_response svg.marks").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("First response")
    expect(page).to_have_url(re.compile(r"period=\d"))
    (period,) = re.findall(r"period=([\d-]+)", page.url)
    ((counted,),) = ask(
        "select responded_threads from inbox_series('week', '2024-03-01', '2024-03-31', null) "
        "where period_start_date = cast(? as date)",
        period,
    )
    expect(dialog).to_contain_text(f"{counted} counted")
    dialog.get_by_role("button", name="Close").click()
    expect(page).not_to_have_url(re.compile("threads="))
    wait_until_shown(page)
    page.get_by_role("button", name=re.compile("^Ratings: ")).click()
    ((ratings,),) = ask(
        "select current_value from inbox_cards('2024-03-01', '2024-03-31') where metric = 'ratings'"
    )
    expect(dialog).to_contain_text(f"{int(ratings)} counted")


def test_a_click_on_a_cell_shows_the_threads_behind_it(page: Page, address: str, ask: Any) -> None:
    open_page(page, f"{address}/?section=agents&range=this_month")
    agents = page.get_by_role("table", name="Agents")
    agents.locator("tr", has_text="Helper 06").locator("td button").nth(1).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("First response, 1 to 31 March 2024, Helper 06")
    ((counted,),) = ask(
        "select count(*) from inbox_threads('first_response_seconds_median', '2024-03-01', "
        "'2024-03-31', 'u00021') where is_counted"
    )
    expect(dialog).to_contain_text(f"{counted} counted")
    dialog.get_by_role("button", name="Close").click()
    expect(page).to_have_url(f"{address}/?range=this_month&section=agents")
    wait_until_shown(page)
    agents.locator("tr", has_text="Helper 06").get_by_role("button", name="Helper 06").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("New threads, 1 to 31 March 2024")


def test_a_click_on_a_label_filters(page: Page, address: str, ask: Any) -> None:
    open_page(page, address)
    page.get_by_role("table", name="Top labels").get_by_role("button", name="customize").click()
    expect(page).to_have_url(re.compile("label=customize"))
    wait_until_shown(page)
    rows = ask(
        "select metric, current_value from inbox_cards('2024-03-02', '2024-03-31', "
        "labels := ['customize'])"
    )
    expect_cards(page, rows)
