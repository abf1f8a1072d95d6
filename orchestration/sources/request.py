"""What an import is told: the source, where it goes, and what the machine allows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from orchestration.machine import zones
from orchestration.settings.values import known_zone

from .errors import WrongSource
from .kinds import kind_named
from .model import Kind, Option
from .people import People

_NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,62}")
_PREFIX = re.compile(r"[^\s:|/]{0,62}")


def _day_or_none(value: str) -> str:
    """The text of a day, which may be empty; YAML gives a day as one."""
    try:
        return value and date.fromisoformat(value).isoformat()
    except ValueError:
        raise ValueError(f"{value!r} is no day; one is 2024-01-31") from None


COMMON_OPTIONS = (
    Option("plain_addresses", False, "whether mail addresses may stand for people without a key"),
    Option("zone", "UTC", "the IANA zone of times that have no offset", check=known_zone),
)
FETCH_OPTIONS = (
    Option(
        "since",
        "",
        "of an API: the day since which records were changed that are fetched",
        check=_day_or_none,
    ),
    Option("allow_host", [], "of an API: hosts that are asked though they are not the vendor's"),
    Option("ca_file", "", "of an API: the file of a certification authority of your own"),
)


@dataclass(frozen=True)
class Source:
    """A source as it is named on the command line or in the file of the daily ones.

    prefix: None for what was recorded at the first import. options: as text or as YAML gives them.
    """

    name: str
    kind_name: str
    where: str
    landing: str | None = None
    prefix: str | None = None
    staff: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if _NAME.fullmatch(self.name) is None:
            raise WrongSource(
                f"{self.name!r} is no name of a source: give lower-case letters, digits and _"
            )
        if self.prefix is not None and _PREFIX.fullmatch(self.prefix) is None:
            raise WrongSource(f"{self.prefix!r} is no prefix: give letters without spaces, : and |")

    @property
    def kind(self) -> Kind:
        """The help desk. Raises WrongSource where there is none of the name."""
        return kind_named(self.kind_name)

    @property
    def typed_options(self) -> dict[str, Any]:
        """Every option of the kind with its value. Raises WrongSource where one is unknown."""
        return typed_options(self.kind, self.options)


@dataclass(frozen=True)
class Surroundings:
    """Where an import works.

    users: what becomes of identifiers. erase: notes people, by what landed of them, whom a desk
    has erased. most_seconds: after which it is given up. retention_days: before the last day, that
    stay open to corrections. engine: DuckDB's settings.
    """

    sources_folder: Path
    users: People
    timezone: str = "UTC"
    most_seconds: float | None = None
    retention_days: int | None = None
    erase: Callable[[Sequence[str]], None] = field(default=lambda landed: None)
    engine: Mapping[str, str] = field(default_factory=dict)

    def folder_of(self, source: Source) -> Path:
        """What is kept of a source."""
        return self.sources_folder / source.name

    def export_day(self, began_at: datetime, asked: date | None = None) -> date:
        """The day that is asked for, else the last local day that had ended at a moment.

        Raises WrongSource where it is yet to come: no later import could be of a day before it.
        """
        today = zones.local_date(began_at, self.timezone)
        if asked is not None and asked > today:
            raise WrongSource(f"--day {asked} is yet to come: give a day up to today, {today}")
        return asked or today - timedelta(days=1)


def now() -> datetime:
    """The moment at which an import begins: the only look at the clock."""
    return datetime.now(UTC)


def left_out(options: Mapping[str, Any]) -> Sequence[str]:
    """The groups that are never imported, of a kind that has such an option."""
    return list(options.get("leave_out", ()))


def typed_options(kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """Every option with its value; defaults where none is given."""
    of_api = FETCH_OPTIONS if kind.api is not None else ()
    known = {option.name: option for option in (*kind.options, *COMMON_OPTIONS, *of_api)}
    for name in given:
        if name not in known:
            raise WrongSource(
                f"{kind.title} has no option {name!r}: give one of {', '.join(sorted(known))}"
            )
    return {
        name: _typed(option, given[name]) if name in given else option.default
        for name, option in known.items()
    }


def _typed(option: Option, value: Any) -> Any:
    match option.default:
        case bool():
            if str(value).lower() not in ("true", "false", "yes", "no", "1", "0"):
                raise WrongSource(f"Option {option.name} is true or false")
            return str(value).lower() in ("true", "yes", "1")
        case int():
            if not str(value).isdecimal() or int(value) < option.least:
                raise WrongSource(f"Option {option.name} is a whole number, {option.least} or more")
            return int(value)
        case list() | tuple():
            entries = value if isinstance(value, list) else str(value).split(",")
            return [str(entry).strip() for entry in entries if str(entry).strip()]
    try:
        return option.check(str(value))
    except ValueError as error:
        raise WrongSource(f"Option {option.name}: {error}") from None
