"""The report's page over the published sample, without a browser: its states and its numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from orchestration.publishing.definitions import DEFINED, NAMES
from orchestration.publishing.presentation import describe_seconds
from orchestration.report_page.serve import APP
from tests.browser.report_page import number, shown
from tests.integration.page_shown import cards, cards_of, component, has, values

Ask = Callable[..., list[tuple[Any, ...]]]
ChangedApp = Callable[..., AppTest]


def test_before_the_first_publication_the_page_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INBOX_HOME", str(tmp_path))
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not app.exception
    assert "Nothing is published yet" in app.info[0].value
    assert not has(app, "cards")


def test_a_damaged_file_is_said_without_a_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INBOX_HOME", str(tmp_path))
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "inbox.duckdb").write_bytes(b"no database" * 999)
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not app.exception
    assert "cannot be read" in app.error[0].value


def test_an_inbox_without_activity_says_so(changed_app: ChangedApp) -> None:
    app = changed_app("update dim_report set first_date = null, last_date = null").run()
    assert not app.exception
    assert "Nothing has happened in this inbox yet" in app.info[0].value


def test_at_first_the_last_30_days_are_shown(app: AppTest, ask: Ask) -> None:
    app.run()
    rows = ask("select metric, current_value from inbox_cards('2024-03-02', '2024-03-31')")
    assert values(app) == cards_of(rows)
    assert app.selectbox(key="range").value == "last_30_days"
    assert app.date_input(key="dates").value == (date(2024, 3, 2), date(2024, 3, 31))
    assert app.query_params == {}


def test_each_choice_is_in_the_url(app: AppTest, ask: Ask) -> None:
    app.run()
    app.selectbox(key="range").set_value("last_month").run()
    assert app.query_params == {"range": "last_month"}
    app.button_group(key="grain").set_value("week").run()
    app.date_input(key="dates").set_value((date(2024, 2, 3), date(2024, 2, 9))).run()
    assert app.query_params == {"from": "2024-02-03", "to": "2024-02-09", "grain": "week"}
    assert app.selectbox(key="range").value == "custom"
    rows = ask("select metric, current_value from inbox_cards('2024-02-03', '2024-02-09')")
    assert values(app) == cards_of(rows)


def test_half_a_range_waits_for_its_other_half(app: AppTest) -> None:
    app.run()
    before = values(app)
    app.date_input(key="dates").set_value((date(2024, 2, 3),)).run()
    assert values(app) == before
    assert any("Choose the last day" in caption.value for caption in app.caption)
    app.date_input(key="dates").set_value((date(2024, 2, 3), date(2024, 2, 9))).run()
    assert values(app) != before
    assert app.query_params == {"from": "2024-02-03", "to": "2024-02-09"}


def test_each_card_says_what_it_was_and_how_it_went(app: AppTest, ask: Ask) -> None:
    app.run()
    for metric, now, before, change in ask(
        "select metric, current_value, previous_value, change "
        "from inbox_cards('2024-03-02', '2024-03-31')"
    ):
        card = cards(app)[metric]
        assert number(card["before"].removeprefix("was ")) == shown(before)
        assert card["change"].startswith("\N{MINUS SIGN}" if change < 0 else "+")
        course = ask(f"select {metric} from inbox_series('day', '2024-03-02', '2024-03-31', null)")
        assert card["course"] == [value for (value,) in course]
        assert len(card["course_compared"]) == 30
        assert len(card["help"]) > 20
        if metric in ("new_threads", "messages", "ratings"):
            assert sum(card["course"]) == now


def test_a_range_is_compared_with_what_is_chosen(app: AppTest) -> None:
    app.run()
    app.selectbox(key="compare").set_value("none").run()
    assert app.query_params == {"compare": "none"}
    card = cards(app)["new_threads"]
    assert (card["change"], card["before"], card["course_compared"]) == ("", "", [])
    app.selectbox(key="compare").set_value("year").run()
    assert cards(app)["new_threads"]["change"] == "not comparable"
    assert any("there are not those days last year" in caption.value for caption in app.caption)


def test_a_year_is_compared_with_the_one_before(changed_app: ChangedApp) -> None:
    """March 2024 as if it had been exported a year before too: covered, and empty."""
    app = changed_app("update dim_report set covered_from = date '2023-01-01'")
    app.query_params.update({"compare": "year", "range": "this_month"})
    app.run()
    card = cards(app)["new_threads"]
    assert (card["before"], card["change"]) == ("was 0", "+945")
    assert any("compared with 1 to 31 March 2023" in caption.value for caption in app.caption)


def test_the_first_line_says_how_far_the_data_reach_and_what_is_not_in_them(
    changed_app: ChangedApp,
) -> None:
    app = changed_app(
        "update dim_dates set is_missing = true where date = '2024-03-20'",
        "update fct_export_days set rows_rejected = 1201 where export_date = '2024-03-21'",
    ).run()
    assert not app.exception
    strip = app.markdown[0].value
    for said in ("Data to 31 March 2024", "days behind", "1 day missing", "1,201 rows set aside"):
        assert said in strip
    assert "20 March 2024" in app.warning[0].value


def test_a_range_before_the_data_is_empty_and_says_so(app: AppTest) -> None:
    app.query_params.update({"from": "2023-01-01", "to": "2023-01-31", "section": "agents"})
    app.run()
    assert any("No agent has done anything" in text.value for text in app.markdown)
    app.query_params.pop("section")
    app.run()
    assert set(values(app).values()) == {0, None}
    assert any("The data begin on 1 January 2024" in caption.value for caption in app.caption)
    assert sum("Nothing happened in this range" in text.value for text in app.markdown) == 1
    assert not app.get("vega_lite_chart")
    assert not app.get("arrow_vega_lite_chart")


def test_filters_that_leave_nothing_say_so_once(app: AppTest) -> None:
    app.query_params.update({"channel": "forum/fi", "label": "nothing carries it"})
    app.run()
    assert sum("The filters leave no thread" in text.value for text in app.markdown) == 1
    told = {name: (card["change"], card["before"]) for name, card in cards(app).items()}
    assert told["new_threads"] == ("no change", "was 0")
    assert told["average_rating"] == ("", "")


def test_filters_are_in_the_url_and_in_every_number(app: AppTest, ask: Ask) -> None:
    app.run()
    app.toggle(key="filtering").set_value(True).run()
    app.multiselect(key="filter_label").set_value(["other", "customize"]).run()
    assert app.query_params == {"label": ["other", "customize"]}
    rows = ask(
        "select metric, current_value from inbox_cards('2024-03-02', '2024-03-31', "
        "labels := ['other', 'customize'])"
    )
    assert values(app) == cards_of(rows)
    app.multiselect(key="filter_channel").set_value(["forum/it"]).run()
    ((threads,),) = ask(
        "select current_value from inbox_cards('2024-03-02', '2024-03-31', "
        "labels := ['other', 'customize'], channels := ['forum/it']) where metric = 'new_threads'"
    )
    assert values(app)["new_threads"] == threads
    app.button(key="without_label_other").click().run()
    assert app.query_params == {"label": "customize", "channel": "forum/it"}


def test_the_threads_behind_a_number_are_shown_and_why_others_are_not(
    app: AppTest, ask: Ask
) -> None:
    app.query_params["threads"] = "first_response_seconds_median"
    app.run()
    rows = component(app, "threads_table")["rows"]
    counted = ask(
        "select thread_id from inbox_threads('first_response_seconds_median', '2024-03-02', "
        "'2024-03-31', null) where is_counted"
    )
    assert {row["cells"][0]["text"] for row in rows} <= {thread for (thread,) in counted}
    assert len(rows) == min(len(counted), 200)
    assert any(f"{len(counted)} counted, 259 unanswered" in text.value for text in app.markdown)


def test_a_number_is_told_by_the_definitions_of_others_too(app: AppTest, ask: Ask) -> None:
    app.run()
    app.toggle(key="definitions").set_value(True).run()
    assert app.query_params == {"definitions": "first_response_seconds"}
    shown_rows = component(app, "definitions_table")["rows"]
    rows = ask(
        "select definition, value, threads from "
        "inbox_definitions('first_response_seconds', '2024-03-02', '2024-03-31', null)"
    )
    assert len(rows) > 3
    assert [
        (row["id"], row["cells"][0]["text"], row["cells"][1]["text"]) for row in shown_rows
    ] == [(name, NAMES[name], describe_seconds(value)) for name, value, _ in rows]


def test_each_definition_is_called_what_its_makers_call_themselves(ask: Ask) -> None:
    told = "select definition from inbox_definitions(?, '2024-03-02', '2024-03-31', null)"
    assert {name for number in DEFINED for (name,) in ask(told, number)} == set(NAMES)
