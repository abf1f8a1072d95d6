"""Erasing a user from everything that the pipeline keeps: raw, quarantine, warehouse, publication.

Rows stay and become those of an anonymous user, so that counts of conversations and messages do not
change. It is begun by a note that holds no identifier (`exports.user_record`); whoever finds an
erasure unfinished, the next run for one, finishes it.
"""

from __future__ import annotations

import logging
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from orchestration.errors import InboxError
from orchestration.exports import collect_garbage
from orchestration.exports.reading.identifiers import one_spelling
from orchestration.machine.lock import hold_lock
from orchestration.privacy.erasing import erase_landed
from orchestration.privacy.record import (
    begin_erasure,
    claim_key,
    finish_erasures,
    read_user_record,
)
from orchestration.privacy.search import (
    ErasedUsers,
    NamedUser,
    Search,
    search_everything,
    search_tables,
)
from orchestration.publishing.publish import clear_leftovers
from orchestration.publishing.targets import remove_earlier_publications
from orchestration.settings import Settings
from orchestration.warehouse.build import build_warehouse
from orchestration.warehouse.publication import publish_warehouse
from orchestration.warehouse.results import failures_of

logger = logging.getLogger("inbox.erasure")

LEFT = (
    "Erased users may still be in these places. Mend or remove what is not the pipeline's own, "
    "delete the runs of Dagster that name them, and erase again."
)


class ErasureUnfinished(InboxError):
    """The tables without the user could not be published; readers still have those with them."""


@dataclass
class Erasure:
    """What an erasure did.

    rows: of raw and of what is kept of sources, made anonymous. landings: where the records of the
    user came from, which is not reached. export_files: that still hold the user.
    """

    rows: int = 0
    landings: list[str] = field(default_factory=list)
    export_files: list[tuple[date, str]] = field(default_factory=list)


def begin(settings: Settings, user_id: str) -> list[str]:
    """Note that a user has to go; gives the identifiers to look for, the inbox's and the landed.

    From here on the user cannot land again. Raises WrongPseudonymKey.
    """
    # Imported where users are erased: every run asks whether that is left to do, and few do it.
    from orchestration.sources.erasing import landed_spellings

    record = claim_key(settings.raw_folder, settings.pseudonym_key_bytes)
    users = record.identifiers(settings.pseudonym_key_bytes)
    identifier = one_spelling(user_id)
    spellings = landed_spellings(settings.sources_folder, users, identifier)
    landed = {users.pseudonym(identifier), *spellings}
    begin_erasure(settings.raw_folder, *sorted(landed))
    return sorted({user_id, identifier, *landed})


def is_unfinished(settings: Settings) -> bool:
    """Whether an erasure was begun that is not done everywhere."""
    return not read_user_record(settings.raw_folder).is_finished


def finish(settings: Settings) -> Erasure:
    """Take all erased users out of raw, build the warehouse from nothing, publish, clear the past.

    A database keeps what was deleted in blocks that it has not used again, so the warehouse is
    rebuilt. Raises ErasureUnfinished where the tables do not pass their tests, NotDelivered where
    a further target does not take them; it is then done again from the start.
    """
    count = len(read_user_record(settings.raw_folder).erased)
    erasure = take_from_raw(settings)
    if (settings.raw_folder / "manifests").exists():
        failures = failures_of(build_warehouse(settings).results)
        if failures:
            raise ErasureUnfinished(
                "The erasure is not finished: readers still have the tables of before, as "
                f"{failures[0].name} failed ({failures[0].message}). Mend that, then inbox run."
            )
        # Without its record, the publication before is not gone on from: a copy of its file would
        # keep what is deleted in it.
        (settings.published_folder / ".publication.json").unlink(missing_ok=True)
        publish_warehouse(settings, is_erasure=True)
    with hold_lock(settings.warehouse_lock, "an erasure"):
        _clear_past(settings)
        remove_earlier_publications(settings)
    finish_erasures(settings.raw_folder, count)
    return erasure


def take_from_raw(settings: Settings) -> Erasure:
    """The first step: raw and quarantine without the erased, and no warehouse made with them."""
    from orchestration.sources.erasing import erase_from_sources

    with hold_lock(settings.warehouse_lock, "an erasure"):
        users = read_user_record(settings.raw_folder).identifiers(settings.pseudonym_key_bytes)
        kept = erase_from_sources(settings.sources_folder, users)
        erased = erase_landed(settings.raw_folder, settings.pseudonym_key_bytes)
        collect_garbage(settings.raw_folder)
        _forget_warehouse(settings)
    if erased.rows:
        logger.info("Made %d rows anonymous", erased.rows.total())
    return Erasure(
        rows=erased.rows.total() + kept.rows,
        landings=kept.landings,
        export_files=sorted(erased.files - kept.files),
    )


def prove(settings: Settings, identifiers: list[str]) -> Search:
    """Look for a user in everything that is kept."""
    return search_everything(settings, NamedUser(identifiers))


def prove_all(settings: Settings) -> Search:
    """Look for all who were ever erased in every table, by the hashes that are kept of them."""
    users = read_user_record(settings.raw_folder).identifiers(settings.pseudonym_key_bytes)
    return search_tables(settings, ErasedUsers(users))


def _forget_warehouse(settings: Settings) -> None:
    for path in settings.warehouse_folder.glob("*"):
        if path == settings.warehouse_lock:
            continue
        _remove(path)


def _clear_past(settings: Settings) -> None:
    """What readers no longer get: earlier Parquet, leftovers of dead publications, dbt's logs."""
    clear_leftovers(settings.published_folder)
    for name in ("logs", "target/compiled", "target/run", "target/run_results.json"):
        _remove(settings.dbt_folder / name)


def _remove(path: Path) -> None:
    with suppress(FileNotFoundError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
