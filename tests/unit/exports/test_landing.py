from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from orchestration.exports import (
    BadExportFile,
    DayManifest,
    ReadLimits,
    collect_garbage,
    find_export_days,
    landing,
    load_day,
    read_manifests,
    writing,
)
from orchestration.machine import files as machine_files
from orchestration.privacy.record import Door

from .builders import DAY, message, rating, thread, write_file, write_records


def load(exports: Path, raw: Path, **options: Any) -> DayManifest:
    (day,) = find_export_days(exports)
    return load_day(day, raw, Door(), **options)


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def ratings(count: int, **changes: Any) -> list[dict[str, Any]]:
    return [rating(rating_id=f"r{number}", **changes) for number in range(count)]


def test_files_lie_where_the_manifest_says(tmp_path: Path) -> None:
    write_records(tmp_path / "exports", "ratings.csv", [rating(), rating(score=9)])
    manifest = load(tmp_path / "exports", tmp_path / "raw")
    assert manifest.quarantine is not None
    landed = files(tmp_path / "raw")
    assert set(landed) == {*manifest.paths, f"manifests/{DAY}.json"}
    for path in manifest.paths:
        folder, day, name = path.split("/")
        assert folder in ("ratings", "quarantine")
        assert day == f"export_date={DAY}"
        assert name == f"{hashlib.sha256(landed[path]).hexdigest()}.parquet"


def test_rows_of_several_files_land_in_the_order_of_names(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    write_records(exports, "ratings.b.jsonl", ratings(3))
    write_records(exports, "ratings.a.parquet.gz", ratings(2))
    write_records(exports, "ratings.csv", ratings(1))
    manifest = load(exports, tmp_path / "raw")
    rows = pq.ParquetFile(tmp_path / "raw" / manifest.landed["ratings"]).read().to_pylist()
    assert [(row["file_name"], row["row_number"]) for row in rows] == [
        ("ratings.a.parquet.gz", 1),
        ("ratings.a.parquet.gz", 2),
        ("ratings.b.jsonl", 1),
        ("ratings.b.jsonl", 2),
        ("ratings.b.jsonl", 3),
        ("ratings.csv", 1),
    ]


def test_the_same_bytes_land_as_the_same_bytes(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    write_records(exports, "ratings.csv", [*ratings(2000), rating(score=9)])
    write_records(exports, "threads.jsonl", [thread()] * 300)
    first = load(exports, tmp_path / "one")
    second = load(exports, tmp_path / "two", limits=ReadLimits(block_bytes=1000))
    assert first.paths == second.paths
    again = load(exports, tmp_path / "one")
    assert again.paths == first.paths
    assert read_manifests(tmp_path / "one") == {DAY: again}


def test_large_days_land_in_row_groups_whatever_the_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_ROW_GROUP_ROWS", 100)
    write_records(tmp_path / "exports", "ratings.a.csv", ratings(150))
    write_records(tmp_path / "exports", "ratings.b.csv", ratings(90))
    one = load(tmp_path / "exports", tmp_path / "one")
    two = load(tmp_path / "exports", tmp_path / "two", limits=ReadLimits(block_bytes=500))
    assert one.paths == two.paths
    metadata = pq.read_metadata(tmp_path / "one" / one.landed["ratings"])
    groups = [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)]
    assert groups == [100, 100, 40]


def test_rows_of_many_bytes_are_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_ROW_GROUP_BYTES", 1000)
    write_records(tmp_path / "exports", "ratings.csv", ratings(150))
    manifest = load(tmp_path / "exports", tmp_path / "raw", limits=ReadLimits(block_bytes=500))
    table = pq.ParquetFile(tmp_path / "raw" / manifest.landed["ratings"])
    assert table.num_row_groups > 3
    assert table.metadata.num_rows == 150


def test_a_bad_file_leaves_the_day_as_it_was(tmp_path: Path) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    write_records(exports, "ratings.csv", ratings(3))
    load(exports, raw)
    before = files(raw)
    write_records(exports, "agents.csv", [{"agent_id": "a"}])
    write_records(exports, "ratings.csv", ratings(4))
    write_file(exports, "threads.csv.gz", b"\x1f\x8b")
    with pytest.raises(BadExportFile) as raised:
        load(exports, raw)
    assert raised.value.file_name == "agents.csv"
    assert files(raw) == before
    assert list((raw / ".incoming").iterdir()) == []


def test_a_correction_replaces_the_day_and_readers_keep_the_old_files(tmp_path: Path) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    write_records(exports, "ratings.csv", [*ratings(3), rating(score=9)])
    old = load(exports, raw)
    write_records(exports, "ratings.csv", ratings(4))
    new = load(exports, raw)
    assert new.quarantine is None
    assert all((raw / path).is_file() for path in (*old.paths, *new.paths))
    assert sorted(collect_garbage(raw)) == sorted(raw / path for path in old.paths)
    assert set(files(raw)) == {*new.paths, f"manifests/{DAY}.json"}
    assert not (raw / "quarantine" / f"export_date={DAY}").exists()
    assert collect_garbage(raw) == []


def test_a_day_whose_files_went_lands_empty(tmp_path: Path) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    path = write_records(exports, "ratings.csv", ratings(3))
    load(exports, raw)
    path.unlink()
    assert load(exports, raw).landed == {}
    collect_garbage(raw)
    assert set(files(raw)) == {f"manifests/{DAY}.json"}


def test_garbage_is_what_we_landed_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = tmp_path / "raw"
    assert collect_garbage(raw) == []
    write_records(tmp_path / "exports", "ratings.csv", ratings(1))
    load(tmp_path / "exports", raw)
    for name in ("notes.txt", "ratings/notes.parquet", "other/export_date=2024-03-01/a.parquet"):
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        (raw / name).write_bytes(b"mine")
    before = files(raw)
    assert collect_garbage(raw) == []
    monkeypatch.chdir(raw)
    assert collect_garbage(Path()) == []
    assert files(raw) == before


def test_only_dead_loads_are_swept(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    for name in ("dead", "unmarked", "running"):
        (raw / ".incoming" / name).mkdir(parents=True)
    (raw / ".incoming" / "dead" / ".alive").touch()
    with (raw / ".incoming" / "running" / ".alive").open("wb") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        removed = collect_garbage(raw)
    assert sorted(path.name for path in removed) == ["dead", "unmarked"]
    assert [path.name for path in (raw / ".incoming").iterdir()] == ["running"]


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
        load(exports, raw)
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
    old = load(exports, raw).paths
    write_records(exports, "ratings.csv", [*ratings(5), rating(score=8)])
    write_records(exports, "threads.csv", [thread()])
    new = load(exports, tmp_path / "elsewhere").paths
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
    assert load(exports, raw).paths == new


def test_two_loads_at_once_end_in_one_of_them(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    children = []
    for name in ("a", "b", "c"):
        write_records(tmp_path / name, "ratings.csv", ratings(500, agent_id=name))
    for name in ("a", "b", "c"):
        child = os.fork()
        if not child:
            try:
                for _ in range(5):
                    load(tmp_path / name, raw)
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


SECRET = "tell-nobody-of-this"  # pragma: allowlist secret


def test_a_body_is_nowhere(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    bad = [
        message(body=SECRET),
        message(body=SECRET, sent_at="soon"),
        message(body=f"{SECRET}\n{SECRET}", author_type="robot"),
    ]
    for name in ("csv", "jsonl", "parquet"):
        write_records(exports, f"messages.{name}", bad[::2] if name == "parquet" else bad)
    header = b"message_id,thread_id,sent_at,author_type,body,is_private\n"
    good = b"m1,t1,2024-03-01T10:00:00Z,user,"
    ragged = b"".join(
        [
            header,
            good + SECRET.encode() + b",false\n",
            good + b"one, two " + SECRET.encode() + b", three,false\n",
            good + b"a body that nobody quoted\n",
            b"and " + SECRET.encode() + b", that goes on,false\n",
            SECRET.encode() + b"," + SECRET.encode() + b",x,y,z,w\n",
        ]
    )
    write_file(exports, "messages.ragged.csv", ragged)
    start = b'{"message_id": "m1", "sent_at": "2024-03-01T10:00:00Z", "body": "' + SECRET.encode()
    lines = [
        start,
        start + b'", "thread_id": "t1", oops}',
        start + b'", "body": "again"}',
        start + b'", "author_id": {"body": "' + SECRET.encode() + b'"}}',
        SECRET.encode() + b'", "thread_id": "' + SECRET.encode() + b'"}',
        b'"' + SECRET.encode() + b'"',
        b'{"thread_id": "' + SECRET.encode() + b'", "x": ]',
        start + b'\\ud83d"}',
    ]
    write_file(
        exports,
        "messages.broken.jsonl",
        b"\n".join(lines)
        + b'\n{"message_id": "m"}\n'
        + b'{"message_id": "m", "thread_id": "t", "sent_at": "x", "author_type": "user"}\n',
    )
    manifest = load(exports, raw)
    assert manifest.rows_rejected["messages"] > 10
    for name, data in files(raw).items():
        assert SECRET.encode() not in data, name
        if name.endswith(".parquet"):
            assert SECRET not in str(pq.ParquetFile(raw / name).read().to_pylist()), name
    output = capfd.readouterr()
    assert SECRET not in output.out + output.err
