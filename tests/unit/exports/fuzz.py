"""Coverage-guided fuzzing of the readers, for as long as one likes; `make fuzz` runs it.

Each input is a file of one entity, format and compression, chosen by its first byte, and starts
from the files of the corpus of bad exports. It fails on any exception that is no `BadExportFile`,
on a row that is neither loaded nor set aside, and on an input that takes over thirty seconds. Not
in the test suite: there `test_fuzzing.py` tries a fixed choice of inputs.
"""

from __future__ import annotations

import sys
import tempfile
from itertools import product
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["orchestration.exports"]):
    from orchestration.exports.reading.schema import CONTRACTS

from tests.unit.exports.bad_exports import DAY, GROUPS
from tests.unit.exports.test_fuzzing import rows_that_came

NAMES = [
    ".".join(parts if parts[-1] else parts[:-1])
    for parts in product(CONTRACTS, ("csv", "jsonl", "parquet"), ("", "gz", "zst"))
]


def try_input(data: bytes) -> None:
    """One file: the first byte says its name, the others are what is in it."""
    if data:
        rows_that_came(NAMES[data[0] % len(NAMES)], data[1:])


def write_seeds(folder: Path) -> None:
    """The corpus of bad exports as inputs to start from."""
    number = 0
    for kinds in GROUPS.values():
        for bad_export in kinds:
            with tempfile.TemporaryDirectory() as made:
                day = Path(made) / "exports" / str(DAY)
                day.mkdir(parents=True)
                bad_export.make(day)
                for file in day.iterdir():
                    if file.name in NAMES and file.is_file() and file.stat().st_size < 20_000:
                        seed = bytes([NAMES.index(file.name)]) + file.read_bytes()
                        (folder / f"{number}").write_bytes(seed)
                        number += 1


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as seeds:
        write_seeds(Path(seeds))
        atheris.Setup([*sys.argv, seeds, "-timeout=30", "-max_len=20000"], try_input)
        atheris.Fuzz()
