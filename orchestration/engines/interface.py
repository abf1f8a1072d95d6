"""What the rest of the project asks of an engine, whichever builds the tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from orchestration.engines.state import ModelState


class LandedFiles(Protocol):
    """What a batch reads, as the catalog names it."""

    @property
    def paths(self) -> set[str]:
        """Every landed file that the batch reads."""
        ...

    def as_json(self) -> str:
        """The catalog's text, its paths relative to the folder of the landed files."""
        ...


@dataclass(frozen=True)
class Ran:
    """The models after a run of them.

    schemas: by name of all, where each lies. views: of those that are views of tables of changed
    rows. is_whole: whether every one is there. nodes: dbt's, with the names that readers get.
    run_views: makes those that store nothing, or some by name, in DuckDB, each by what it has to
    do.
    """

    schemas: Mapping[str, str]
    views: Collection[str]
    is_whole: bool
    nodes: Callable[[], Iterable[Mapping[str, Any]]]
    run_views: Callable[[Mapping[str, str], Collection[str]], None]


class Engine(Protocol):
    """What builds the tables: dbt's target, where it reads, and what it has built."""

    @property
    def name(self) -> str:
        """Of dbt's target and of dbt's adapter."""
        ...

    @property
    def form(self) -> tuple[str, ...]:
        """What of the settings decides over its tables."""
        ...

    @property
    def asks_graph(self) -> bool:
        """Whether its macros read dbt's `graph`."""
        ...

    @property
    def has_readers_names(self) -> bool:
        """Whether its compiled SQL tells how one table that readers get is made from others."""
        ...

    @property
    def runs_kept_sql(self) -> bool:
        """Whether the SQL of one batch, as dbt wrote it, can be run for another without dbt."""
        ...

    def check_installed(self) -> None:
        """Raises SettingsError where the package that it needs is not there."""
        ...

    def environment(self) -> dict[str, str]:
        """What `profiles.yml` and the macros read."""
        ...

    def held(self) -> AbstractContextManager[None]:
        """Held while a build asks it one thing after the other."""
        ...

    def session(self) -> AbstractContextManager[None]:
        """Held while dbt runs a command."""
        ...

    def send(self, catalog: LandedFiles) -> None:
        """Brings landed files to where it reads them. Raises StoreUnavailable."""
        ...

    def clear(self, catalog: LandedFiles) -> None:
        """Removes from there what the catalog no longer names. Raises StoreUnavailable."""
        ...

    def states(self) -> Mapping[str, ModelState]:
        """By model: what batches its table has had."""
        ...

    def settle(self, ran: Ran) -> None:
        """Makes the warehouse's file what others read after a run."""
        ...
