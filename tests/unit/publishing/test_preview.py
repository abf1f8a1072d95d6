from __future__ import annotations

from datetime import date, timedelta
from xml.etree import ElementTree

import pandas as pd

from orchestration.publishing.preview import cards_table, plot_days


def test_cards_are_a_table_of_markdown() -> None:
    cards = pd.DataFrame(
        {
            "metric": ["new_threads", "average_rating", "ratings"],
            "label": ["New threads", "Average rating", "Ratings"],
            "current_value": [1916.0, 3.5911, 0.0],
            "previous_value": [2027.0, 3.41, None],
            "change": [-111.0, 0.1811, None],
            "change_ratio": [-0.0547, 0.0531, None],
        }
    )
    assert cards_table(cards).splitlines() == [
        "| | now | before | change |",
        "| :-- | --: | --: | --: |",
        "| New threads | 1,916 | 2,027 | -111 (-5.5%) |",
        "| Average rating | 3.59 | 3.41 | +0.18 (+5.3%) |",
        "| Ratings | 0 | - | - |",
    ]


def days(number: int) -> pd.DataFrame:
    first = date(2024, 2, 1)
    return pd.DataFrame(
        {
            "period_start_date": pd.to_datetime(
                [first + timedelta(days=offset) for offset in range(number)]
            ),
            "new_threads": range(number),
            "messages": [None] * number,
            "ratings": [0] * number,
        }
    )


def test_days_are_drawn_as_bars_of_which_the_last_thirty_are_strong() -> None:
    picture = ElementTree.fromstring(plot_days(days(60)))
    bars = [bar for bar in picture.iter() if bar.get("fill") in ("#2563eb", "#bfdbfe")]
    assert [bar.get("fill") for bar in bars[:60]] == ["#bfdbfe"] * 30 + ["#2563eb"] * 30
    heights = [float(bar.get("height") or 0) for bar in bars[:60]]
    assert heights == sorted(heights)
    texts = [text.text for text in picture.iter() if text.text]
    assert "at most 59" in texts
    assert {"2024-02-01", "2024-03-31"} <= set(texts)


def test_no_days_are_no_error() -> None:
    ElementTree.fromstring(plot_days(days(0)))
