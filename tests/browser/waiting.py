"""Waiting for what a page shows: it is read again until it is right, or has had time enough.

What a page shows when it is asked just once may be what it showed before.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from playwright.sync_api import Page

Seen = TypeVar("Seen")
SECONDS = 30.0


def until(page: Page, read: Callable[[], Seen], is_right: Callable[[Seen], bool]) -> Seen:
    """What a page shows once it is right; fails with what it shows at last."""
    give_up_at = time.monotonic() + SECONDS
    while not is_right(seen := read()):
        assert time.monotonic() < give_up_at, seen
        page.wait_for_timeout(100)
    return seen


def until_equal(page: Page, read: Callable[[], Seen], expected: Seen) -> None:
    """Waits until a page shows just this; fails with where it differs at last."""
    give_up_at = time.monotonic() + SECONDS
    while (seen := read()) != expected and time.monotonic() < give_up_at:
        page.wait_for_timeout(100)
    assert seen == expected
