"""Opens the API of a kind at an address; the one way in from an import."""

from __future__ import annotations

import time

from ..errors import WrongSource
from ..model import Kind, Opening
from ..request import Source
from .landing import FetchLanding
from .limits import LIMITS

LOOK_RECORDS = 25


def open_api(
    kind: Kind,
    source: Source,
    opening: Opening,
    most_seconds: float | None,
    is_look: bool = False,
) -> FetchLanding:
    """The API of a source. Raises WrongSource where it may not, or cannot, be asked."""
    if kind.api is None or source.landing not in (None, "api"):
        raise WrongSource(
            f"{kind.title} is not fetched from an API"
            if kind.api is None
            else f"An address of https is the landing api, and not {source.landing}"
        )
    try:
        from .asking import MOST_RECORDS, Asker
    except ImportError as error:
        raise WrongSource(
            f"Fetching needs the extra fetch ({error.name} is missing): install "
            "inbox-warehouse[fetch]"
        ) from None
    until = None
    if most_seconds is not None:
        until = time.monotonic() + most_seconds * (1 - LIMITS.part_for_reading)
    asker = Asker(
        source.name, kind.title, kind.api, source.where, opening, LIMITS, until,
        LOOK_RECORDS if is_look else MOST_RECORDS,
    )  # fmt: skip
    return FetchLanding(kind, asker, LIMITS, is_look)
