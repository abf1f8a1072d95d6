"""Loads that die, and two at once: the old day or the new one, never a part."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from orchestration.exports import collect_garbage, landing, read_manifests
from orchestration.machine import files as machine_files

from .builders import DAY, land, many_ratings, rating, thread, write_records

STEPS = [
    (os, "fsync"),
    (Path, "replace"),
    (Path, "mkdir"),
    (shutil, "rmtree"),
    (machine_files, "sync"),
    (landing, "commit_day"),
]


def run_and_die(exports: Path, raw: Path, owner: Any, name: str, call: int) -> bool:
    """Load in a process of its own that dies before one call; whether it came to that call."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 77
    real = getattr(owner, name)
    calls = 0

    def die(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            os._exit(77)
        return real(*arguments, **options)

    try:
        setattr(owner, name, die)
        land(exports, raw)
    finally:
        os._exit(0)


def day_as_landed(raw: Path) -> tuple[str, ...]:
    """The paths of the day's manifest, each of which must be there and whole."""
    manifest = read_manifests(raw)[DAY]
    for path in manifest.paths:
        digest = hashlib.sha256((raw / path).read_bytes()).hexdigest()
        assert path.endswith(f"/{digest}.parquet")
    return manifest.paths


@pytest.mark.parametrize(("owner", "name"), STEPS, ids=lambda value: str(value)[:40])
def test_a_load_that_dies_leaves_the_old_day_or_the_new(
    tmp_path: Path, owner: Any, name: str
) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    write_records(exports, "ratings.csv", [rating(), rating(score=9)])
    old = land(exports, raw).paths
    write_records(exports, "ratings.csv", [*many_ratings(5), rating(score=8)])
    write_records(exports, "threads.csv", [thread()])
    new = land(exports, tmp_path / "elsewhere").paths
    shutil.copytree(raw, tmp_path / "saved")
    outcomes = []
    for call in range(1, 30):
        if not run_and_die(exports, raw, owner, name, call):
            break
        outcomes.append(day_as_landed(raw))
        collect_garbage(raw)
        assert outcomes[-1] == day_as_landed(raw)
        assert list((raw / ".incoming").iterdir()) == []
        assert len(list(raw.rglob("*.parquet"))) == len(outcomes[-1])
        shutil.rmtree(raw)
        shutil.copytree(tmp_path / "saved", raw)
    assert outcomes
    assert set(outcomes) <= {old, new}
    assert day_as_landed(raw) == new  # the last one lived
    assert land(exports, raw).paths == new


def test_two_loads_at_once_end_in_one_of_them(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    children = []
    for name in ("a", "b", "c"):
        write_records(tmp_path / name, "ratings.csv", many_ratings(500, agent_id=name))
    for name in ("a", "b", "c"):
        child = os.fork()
        if not child:
            try:
                for _ in range(5):
                    land(tmp_path / name, raw)
                    collect_garbage(raw)
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    (path,) = day_as_landed(raw)
    rows = pq.ParquetFile(raw / path).read().to_pylist()
    assert len({row["agent_id"] for row in rows}) == 1
    assert len(rows) == 500
