"""What a raw folder remembers about users: the check of its pseudonym key, and who was erased.

    raw/users.json

It holds no identifier and no pseudonym: hashes only, and the key of the hashes of the erased.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from orchestration.exports.door import Identifiers
from orchestration.exports.errors import BrokenUserRecord, WrongPseudonymKey
from orchestration.exports.manifest import read_manifests
from orchestration.exports.writing import raw_lock
from orchestration.machine import files
from orchestration.privacy.users import UserIdentifiers, erasure_hash, key_check


class UserRecord(BaseModel):
    """The record; `finished` says how many of `erased`, the first ones, are gone everywhere."""

    model_config = ConfigDict(frozen=True)

    pseudonym_check: str | None = None
    erasure_key: str = ""
    erased: tuple[str, ...] = ()
    finished: int = 0

    @property
    def is_finished(self) -> bool:
        """Whether no erasure is under way."""
        return self.finished >= len(self.erased)

    def identifiers(self, pseudonym_key: bytes | None = None) -> UserIdentifiers:
        """What becomes of identifiers; without the key only of those that have landed."""
        return UserIdentifiers(
            pseudonym_key, bytes.fromhex(self.erasure_key), frozenset(self.erased)
        )


def read_user_record(raw: Path) -> UserRecord:
    """The record of a raw folder; an empty one where there is none. Raises `BrokenUserRecord`."""
    path = _path(raw)
    try:
        return UserRecord.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return UserRecord()
    except ValidationError:
        pass
    raise BrokenUserRecord(path)


@dataclass(frozen=True)
class Door:
    """The door for loads: the erased stay out, and with a key users are named by it.

    pseudonym_key: with one, users' identifiers land as pseudonyms.
    """

    pseudonym_key: bytes | None = field(default=None, repr=False)

    def enter(self, raw: Path) -> UserIdentifiers:
        """What becomes of identifiers now. Raises `WrongPseudonymKey`, `BrokenUserRecord`."""
        return claim_key(raw, self.pseudonym_key).identifiers(self.pseudonym_key)

    def erase(self, raw: Path, landed: Sequence[str]) -> None:
        """Note that people, by the identifiers that land, have to go from all that is kept."""
        begin_erasure(raw, *landed)

    def has_changed(self, raw: Path, identifiers: Identifiers) -> bool:
        """Whether a user was erased since."""
        return read_user_record(raw).identifiers(self.pseudonym_key) != identifiers


def claim_key(raw: Path, pseudonym_key: bytes | None) -> UserRecord:
    """The record, once it is sure that the key is the one that all loaded days were loaded with.

    Raises `WrongPseudonymKey` where it is not: one user would be two.
    """
    wanted = None if pseudonym_key is None else key_check(pseudonym_key)
    record = read_user_record(raw)
    if record.pseudonym_check == wanted:
        return record
    raw.mkdir(parents=True, exist_ok=True)
    with raw_lock(raw):
        record = read_user_record(raw)
        if record.pseudonym_check == wanted:
            return record
        # By another key nobody could tell who was erased.
        if read_manifests(raw) or record.erased:
            raise WrongPseudonymKey(
                raw, had_key=record.pseudonym_check is not None, has_key=wanted is not None
            )
        record = record.model_copy(update={"pseudonym_check": wanted})
        _write(raw, record)
    return record


def begin_erasure(raw: Path, *landed: str) -> None:
    """Note that users, by the identifiers that land, must not land again and have to go."""
    if not landed:
        return
    raw.mkdir(parents=True, exist_ok=True)
    with raw_lock(raw):
        record = read_user_record(raw)
        key = record.erasure_key or secrets.token_hex(32)
        users = list(dict.fromkeys(erasure_hash(bytes.fromhex(key), one) for one in landed))
        again = set(users)
        # Once more from the start: whoever asks twice wants to be sure.
        finished = sum(user not in again for user in record.erased[: record.finished])
        erased = (*(user for user in record.erased if user not in again), *users)
        _write(
            raw,
            record.model_copy(update={"erasure_key": key, "erased": erased, "finished": finished}),
        )


def finish_erasures(raw: Path, count: int) -> None:
    """Note that the first `count` erasures are gone everywhere."""
    with raw_lock(raw):
        record = read_user_record(raw)
        _write(raw, record.model_copy(update={"finished": max(record.finished, count)}))


def _path(raw: Path) -> Path:
    return raw / "users.json"


def _write(raw: Path, record: UserRecord) -> None:
    files.write_text(_path(raw), record.model_dump_json(indent=2))
