"""How much is taken from an API, how long it is waited for, and how often it is asked again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """answer_bytes: of one answer, as it is unpacked. pages: of one listing. attempts: after
    errors of the network or the server. longest_wait: that a vendor may ask for at once, in
    seconds. first_wait: after the first error; it doubles with each. connect, read: seconds.
    held_bytes: of records in memory. chunk_seconds: after which what has come is kept and counts.
    """

    answer_bytes: int = 64 * 2**20
    pages: int = 100_000
    attempts: int = 6
    longest_wait: float = 900
    first_wait: float = 1
    usual_wait: float = 30
    connect: float = 30
    read: float = 120
    held_bytes: int = 16 * 2**20
    chunk_seconds: float = 600
    part_for_reading: float = 0.2


LIMITS = Limits()
