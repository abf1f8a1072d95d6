"""Whatever happens to the bytes of a file, it is a bad file or every row of it is accounted for."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.exports import BadExportFile, ReadLimits, find_export_days, load_day
from orchestration.privacy.record import Door

from . import builders
from .builders import compressed, write_file

CSV = builders.as_csv([builders.message(message_id=f"m{number}") for number in range(6)])
JSONL = builders.as_jsonl([builders.thread(thread_id=f"t{number}") for number in range(6)])
PARQUET = builders.as_parquet([builders.thread(thread_id=f"t{number}") for number in range(6)])
FILES = {
    "messages.csv": CSV,
    "threads.jsonl": JSONL,
    "threads.parquet": PARQUET,
    "messages.csv.gz": compressed(CSV, "gz"),
    "threads.jsonl.zst": compressed(JSONL, "zst"),
}
PIECES = [b"", b"\n", b'"', b",", b"\r", b"\0", b"\xff", b"{", b"}", b"null", b"\\", b"1", b"[["]


def mutated(data: bytes, seed: int, changes: int, *, keep_places: bool) -> bytes:
    """Some bytes changed; binary files keep what follows in its place, or nothing is read of it."""
    chance = random.Random(seed)
    changed = bytearray(data)
    for _ in range(changes):
        start = chance.randrange(len(changed) + 1)
        end = start + chance.choice((0, 1, 1, 2, 20))
        piece = chance.choice((*PIECES, chance.randbytes(1), chance.randbytes(3)))
        if keep_places:
            start = chance.randrange(len(changed) - len(piece))
            end = start + len(piece)
        changed[start:end] = piece
    return bytes(changed)


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 2**32),
    changes=st.integers(1, 6),
    block_bytes=st.sampled_from([50, 10**6]),
)
def test_mutations(
    tmp_path_factory: pytest.TempPathFactory, name: str, seed: int, changes: int, block_bytes: int
) -> None:
    folder: Path = tmp_path_factory.mktemp("mutation")
    data = mutated(FILES[name], seed, changes, keep_places=name.endswith("parquet"))
    write_file(folder / "exports", name, data)
    (day,) = find_export_days(folder / "exports")
    try:
        manifest = load_day(day, folder / "raw", Door(), limits=ReadLimits(block_bytes=block_bytes))
    except BadExportFile:
        return
    (file,) = manifest.files
    assert file.rows_read == file.rows_loaded + file.rows_rejected
