"""The files of a mail archive: mbox (also `.gz`), Maildir, folders of mails, in one tree.

What a file is, its first line tells, and not its name: Thunderbird's mailboxes have no ending.
Links are not followed, so that nothing beyond the folder that was named is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..unpacking import raise_for_machine, unpacked
from .cutting import RawMail, cut_mbox, from_line
from .limits import MAX_MAIL_OCTETS
from .reading import DRAFT, SENT, TRASH, Place, state_of_name

_MAILDIR_FOLDERS = ("cur", "new")
_GZIP = b"\x1f\x8b"
_HEAD_OCTETS = 4_096
_MOST_UNPACKED = 200  # times the size of the file: mail packs to a third, a bomb to a thousandth
_NO_MAIL_ENDINGS = (".msf", ".dat", ".json", ".html", ".sqlite", ".css", ".png", ".jpg", ".pdf")


class UnreadableArchive(Exception):
    """A mail archive that is not there or cannot be read; names the file and what to do."""


@dataclass(frozen=True)
class MailFile:
    """A file of mails: one mail, or an mbox of many."""

    path: Path
    name: str  # below the folder that was named
    place: Place

    @property
    def folder(self) -> str:
        """What keeps its mails together over time: an mbox itself, a folder of single mails."""
        return self.name if self.place.is_mbox else self.name.rpartition("/")[0]

    @property
    def folder_names(self) -> set[str]:
        """The names of the folders that its mails lie in, in lower case."""
        parts = self.name.lower().split("/")
        return {name for part in parts[:-1] for name in _names_of_folder(part)} | {
            parts[-1],
            parts[-1].removesuffix(".gz").rpartition(".")[0] or parts[-1],
        }


def find_mail_files(where: Path) -> list[MailFile]:
    """The files of mails at a path, ordered by name; raises `UnreadableArchive` where none is."""
    if not where.exists():
        raise UnreadableArchive(f"{where} is not there; name the archive or the folder of archives")
    paths = [where] if where.is_file() else sorted(_below(where))
    files = [file for path in paths if (file := _mail_file(path, where)) is not None]
    if not files:
        raise UnreadableArchive(
            f"{where} holds no mails: no file begins with a From_ line or with a mail's headers"
        )
    return files


def mails_of(file: MailFile) -> Iterator[RawMail]:
    """The mails of a file, at most `MAX_MAIL_OCTETS` of each; raises `UnreadableArchive`."""
    try:
        with _opened(file.path) as stream:
            if file.place.is_mbox:
                yield from cut_mbox(_Bounded(stream, file))
            else:
                yield _single(stream)
    except OSError as error:
        raise_for_machine(error)
    else:
        return
    raise UnreadableArchive(f"{file.name}: its gzip data is cut off or damaged; copy it again")


def _below(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder, followlinks=False):
        folders[:] = [name for name in folders if name != "tmp" and name != "__MACOSX"]
        for name in names:
            path = Path(parent, name)
            if not path.is_symlink() and path.is_file():
                yield path


def _mail_file(path: Path, where: Path) -> MailFile | None:
    name = path.name if path == where else path.relative_to(where).as_posix()
    if path.name.lower().endswith(_NO_MAIL_ENDINGS):
        return None
    head = _head(path)
    if from_line(head) is not None:
        return MailFile(path, name, Place(_state_of(path, where), is_mbox=True))
    is_mail = _begins_with_headers(head) and (_is_in_maildir(path) or path.suffix.lower() == ".eml")
    return MailFile(path, name, Place(_state_of(path, where))) if is_mail else None


def _head(path: Path) -> bytes:
    try:
        with _opened(path) as stream:
            return stream.read(_HEAD_OCTETS)
    except OSError:
        return b""


def _begins_with_headers(head: bytes) -> bool:
    name, colon, _ = head.partition(b"\n")[0].partition(b":")
    return bool(colon) and name.strip().isascii() and b" " not in name.strip()


def _is_in_maildir(path: Path) -> bool:
    return path.parent.name in _MAILDIR_FOLDERS


def _state_of(path: Path, where: Path) -> str:
    """The state of a file's mails by its folder's name and, in a Maildir, by its flags."""
    if _is_in_maildir(path):
        flags = path.name.rpartition(":2,")[2] if ":2," in path.name else ""
        if "D" in flags:
            return DRAFT
        if "T" in flags:
            return TRASH
    below = path.relative_to(where).parts if path != where else (path.name,)
    names = {name for part in below[:-1] for name in _names_of_folder(part)}
    states = {state_of_name(name) for name in [*names, path.stem, path.name]}
    return next((state for state in sorted(states) if state != SENT), SENT)


def _names_of_folder(part: str) -> set[str]:
    """What a folder is called: Thunderbird writes `a.sbd`, Maildir++ `.a.b` for b in a."""
    return {part, *(name for name in part.removesuffix(".sbd").split(".") if name)}


def _opened(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        is_packed = file.read(2) == _GZIP
    return unpacked(path, "gzip" if is_packed else None)


def _single(stream: BinaryIO) -> RawMail:
    octets = stream.read(MAX_MAIL_OCTETS + 1)
    return RawMail(octets[:MAX_MAIL_OCTETS], len(octets) > MAX_MAIL_OCTETS)


class _Bounded:
    """A stream that ends in an error where a file unpacks to far more than mail does."""

    def __init__(self, stream: BinaryIO, file: MailFile) -> None:
        self._stream = stream
        self._file = file
        self._left = max(2**30, file.path.stat().st_size * _MOST_UNPACKED)

    def read(self, size: int, /) -> bytes:
        octets = self._stream.read(size)
        self._left -= len(octets)
        if self._left < 0:
            raise UnreadableArchive(f"{self._file.name}: it unpacks to more than mail can")
        return octets
