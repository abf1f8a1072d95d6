"""Which conversations a report is asked for: by channel, team and label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

# What a filter is called, and the functions' argument that takes its values.
ARGUMENTS = {"channel": "channels", "team": "teams", "label": "labels"}


@dataclass(frozen=True)
class Filters:
    """Conversations with any of the values of each filter; an empty filter chooses all.

    The empty text is nobody's team.
    """

    channel: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    label: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is chosen."""
        return any(self.chosen.values())

    @property
    def chosen(self) -> dict[str, tuple[str, ...]]:
        """The values that are chosen, by filter; filters without any are left out."""
        return {name: values for name in ARGUMENTS if (values := self.of(name))}

    @property
    def arguments(self) -> dict[str, Any]:
        """The same by the functions' arguments."""
        return {ARGUMENTS[name]: values for name, values in self.chosen.items()}

    def of(self, name: str) -> tuple[str, ...]:
        """The values of a filter."""
        values: tuple[str, ...] = getattr(self, name)
        return values

    def with_values(self, name: str, values: Sequence[str]) -> Filters:
        """The same with other values of a filter, each once."""
        return replace(self, **{name: tuple(dict.fromkeys(values))})

    def with_toggled(self, name: str, value: str) -> Filters:
        """The same with a value more, or without it where it is chosen."""
        values = self.of(name)
        others = tuple(other for other in values if other != value)
        return self.with_values(name, others if value in values else (*values, value))


NO_FILTERS = Filters()


def filters_of(parameters: Mapping[str, Sequence[str]]) -> Filters:
    """The filters that the parameters of a URL ask for."""
    return Filters(**{name: tuple(dict.fromkeys(parameters.get(name, ()))) for name in ARGUMENTS})
