"""The engine of one import: what it may reach, how long it may take, the language it speaks."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from .errors import SourceError, SourceUnreachable, WrongSource
from .keeping import SourceState
from .landings.looking import is_database
from .language import add_language, literals
from .persons import person_keeper
from .request import Source, Surroundings

_LOOK_SECONDS = 0.05


@contextmanager
def open_engine(
    source: Source,
    state: SourceState,
    surroundings: Surroundings,
    aside: Path,
    prepared: Path,
    options: Mapping[str, Any],
) -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine that reaches the landing, what is kept and what is written, and nothing else.

    While records are read it may not spill to disk: what it holds then has texts.
    """
    is_plain = surroundings.users.pseudonym_key is None
    if source.kind.users_are_addresses and is_plain and not options["plain_addresses"]:
        raise WrongSource(
            f"{source.kind.title} knows people by their mail address: set INBOX_PSEUDONYM_KEY, or "
            "say --option plain_addresses=true"
        )
    where = Path(source.where.partition("#")[0]).expanduser().absolute()
    config: dict[str, str | bool | int | float | list[str]] = {
        **surroundings.engine,
        "preserve_insertion_order": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "temp_directory": str(aside / "spill"),
        "max_temp_directory_size": "0KB",
    }
    folders = [str(surroundings.sources_folder), str(prepared), str(where)]
    with duckdb.connect(config=config) as connection:
        if is_database(where):
            connection.execute(f"set allowed_paths = {literals([f'{where}', f'{where}.wal'])}")
        connection.execute(f"set allowed_directories = {literals(folders)}")
        connection.execute("set enable_external_access = false")
        keep = person_keeper(surroundings.users, state.prefix)
        add_language(connection, keep, source.staff, str(options["zone"]), options)
        with _given_up_after(connection, source, surroundings.most_seconds):
            yield connection


@contextmanager
def _given_up_after(
    connection: duckdb.DuckDBPyConnection, source: Source, seconds: float | None
) -> Iterator[None]:
    """Ends what the engine does after some time, so that no source holds up what has arrived."""
    is_done, is_late = threading.Event(), threading.Event()

    def interrupt() -> None:
        is_late.set()
        # Again and again: between two statements there is nothing to be interrupted.
        while not is_done.wait(_LOOK_SECONDS):
            connection.interrupt()

    timer = None if seconds is None else threading.Timer(seconds, interrupt)
    try:
        if timer is not None:
            timer.start()
        yield
    except (duckdb.Error, SourceError):
        if not is_late.is_set():  # else it is what an interruption looks like from within
            raise
    finally:
        is_done.set()
        if timer is not None:
            timer.cancel()
            timer.join()
    if is_late.is_set():
        raise SourceUnreachable(
            f"{source.name} took longer than {seconds:g} s (INBOX_SOURCE_SECONDS) and is behind; "
            "the next import begins where this one began"
        )
