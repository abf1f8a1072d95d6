"""The agents of the report's page, without a browser: their table, and who is chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from streamlit.testing.v1 import AppTest

from orchestration.publishing.presentation import describe_seconds
from tests.browser.report_page import number, shown
from tests.integration.page_shown import component

Ask = Callable[..., list[tuple[Any, ...]]]


def test_an_unknown_agent_in_a_link_is_said(app: AppTest) -> None:
    app.query_params.update({"section": "agents", "agent": "![x](http://example.org/x.png)"})
    app.run()
    assert not app.exception
    assert "not in the data" in app.warning[0].value


def test_names_from_exports_are_text_and_nothing_else(changed_app: Callable[..., AppTest]) -> None:
    app = changed_app(
        "update dim_agents set name = '![x](http://example.org/x.png) :red[*b*] $a$' "
        "where agent_id = 'u00021'"
    )
    app.query_params.update({"section": "agents", "agent": "u00021"})
    app.run()
    assert not app.exception
    assert app.subheader[0].value == (
        r"\!\[x\]\(http\:\/\/example\.org\/x\.png\) \:red\[\*b\*\] \$a\$".replace(r"\/", "/")
    )


def test_a_chosen_agent_is_shown_with_numbers_of_their_own(app: AppTest, ask: Ask) -> None:
    app.query_params.update({"section": "agents", "agent": "u00021"})
    app.run()
    shown_cards = {card["metric"]: card for card in component(app, "agent_cards")["cards"]}
    now = "inbox_agents('2024-03-02', '2024-03-31')"
    before = "inbox_agents('2024-02-01', '2024-03-01')"
    ((threads, sent, rating),) = ask(
        f"select new_threads, messages_sent, average_rating from {now} where agent_id = 'u00021'"
    )
    ((threads_before,),) = ask(f"select new_threads from {before} where agent_id = 'u00021'")
    ((all_threads, all_sent),) = ask(f"select sum(new_threads), sum(messages_sent) from {now}")
    assert number(shown_cards["new_threads"]["value"]) == threads
    assert number(shown_cards["average_rating"]["value"]) == shown(rating)
    assert shown_cards["new_threads"]["before"] == (
        f"was {threads_before} · {threads / all_threads:.0%} of all"
    )
    assert f"{sent / all_sent:.0%} of all" in shown_cards["messages_sent"]["before"]
    everyone = component_of_everyone(ask)
    assert shown_cards["first_response_seconds_median"]["before"].endswith(f"everyone {everyone}")
    columns = [column["title"] for column in component(app, "agents_table")["columns"]]
    assert columns == ["Agent", "New threads"]
    app.button(key="all_agents").click().run()
    assert app.query_params == {"section": "agents"}
    assert len(component(app, "agents_table")["columns"]) == 7


def component_of_everyone(ask: Ask) -> str:
    """Everyone's median first response of the last 30 days, in words."""
    ((seconds,),) = ask(
        "select first_response_seconds_median "
        "from inbox_series('year', '2024-03-02', '2024-03-31', null)"
    )
    return describe_seconds(seconds)


def test_the_agents_table_has_everyone_and_how_many_are_behind_a_median(
    app: AppTest, ask: Ask
) -> None:
    app.query_params.update({"section": "agents"})
    app.run()
    rows = component(app, "agents_table")["rows"]
    everyone = rows[0]["cells"]
    assert [cell["text"] for cell in everyone[:2]] == ["Everyone", "916"]
    assert everyone[2]["text"] == component_of_everyone(ask)
    for row in rows[1:]:
        ((answered,),) = ask(
            "select sum(ended) from inbox_within('first_response', 60, 'day', '2024-03-02', "
            "'2024-03-31', agent := ?)",
            row["id"],
        )
        cell = row["cells"][2]
        assert int(cell.get("behind", "0").replace(",", "")) == (answered or 0)
        assert cell.get("is_muted", True) == ((answered or 0) < 5)
