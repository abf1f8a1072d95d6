"""One import, from a landing to the files of a day; and a look at a landing, which leaves nothing.

The order makes a killed import harmless: kept records are written aside, export files are put in
place, kept records follow, and the state, which alone says what was read, comes last. An import
that died before that is done again, with a higher number.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from orchestration.machine.lock import hold_lock

from . import delivery, folding, keeping
from .engine import open_engine
from .errors import SourceUnreachable
from .fetching.addresses import is_api
from .fetching.landing import FetchLanding
from .fetching.opening import open_api
from .import_summary import counts_of, covered_from, newest_threads, note_openings
from .keeping import ImportRecord, SourceState
from .landings.looking import open_landing
from .leaving import find_left_out, strip_kept, strip_left_out
from .logins import login_of
from .model import Canonical, Kind, Landing, Opening, SupportsClose
from .people import People
from .persons import hash_key, with_prefix
from .reading import Read, read_landing
from .request import Source, Surroundings, left_out, typed_options
from .retaining import close_imports
from .starting import state_of

logger = logging.getLogger("inbox.sources")

SHOWN_THREADS = 5


@dataclass
class Look:
    """What an import would do: what was found, and some threads as they would come out."""

    record: ImportRecord
    threads: list[dict[str, Any]] = field(default_factory=list)


def import_source(
    source: Source,
    exports: Path,
    surroundings: Surroundings,
    began_at: datetime,
    day: date | None = None,
) -> ImportRecord:
    """Bring what a source has that was not read yet to the export day; what was done.

    Raises WrongSource, LandingIncomplete or SourceUnreachable; then nothing has changed.
    """
    day = surroundings.export_day(began_at, day)
    folder = surroundings.folder_of(source)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with hold_lock(folder / keeping.LOCK, f"an import of {source.name}"):
        record: ImportRecord | None = None
        for left in _time_left(surroundings):
            done = _import_once(source, exports, left, began_at, day)
            record = done.record if record is None else record.with_next(done.record)
            if done.is_late:
                raise SourceUnreachable(
                    f"{source.name} could not be fetched to its end in "
                    f"{surroundings.most_seconds:g} s (INBOX_SOURCE_SECONDS): what has come is in, "
                    "and the next import goes on from there"
                )
            if not done.goes_on:
                break
        assert record is not None
    return record


def _time_left(surroundings: Surroundings) -> Iterator[Surroundings]:
    """The surroundings of each piece of an import, with the time that is left for it."""
    began = time.monotonic()
    yield surroundings
    while True:
        most = surroundings.most_seconds
        left = None if most is None else max(1.0, most - (time.monotonic() - began))
        yield replace(surroundings, most_seconds=left)


def _import_once(
    source: Source,
    exports: Path,
    surroundings: Surroundings,
    began_at: datetime,
    day: date,
) -> _Done:
    """An import, or a piece of one that fetches; it is committed whole."""
    folder = surroundings.folder_of(source)
    state = state_of(source, folder, exports, surroundings)
    keeping.clear_leftovers(folder, state.number)
    delivery.make_folder(exports)
    number = 1 + max(state.number, delivery.highest_number(exports, source.name))
    aside = folder / f"{number:06d}{keeping.UNFINISHED}"
    prepared = exports / f".{source.name}-{number:06d}{keeping.UNFINISHED}"
    for path in exports.glob(f".{source.name}-*{keeping.UNFINISHED}"):
        shutil.rmtree(path)
    prepared.mkdir(mode=0o700)
    try:
        done = _prepare(
            source, state, surroundings, began_at, number, aside, prepared, day
        )  # fmt: skip
        delivery.place(prepared, exports, done.record.day, state.last_day)
        _keep(source.kind, folder, aside)
        surroundings.erase(done.erased)
        keeping.write_state(folder, done.state)
        _clear(source, folder, done.state, surroundings)
    finally:
        shutil.rmtree(prepared, ignore_errors=True)
        shutil.rmtree(aside, ignore_errors=True)
    return done


def look_at_source(
    source: Source, exports: Path, surroundings: Surroundings, began_at: datetime
) -> Look:
    """What an import would bring; nothing is left behind."""
    surroundings.sources_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = surroundings.folder_of(source)
    state = state_of(source, folder, exports, surroundings)
    with tempfile.TemporaryDirectory(
        dir=surroundings.sources_folder, prefix=".look-", suffix=keeping.UNFINISHED
    ) as name:
        aside, prepared = Path(name) / "kept", Path(name) / "rows"
        prepared.mkdir()
        done = _prepare(
            source, state, surroundings, began_at, state.number + 1, aside, prepared,
            surroundings.export_day(began_at), shown=SHOWN_THREADS,
        )  # fmt: skip
    return Look(done.record, done.shown)


@dataclass
class _Done:
    """What an import has made; erased: people whom the desk has erased, as they land."""

    record: ImportRecord
    state: SourceState
    shown: list[dict[str, Any]]
    erased: list[str]
    goes_on: bool = False
    is_late: bool = False


def _clear(source: Source, folder: Path, state: SourceState, surroundings: Surroundings) -> None:
    """Take out of what is kept what has to go; a killed import leaves that to the next one."""
    strip_kept(folder, source.kind, left_out(source.typed_options), state.number)
    closed = close_imports(folder, source.kind, state, surroundings.retention_days)
    if closed != state:
        keeping.write_state(folder, closed)


def _erased(
    connection: duckdb.DuckDBPyConnection, kind: Kind, users: People, prefix: str
) -> list[str]:
    """Who was erased by the desk itself, by what has landed of them."""
    if kind.erased is None:
        return []
    found = connection.execute(f"select distinct person from ({kind.erased})").fetchall()
    return sorted(users.pseudonym(with_prefix(prefix, row[0])) for row in found if row[0])


def _prepare(
    source: Source,
    state: SourceState,
    surroundings: Surroundings,
    began_at: datetime,
    number: int,
    aside: Path,
    prepared: Path,
    day: date,
    shown: int = 0,
) -> _Done:
    """Kept records and export files of an import, both aside."""
    kind, options = source.kind, source.typed_options
    aside.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = surroundings.folder_of(source)
    with open_engine(source, state, surroundings, aside, prepared, options) as connection:
        opening = Opening(
            options,
            hash_key(surroundings.users),
            began_at + timedelta(days=1),
            aside,
            login_of(source.name),
        )
        rereads = _rereads(kind, state, options)
        landing: Landing | FetchLanding
        if is_api(source.where):
            landing = open_api(kind, source, opening, surroundings.most_seconds, shown > 0)
            read = landing.read(connection, state, folder, aside, number, rereads)
        else:
            where = source.where
            landing = open_landing(connection, kind, where, source.landing, state.parts, opening)
            read = _read(connection, kind, landing, state, folder, aside, number, rereads)
        connection.execute("reset max_temp_directory_size")
        keeping.make_views(connection, kind, folder, number, aside)
        erased = _erased(connection, kind, surroundings.users, state.prefix)
        if find_left_out(connection, kind, left_out(options), "kept"):
            strip_left_out(connection, kind, keeping.files_aside(kind, aside))
        mapping = _fingerprint(kind.canonical(options), source.staff, left_out(options))
        is_whole = not state.number or state.mapping != mapping
        folding.find_touched(connection, kind, is_whole)
        folding.fold(
            connection, kind, kind.canonical(options), "now", "kept", is_whole, left_out(options)
        )
        gone = 0
        if state.number:
            earlier = typed_options(kind, _known(kind, state.options))
            folding.fold(
                connection, kind, kind.canonical(earlier), "earlier", "before", is_whole,
                left_out(earlier),
            )  # fmt: skip
            gone = folding.tell_what_is_gone(connection, "now", "earlier")
        note_openings(connection)
        if state.number and not is_whole:
            folding.drop_what_stands(connection, kind, "now", "earlier")
        rows = delivery.write_rows(connection, "now", prepared, source.name, number, state.prefix)
        counts = {
            **read.counts,
            **counts_of(connection, kind.canonical(options)),
            "rows gone": gone,
        }
        counts["people erased by the desk"] = len(erased)
        first_day = covered_from(connection, state, options, surroundings.timezone)
        shown_threads = newest_threads(connection, shown)
    record = ImportRecord(
        number=number, began_at=began_at, day=day, landing=landing.name, records=read.records,
        rows=rows, counts={name: count for name, count in counts.items() if count},
        missing=read.missing, unreadable=read.unreadable,
    )  # fmt: skip
    after = state.model_copy(
        update={
            "covered_from": first_day, "mapping": mapping, "options": options,
            "parts": read.parts, "days": {**state.days, number: day}, "last": record,
            "is_filling": read.goes_on and (state.is_filling or not state.number),
        }
    )  # fmt: skip
    return _Done(record, after, shown_threads, erased, read.goes_on, read.is_late)


def _read(
    connection: duckdb.DuckDBPyConnection, kind: Kind, landing: Landing, *of_reading: Any
) -> Read:
    """What a landing has; it is closed then."""
    with ExitStack() as stack:
        if isinstance(landing, SupportsClose):
            stack.callback(landing.close)
        return read_landing(connection, kind, landing, *of_reading)


def _known(kind: Kind, options: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the options of an earlier import that there still are."""
    names = {option.name for option in kind.options}
    return {name: value for name, value in options.items() if name in names}


def _rereads(kind: Kind, state: SourceState, options: Mapping[str, Any]) -> bool:
    """Whether what was read has to be read again, as an option decides what is kept of it."""
    names = [option.name for option in kind.options if option.shapes_records]
    return bool(state.number) and any(state.options.get(n) != options[n] for n in names)


def _fingerprint(canonical: Canonical, staff: Sequence[str], groups: Sequence[str]) -> str:
    """What changes where the same records would give other rows."""
    texts = [str(getattr(canonical, name)) for name in ("threads", "messages", "ratings", "events")]
    parts = [*texts, folding.SQL, sorted({e.strip().lower() for e in staff}), sorted(groups)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _keep(kind: Kind, folder: Path, aside: Path) -> None:
    for kept in kind.kept:
        for path in (aside / kept.name).glob("*.parquet"):
            (folder / kept.name).mkdir(exist_ok=True, mode=0o700)
            path.replace(folder / kept.name / path.name)
