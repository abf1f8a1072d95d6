"""What an API is made of: the types that kinds declare one with, and nothing that runs.

A kind says what to ask in which order (`Plan`), endpoint by endpoint; `fetching` asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol


def only_page(answer: Any, records: Sequence[Any]) -> Mapping[str, Any] | None:
    """Of an endpoint that tells all at once."""
    return None


@dataclass(frozen=True)
class Endpoint:
    """What is asked of an API.

    table: which table its records are of; empty where they only say what to ask for. path: below
    the address. params: of the query, or of a POST the body. records: where in an answer they lie;
    empty where it is a record itself, or a list of them. following: from an answer and its records
    the params (and `url`) of the next request, None after the last. absent: which statuses say that
    there is none of it, where that is no fault.
    """

    table: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    records: str = ""
    following: Callable[[Any, Sequence[Any]], Mapping[str, Any] | None] = only_page
    method: Literal["GET", "POST"] = "GET"
    absent: tuple[int, ...] = ()


@dataclass(frozen=True)
class Page:
    """An answer and the records in it.

    is_last: whether nothing follows. answered_at: by the clock of the desk, where it tells it.
    """

    endpoint: Endpoint
    records: list[dict[str, Any]]
    answer: Any
    is_last: bool
    answered_at: datetime | None = None


@dataclass(frozen=True)
class Fetched:
    """Records of a table that were fetched.

    reached: how far each of the plan's cursors has come with these records and all before them.
    is_absent: whether the desk has no such table. is_joined: whether what comes next is read
    together with these.
    """

    table: str = ""
    records: Sequence[Mapping[str, Any]] = ()
    reached: Mapping[str, str] = field(default_factory=dict)
    is_absent: bool = False
    is_joined: bool = False


class Desk(Protocol):
    """What a plan asks. page_size: how many records it may ask for at once."""

    options: Mapping[str, Any]
    page_size: int

    def pages(self, endpoint: Endpoint) -> Iterator[Page]:
        """The pages of an endpoint, one after the other."""
        ...

    def records(self, endpoint: Endpoint) -> list[dict[str, Any]]:
        """All records of an endpoint."""
        ...


Plan = Callable[[Desk, Mapping[str, str]], Iterator[Fetched]]
"""What is asked in which order: from how far the cursors had come to what was fetched since."""


@dataclass(frozen=True)
class Api:
    """How a desk is asked over HTTP.

    domains: of the vendor's cloud; none where a desk runs anywhere. login: what of `user` and
    `password` (the token) it cannot do without. login_is: what to give for it. auth: from a login
    and the address, the `auth` of dlt's rest_api.
    """

    plan: Plan
    auth: Callable[[Mapping[str, str], str], Mapping[str, Any]]
    login_is: str
    domains: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    login: tuple[str, ...] = ("password",)
