"""The import of a daily source as the settings have it; a failure is noted, for `inbox sources`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from orchestration.settings import Settings

from .daily import read_sources
from .errors import SourceError
from .importing import import_source
from .keeping import ImportRecord, write_problem
from .people import PeopleDoor
from .request import Source, now
from .surroundings import surroundings_of


def daily_sources(settings: Settings) -> list[Source]:
    """The sources of INBOX_SOURCES. Raises WrongSource."""
    return [] if settings.sources is None else read_sources(settings.sources)


def import_daily(settings: Settings, source: Source, door: PeopleDoor) -> ImportRecord:
    """Bring what a source has to the generated exports. Raises SourceError, LockBusy."""
    with _noted(settings, source):
        return import_source(
            source, settings.generated_exports, surroundings_of(settings, door), now()
        )


@contextmanager
def _noted(settings: Settings, source: Source) -> Iterator[None]:
    folder = settings.sources_folder / source.name
    try:
        yield
    except SourceError as error:
        write_problem(folder, str(error))
        raise
    except Exception as error:
        write_problem(folder, f"It failed for a reason of its own ({type(error).__name__})")
        raise
    write_problem(folder, None)
