"""What there is to tell of every source: where it is, how far it has come, what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from orchestration.settings import Settings

from .daily import read_sources
from .keeping import SourceState, read_problem, read_states
from .request import Source


@dataclass(frozen=True)
class SourceOverview:
    """source: as the settings name it. state: what was imported. problem: of the last attempt."""

    name: str
    source: Source | None
    state: SourceState | None
    problem: str | None

    @property
    def as_json(self) -> dict[str, Any]:
        """For a program."""
        last = None if self.state is None else self.state.last
        return {
            "name": self.name,
            "kind": self._kind,
            "is_daily": self.source is not None,
            "where": None if self.source is None else self.source.where,
            "prefix": None if self.state is None else self.state.prefix,
            "covered_from": None if self.state is None else str(self.state.covered_from or ""),
            "first_fill_goes_on": self._is_filling,
            "last_import": None if last is None else last.model_dump(mode="json"),
            "problem": self.problem,
        }

    @property
    def as_row(self) -> tuple[object, ...]:
        """For people."""
        last = None if self.state is None else self.state.last
        prefix = self.state.prefix if self.state else self.source and self.source.prefix
        if last is None:
            return (
                self.name,
                self._kind,
                "",
                prefix or "",
                "never",
                "",
                "",
                "",
                self.problem or "",
            )
        began_at = last.began_at.strftime("%Y-%m-%d %H:%M")
        threads = last.rows.get("threads", 0)
        return (
            self.name, self._kind, last.landing, prefix or "", began_at, last.day, threads,
            "goes on" if self._is_filling else "", self.problem or "",
        )  # fmt: skip

    @property
    def _is_filling(self) -> bool:
        """Whether the past is still being fetched: a day may lack threads without being missing."""
        return self.state is not None and self.state.is_filling

    @property
    def _kind(self) -> str:
        return self.source.kind_name if self.source else self.state.kind if self.state else ""


def overview(settings: Settings) -> list[SourceOverview]:
    """Every source, those of the settings first. Raises WrongSource."""
    daily = [] if settings.sources is None else read_sources(settings.sources)
    states = read_states(settings.sources_folder)
    named = {source.name: source for source in daily}
    return [
        SourceOverview(
            name,
            named.get(name),
            states.get(name),
            read_problem(settings.sources_folder / name),
        )
        for name in [*named, *(name for name in states if name not in named)]
    ]
