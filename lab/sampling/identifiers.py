"""Identifiers as text columns, made without a Python object a row."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lab.sampling.randomness import Bits, Flags, Integers

# Two bytes, in memory's order, to their four hexadecimal digits.
_HEX = np.frombuffer(
    b"".join(f"{low:02x}{high:02x}".encode() for high in range(256) for low in range(256)),
    dtype=np.uint32,
)
_TIMED = np.dtype([("seconds", ">u4"), ("random", ">u8")])
_UUID_PARTS = ((0, 8, 0), (8, 12, 9), (12, 16, 14), (16, 20, 19), (20, 32, 24))


def timed_identifiers(created_at: Integers, random: Bits, missing: Flags | None = None) -> pa.Array:
    """24 hexadecimal digits: the second of `created_at` (microseconds), then random ones."""
    values = np.empty(len(random), dtype=_TIMED)
    values["seconds"] = created_at // 1_000_000
    values["random"] = random
    return _texts(_hexadecimal(values.view(np.uint8).reshape(-1, 12)), missing)


def random_identifiers(random: Bits, missing: Flags | None = None) -> pa.Array:
    """36 characters in the form of a UUID of version 4."""
    values = np.empty((len(random), 2), dtype=np.uint64)
    values[:, 0] = (random & np.uint64(0xFFFFFFFFFFFF0FFF)) | np.uint64(0x4000)
    values[:, 1] = (random * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(2) | np.uint64(1 << 63)
    digits = _hexadecimal(values.astype(">u8").view(np.uint8).reshape(-1, 16))
    texts = np.full((len(random), 36), ord("-"), dtype=np.uint8)
    for start, end, place in _UUID_PARTS:
        texts[:, place : place + end - start] = digits[:, start:end]
    return _texts(texts, missing)


def _hexadecimal(values: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    pairs = np.ascontiguousarray(values).view(np.uint16)
    return np.take(_HEX, pairs).view(np.uint8)


def _texts(characters: npt.NDArray[np.uint8], missing: Flags | None) -> pa.Array:
    rows, width = characters.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(width)
    valid = None if missing is None else pa.py_buffer(np.packbits(~missing, bitorder="little"))
    return pa.StringArray.from_buffers(
        rows,
        pa.py_buffer(offsets),
        pa.py_buffer(np.ascontiguousarray(characters)),
        valid,
        -1 if missing is not None else 0,
    )
