"""A component of the page: its files beside it, and the clicks that it tells."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

HERE = Path(__file__).parent


@cache
def component(name: str) -> Any:
    """The component of the files that have its name; what all of them share comes first."""
    return st.components.v2.component(
        f"inbox_warehouse.{name}",
        html='<div class="frame"></div>',
        css=_read("shared.css") + _read(f"{name}.css"),
        js=_read("shared.js") + _read(f"{name}.js"),
    )


def hand_on(key: str, trigger: str, receive: Callable[[Any], None] | None) -> None:
    """Hands on what was clicked."""
    value = st.session_state[key].get(trigger)
    if receive is not None and value is not None:
        receive(value)


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
