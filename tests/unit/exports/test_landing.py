from __future__ import annotations

import fcntl
import hashlib
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from orchestration.exports import (
    BadExportFile,
    ReadLimits,
    collect_garbage,
    read_manifests,
    writing,
)

from .builders import DAY, land, many_ratings, message, rating, thread, write_file, write_records


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def test_files_lie_where_the_manifest_says(tmp_path: Path) -> None:
    write_records(tmp_path / "exports", "ratings.csv", [rating(), rating(score=9)])
    manifest = land(tmp_path / "exports", tmp_path / "raw")
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
    write_records(exports, "ratings.b.jsonl", many_ratings(3))
    write_records(exports, "ratings.a.parquet.gz", many_ratings(2))
    write_records(exports, "ratings.csv", many_ratings(1))
    manifest = land(exports, tmp_path / "raw")
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
    write_records(exports, "ratings.csv", [*many_ratings(2000), rating(score=9)])
    write_records(exports, "threads.jsonl", [thread()] * 300)
    first = land(exports, tmp_path / "one")
    second = land(exports, tmp_path / "two", limits=ReadLimits(block_bytes=1000))
    assert first.paths == second.paths
    again = land(exports, tmp_path / "one")
    assert again.paths == first.paths
    assert read_manifests(tmp_path / "one") == {DAY: again}


def test_large_days_land_in_row_groups_whatever_the_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_ROW_GROUP_ROWS", 100)
    write_records(tmp_path / "exports", "ratings.a.csv", many_ratings(150))
    write_records(tmp_path / "exports", "ratings.b.csv", many_ratings(90))
    one = land(tmp_path / "exports", tmp_path / "one")
    two = land(tmp_path / "exports", tmp_path / "two", limits=ReadLimits(block_bytes=500))
    assert one.paths == two.paths
    metadata = pq.read_metadata(tmp_path / "one" / one.landed["ratings"])
    groups = [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)]
    assert groups == [100, 100, 40]


def test_rows_of_many_bytes_are_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_ROW_GROUP_BYTES", 1000)
    write_records(tmp_path / "exports", "ratings.csv", many_ratings(150))
    manifest = land(tmp_path / "exports", tmp_path / "raw", limits=ReadLimits(block_bytes=500))
    table = pq.ParquetFile(tmp_path / "raw" / manifest.landed["ratings"])
    assert table.num_row_groups > 3
    assert table.metadata.num_rows == 150


def test_a_bad_file_leaves_the_day_as_it_was(tmp_path: Path) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    write_records(exports, "ratings.csv", many_ratings(3))
    land(exports, raw)
    before = files(raw)
    write_records(exports, "agents.csv", [{"agent_id": "a"}])
    write_records(exports, "ratings.csv", many_ratings(4))
    write_file(exports, "threads.csv.gz", b"\x1f\x8b")
    with pytest.raises(BadExportFile) as raised:
        land(exports, raw)
    assert raised.value.file_name == "agents.csv"
    assert files(raw) == before
    assert list((raw / ".incoming").iterdir()) == []


def test_a_correction_replaces_the_day_and_readers_keep_the_old_files(tmp_path: Path) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    write_records(exports, "ratings.csv", [*many_ratings(3), rating(score=9)])
    old = land(exports, raw)
    write_records(exports, "ratings.csv", many_ratings(4))
    new = land(exports, raw)
    assert new.quarantine is None
    assert all((raw / path).is_file() for path in (*old.paths, *new.paths))
    assert sorted(collect_garbage(raw)) == sorted(raw / path for path in old.paths)
    assert set(files(raw)) == {*new.paths, f"manifests/{DAY}.json"}
    assert not (raw / "quarantine" / f"export_date={DAY}").exists()
    assert collect_garbage(raw) == []


def test_a_day_whose_files_went_lands_empty(tmp_path: Path) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    path = write_records(exports, "ratings.csv", many_ratings(3))
    land(exports, raw)
    path.unlink()
    assert land(exports, raw).landed == {}
    collect_garbage(raw)
    assert set(files(raw)) == {f"manifests/{DAY}.json"}


def test_garbage_is_what_we_landed_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = tmp_path / "raw"
    assert collect_garbage(raw) == []
    write_records(tmp_path / "exports", "ratings.csv", many_ratings(1))
    land(tmp_path / "exports", raw)
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
    manifest = land(exports, raw)
    assert manifest.rows_rejected["messages"] > 10
    for name, data in files(raw).items():
        assert SECRET.encode() not in data, name
        if name.endswith(".parquet"):
            assert SECRET not in str(pq.ParquetFile(raw / name).read().to_pylist()), name
    output = capfd.readouterr()
    assert SECRET not in output.out + output.err
