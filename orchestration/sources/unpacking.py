"""The bytes of a source's files, unpacked as they are read.

Belongs here: opening a file that may be packed. Does not: what the bytes mean, or how much of them
may come.
"""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa

ENDINGS = (".gz", ".zst")


def unpacked(path: Path, codec: str | None = "detect") -> io.BufferedReader:
    """A file's bytes; how it is packed, its name tells unless it is said.

    Where packed bytes are cut off or damaged, reading raises an OSError without a number.
    """
    return io.BufferedReader(pa.input_stream(path, compression=codec))


def raise_for_machine(error: OSError) -> None:
    """Raise an error that is the machine's, and not one of packed bytes that cannot be unpacked."""
    if error.errno is not None:
        raise error
