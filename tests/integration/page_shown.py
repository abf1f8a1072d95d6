"""What the report's page shows where it runs without a browser."""

from __future__ import annotations

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.browser.report_page import number, shown


def component(app: AppTest, key: str) -> Any:
    """What a component of the page was given to show."""
    assert not app.exception
    (found,) = (element for element in app.get("bidi_component") if element.key == key)
    return json.loads(found.proto.json)


def has(app: AppTest, key: str) -> bool:
    return any(element.key == key for element in app.get("bidi_component"))


def cards(app: AppTest) -> dict[str, dict[str, Any]]:
    return {card["metric"]: card for card in component(app, "cards")["cards"]}


def values(app: AppTest) -> dict[str, float | None]:
    return {metric: number(card["value"]) for metric, card in cards(app).items()}


def cards_of(rows: list[tuple[Any, ...]]) -> dict[str, float | None]:
    return {metric: shown(value) for metric, value in rows}
