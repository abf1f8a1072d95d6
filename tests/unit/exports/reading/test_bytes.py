from __future__ import annotations

import errno
import gzip
import os
import zlib
from pathlib import Path

import pytest

from orchestration.exports import ReadLimits, find_export_days, load_day
from orchestration.exports.errors import BadExportFile
from orchestration.privacy.record import Door

from .. import builders
from ..builders import bad_file_reason, compressed, load_file

DATA = builders.as_csv([builders.rating(rating_id=f"r{number}") for number in range(2000)])
HALF = DATA.index(b"\n", len(DATA) // 2) + 1
CODECS = {"gz": "gzip", "zst": "zstd"}


@pytest.mark.parametrize("codec", CODECS)
def test_several_streams_in_one_file(tmp_path: Path, codec: str) -> None:
    data = b"".join(compressed(part, codec) for part in (DATA[:HALF], DATA[HALF:], b""))
    landed = load_file(tmp_path, f"ratings.csv.{codec}", data)
    assert landed.manifest.rows_loaded == {"ratings": 2000}


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("data", [b"", None])
def test_nothing_inside_is_no_rows(tmp_path: Path, codec: str, data: bytes | None) -> None:
    packed = compressed(b"", codec) if data is None else data
    for file_format in ("csv", "jsonl", "parquet"):
        landed = load_file(tmp_path / file_format, f"ratings.{file_format}.{codec}", packed)
        assert landed.manifest.rows_read == {"ratings": 0}


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("cut", [1, 5, 1000])
def test_a_file_that_is_cut_off(tmp_path: Path, codec: str, cut: int) -> None:
    data = compressed(DATA, codec)[:-cut]
    reason = bad_file_reason(tmp_path, f"ratings.csv.{codec}", data)
    assert reason == f"its {CODECS[codec]} data is cut off; copy the file again"


@pytest.mark.parametrize("codec", CODECS)
def test_bytes_that_do_not_belong(tmp_path: Path, codec: str) -> None:
    name = f"ratings.csv.{codec}"
    data = compressed(DATA, codec)
    assert "damaged" in bad_file_reason(tmp_path / "a", name, data + b"more, and more, and more")
    assert "cut off" in bad_file_reason(tmp_path / "b", name, data + data[:5])


def test_a_wrong_checksum(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(DATA))
    data[-6] ^= 1
    assert "damaged" in bad_file_reason(tmp_path, "ratings.csv.gz", bytes(data))


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("ratings.csv.gz", DATA, "is not gzip, though its name ends in .gz"),
        ("ratings.csv.zst", gzip.compress(DATA), "is gzip inside, though its name ends in .zst"),
        ("ratings.csv", gzip.compress(DATA), "is gzip inside, though its name says CSV"),
        ("ratings.csv.gz", gzip.compress(gzip.compress(DATA)), "is gzip inside"),
        ("ratings.parquet.gz", gzip.compress(DATA), "is no Parquet, though"),
    ],
)
def test_names_and_bytes_must_agree(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    assert words in bad_file_reason(tmp_path, name, data)


def test_a_metadata_frame_before_the_data(tmp_path: Path) -> None:
    data = b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd" + compressed(DATA, "zst")
    assert load_file(tmp_path, "ratings.csv.zst", data).manifest.rows_loaded == {"ratings": 2000}


@pytest.mark.parametrize("file_format", ["csv", "jsonl", "parquet"])
def test_a_bomb_is_a_bad_file(tmp_path: Path, file_format: str) -> None:
    name = f"ratings.{file_format}.gz"
    limits = ReadLimits(max_unpacked_bytes=10**6, max_packed_parquet_bytes=10**6)
    reason = bad_file_reason(tmp_path, name, zlib_bomb(), limits=limits)
    assert "1000000 bytes" in reason


def zlib_bomb() -> bytes:
    """Ten megabytes in ten kilobytes."""
    packer = zlib.compressobj(9, wbits=31)
    return packer.compress(b"\n" * 10**7) + packer.flush()


def test_a_file_that_grows_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = builders.write_file(tmp_path / "exports", "ratings.csv", DATA)
    (day,) = find_export_days(tmp_path / "exports")
    real_stat = os.fstat

    def stat_then_grow(descriptor: int) -> os.stat_result:
        status = real_stat(descriptor)
        if status.st_ino == path.stat().st_ino and path.stat().st_size == len(DATA):
            with path.open("ab") as file:
                file.write(b"r,t,2024-03-01T10:00:00Z,5\n")
        return status

    monkeypatch.setattr(os, "fstat", stat_then_grow)
    with pytest.raises(BadExportFile, match="changed while it was read; run again"):
        load_day(day, tmp_path / "raw", Door())
    monkeypatch.undo()
    (day,) = find_export_days(tmp_path / "exports")
    assert load_day(day, tmp_path / "raw", Door()).rows_loaded == {"ratings": 2001}


def test_a_file_that_went(tmp_path: Path) -> None:
    path = builders.write_file(tmp_path / "exports", "ratings.csv", DATA)
    (day,) = find_export_days(tmp_path / "exports")
    path.unlink()
    with pytest.raises(BadExportFile, match="it is gone; run again"):
        load_day(day, tmp_path / "raw", Door())


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = builders.write_file(tmp_path / "exports", "ratings.csv", DATA)
    (day,) = find_export_days(tmp_path / "exports")
    path.unlink()
    path.mkdir()
    with pytest.raises(BadExportFile, match="cannot be read"):
        load_day(day, tmp_path / "raw", Door())


def test_a_disk_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "pread", fail)
    reason = bad_file_reason(tmp_path, "ratings.csv.gz", compressed(DATA, "gz"))
    assert reason == "it cannot be read (Input/output error)"
