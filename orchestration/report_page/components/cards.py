"""Cards in the page: a number, its change, what it was, and its course as a small line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

from orchestration.report_page.cards import Card
from orchestration.report_page.components.component import component, hand_on


def show_cards(
    cards: Sequence[Card],
    caption: str,
    key: str,
    chosen: str | None,
    on_chosen: Callable[[str], None],
) -> None:
    """Shows the cards beside each other, as a list that has the caption.

    chosen: the metric whose threads are shown; the callback gets the one that is clicked.
    """
    component("cards")(
        key=key,
        data={
            "caption": caption,
            "chosen": chosen,
            "cards": [asdict(card) for card in cards],
        },
        on_chosen_change=lambda: hand_on(key, "chosen", on_chosen),
    )
