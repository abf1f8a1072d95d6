"""How much of an input is read before it is called a bad file instead of a big one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReadLimits:
    """Bounds on one file; beyond them the file is a bad file. The defaults are in docs/exports.md.

    They keep a file from filling the memory or the disk, or from keeping a load for hours, however
    small it is as it arrives.
    """

    max_unpacked_bytes: int = 64 * 2**30  # a whole file, after decompression
    max_unpacked_ratio: int = 200  # unpacked to packed bytes, once `free_unpacked_bytes` are read
    free_unpacked_bytes: int = 2**30
    max_line_bytes: int = 64 * 2**20  # one line of JSON, or one CSV row with its quoted line breaks
    max_packed_parquet_bytes: int = 2 * 2**30  # .parquet.gz and .parquet.zst are unpacked in memory
    block_bytes: int = 8 * 2**20  # text held and parsed at once; a line is measured beyond this
    max_columns: int = 1000
    max_rows: int = 1_000_000_000
    max_rejected_rows: int = 1_000_000
