"""Parting an mbox into its mails, in blocks, whatever the size of the file.

A sentence may begin with "From " too. A line parts two mails only where it has the shape of a From_
line, with a sender and a time, and a header follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from .limits import MAX_MAIL_OCTETS

BLOCK_OCTETS = 2**20

_LONGEST_FROM_LINE = 2_048  # with the name of the header after it
_FROM = b"From "
_FROM_LINE = re.compile(
    rb"From (?P<sender>[^\s]{1,700}|[^\s]{1,350} at [^\s]{1,350}) {1,2}"
    rb"(?P<time>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) "
    rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ 0-3]?\d \d\d:\d\d:\d\d"
    rb"[^\r\n]{0,40})\r?\n"
    rb"(?=[!-9;-~]{1,200}[ \t]{0,8}:)"
)


class Readable(Protocol):
    """A stream of octets."""

    def read(self, size: int, /) -> bytes:
        """The next octets, none at the end."""


@dataclass(frozen=True)
class RawMail:
    """The octets of a mail; `octets` may be fewer than it has, which `is_cut` tells.

    from_time: what its From_ line tells of its time, a wall clock without a zone.
    """

    octets: bytes
    is_cut: bool = False
    from_time: str | None = None


def from_line(octets: bytes) -> tuple[str, int] | None:
    """The time of the From_ line that octets begin with, and where the mail begins; or None."""
    found = _FROM_LINE.match(octets)
    return (found["time"].decode("ascii", "replace"), found.end()) if found else None


def cut_mbox(stream: Readable, max_octets: int = MAX_MAIL_OCTETS) -> Iterator[RawMail]:
    """The mails of an mbox, one after the other, at most `max_octets` of each in memory.

    What comes before the first From_ line is no mail.
    """
    mail: _Growing | None = None
    for piece, time_after in _pieces(stream):
        if mail is not None:
            mail.add(piece)
        if time_after is not None:
            if mail is not None:
                yield mail.finished()
            mail = _Growing(time_after, max_octets)
    if mail is not None:
        yield mail.finished()


class _Growing:
    """A mail of which more may come."""

    def __init__(self, from_time: str, max_octets: int) -> None:
        self._from_time = from_time
        self._room = max_octets
        self._is_cut = False
        self._pieces: list[bytes] = []

    def add(self, piece: bytes) -> None:
        self._is_cut = self._is_cut or len(piece) > self._room
        self._pieces.append(piece[: self._room])
        self._room -= len(self._pieces[-1])

    def finished(self) -> RawMail:
        return RawMail(b"".join(self._pieces), self._is_cut, self._from_time)


def _pieces(stream: Readable) -> Iterator[tuple[bytes, str | None]]:
    """Octets between From_ lines, each with the time of the line after it, None where none follows.

    A From_ line at the end of a block waits for the next one, so that it is seen whole.
    """
    rest = b"\n"  # the file's beginning is the beginning of a line
    is_last = False
    while not is_last:
        block = stream.read(BLOCK_OCTETS)
        is_last = not block
        octets = rest + block
        done = 0
        decided = len(octets) if is_last else max(len(octets) - _LONGEST_FROM_LINE, 0)
        at = octets.find(b"\n" + _FROM)
        while 0 <= at < decided:
            if found := from_line(octets[at + 1 : at + 1 + _LONGEST_FROM_LINE]):
                yield octets[done : at + 1], found[0]
                done = at + 1 + found[1]
            # The line's own end may be the beginning of the next: two From_ lines in a row.
            at = octets.find(b"\n" + _FROM, max(done - 1, at + 1))
        keep_from = max(done, decided) if not is_last else len(octets)
        yield octets[done:keep_from], None
        rest = octets[keep_from:]
