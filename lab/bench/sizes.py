"""How large each size is, where its files lie, and the settings that all parts use."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TIMEZONE = "Europe/Warsaw"


@dataclass(frozen=True)
class Size:
    """messages and days of the history; repetitions of each measurement, if not told otherwise.

    is_published: whether a rebuild is tested and published too, and what was measured is written
    down. Not so tiny, which is for the project's own tests, and XS, which tells the fixed costs of
    a build on Spark.
    """

    name: str
    messages: int
    days: int
    repetitions: int
    is_published: bool = True

    @property
    def folder(self) -> Path:
        """Everything that is made for this size; it is kept for the next part."""
        return bench_folder() / self.name

    @property
    def exports(self) -> Path:
        """The history as exports, in Parquet."""
        return self.folder / "exports"

    @property
    def landed(self) -> Path:
        """A home that holds the landed history and no warehouse."""
        return self.folder / "landed"


SIZES = {
    size.name: size
    for size in (
        Size("tiny", 4_000, 70, 1, is_published=False),
        Size("XS", 100_000, 1096, 1, is_published=False),
        Size("S", 1_000_000, 1096, 3),
        Size("M", 10_000_000, 1096, 3),
        Size("L", 100_000_000, 1096, 1),
    )
}


def bench_folder() -> Path:
    """build/bench, or what BENCH_FOLDER names: L needs some 80 GB."""
    return Path(os.environ.get("BENCH_FOLDER", ROOT / "build" / "bench"))
