"""The corpus of bad exports: each kind as files of one day.

What the operator sees of each is in docs/bad-exports.md, which `python -m
tests.unit.exports.bad_exports` writes anew; a test compares the two.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe

from orchestration.exports import BadExportFile, ReadLimits, find_export_days, load_day
from orchestration.privacy.record import Door

from .builders import DAY, as_csv, as_jsonl, as_parquet, compressed, message, rating, thread

LIMITS = ReadLimits(
    max_unpacked_bytes=2_000_000,
    max_unpacked_ratio=100,
    free_unpacked_bytes=1_000_000,
    max_line_bytes=1_000_000,
    max_packed_parquet_bytes=100_000,
    block_bytes=20_000,
    max_columns=1000,
    max_rejected_rows=5_000,
    max_rows=10_000,
)
"""Small, so that a test can go beyond each; what goes for a file in earnest is in `ReadLimits`."""

HEADER = b"rating_id,thread_id,rated_at,score\n"
GOOD = b"r1,t1,2024-03-01T10:00:00Z,5\n"
CSV = HEADER + GOOD
JSON = as_jsonl([rating()])
TIME = datetime(2024, 3, 1, 10, tzinfo=UTC)


@dataclass(frozen=True)
class BadExport:
    """One kind: what is wrong with it, and how to make it in a day's folder."""

    kind: str
    make: Callable[[Path], object]


def what_the_operator_sees(exports: Path, raw: Path, limits: ReadLimits = LIMITS) -> str:
    """The outcome of loading the one day of a folder, in the words that are shown for it."""
    (day,) = find_export_days(exports)
    seen = [f"ignored: {name}" for name in day.ignored]
    try:
        manifest = load_day(day, raw, Door(), limits=limits)
    except BadExportFile as error:
        return "; ".join([*seen, f"bad file: {error.reason}"])
    read = loaded = 0
    for file in manifest.files:
        assert file.rows_read == file.rows_loaded + file.rows_rejected
        read += file.rows_read
        loaded += file.rows_loaded
        seen += [f"unknown column {name}" for name in file.unknown_columns[:1]]
    landed = [pq.ParquetFile(raw / path).metadata.num_rows for path in manifest.landed.values()]
    assert sum(landed) == loaded
    if manifest.quarantine:
        rejected = pq.ParquetFile(raw / manifest.quarantine).read().to_pylist()
        assert len(rejected) == read - loaded
        for row in rejected[:1]:
            subject = f"{row['column_name']} " if row["column_name"] else ""
            seen.append(f"row {row['row_number']}: {subject}{row['reason']}")
    return "; ".join([*seen, f"{loaded} of {read} rows load"])


def _file(name: str, data: bytes) -> Callable[[Path], None]:
    def make(day: Path) -> None:
        (day / name).write_bytes(data)

    return make


def _csv(data: bytes) -> Callable[[Path], None]:
    return _file("ratings.csv", data)


def _row(*cells: str) -> Callable[[Path], None]:
    """A good row, and one with other cells."""
    return _csv(CSV + ",".join(cells).encode() + b"\n")


def _rated_at(text: str) -> Callable[[Path], None]:
    return _row("r2", "t1", text, "5")


def _score(text: str) -> Callable[[Path], None]:
    return _row("r2", "t1", "2024-03-01T10:00:00Z", text)


def _jsonl(*lines: str) -> Callable[[Path], None]:
    return _file("ratings.jsonl", JSON + "\n".join(lines).encode() + b"\n")


def _member(**changes: str) -> Callable[[Path], None]:
    """A good line, and one in which a member's value is written as given."""
    members = {name: json.dumps(value) for name, value in rating(rating_id="r2").items()}
    text = ", ".join(f'"{name}": {value}' for name, value in {**members, **changes}.items())
    return _jsonl("{" + text + "}")


def _parquet(table: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def _ratings(**columns: Any) -> pa.Table:
    good = {
        "rating_id": pa.array(["r1"]),
        "thread_id": pa.array(["t1"]),
        "rated_at": pa.array([TIME], pa.timestamp("us", "UTC")),
        "score": pa.array([5]),
    }
    return pa.table({**good, **columns})


def _with(**columns: Any) -> Callable[[Path], None]:
    return _file("ratings.parquet", _parquet(_ratings(**columns)))


class _NoKeys(pe.KmsClient):  # type: ignore[misc]
    def wrap_key(self, key_bytes: bytes, _name: str) -> str:
        return key_bytes.hex()

    def unwrap_key(self, wrapped: bytes, _name: str) -> bytes:
        return bytes.fromhex(wrapped.decode())


def _encrypted(*, plain_footer: bool) -> Callable[[Path], None]:
    def make(day: Path) -> None:
        factory = pe.CryptoFactory(lambda _config: _NoKeys())
        properties = factory.file_encryption_properties(
            pe.KmsConnectionConfig(),
            pe.EncryptionConfiguration(
                footer_key="footer",
                column_keys={"column": ["score"]},
                plaintext_footer=plain_footer,
            ),
        )
        table = _ratings()
        with pq.ParquetWriter(
            day / "ratings.parquet", table.schema, encryption_properties=properties
        ) as writer:
            writer.write_table(table)

    return make


def _link(target: str, name: str = "ratings.csv") -> Callable[[Path], None]:
    def make(day: Path) -> None:
        outside = day.parent.parent / "outside"
        outside.mkdir(exist_ok=True)
        (outside / "ratings.csv").write_bytes(CSV)
        (day / name).symlink_to(target)

    return make


def _folder(day: Path) -> None:
    (day / "ratings.csv").mkdir()


def _pipe(day: Path) -> None:
    os.mkfifo(day / "ratings.csv")


def _named(name: str) -> Callable[[Path], None]:
    return _file(name, CSV)


_WIDE = ",".join(f"c{number}" for number in range(100_000)).encode()
_CUT_GZIP = compressed(CSV * 50, "gz")[:-12]
_CUT_ZSTD = compressed(as_csv([rating(rating_id=f"r{n}") for n in range(500)]), "zst")[:-20]

_OF_PACKING = [
    ("gzip that is cut off", _file("ratings.csv.gz", _CUT_GZIP)),
    ("zstd that is cut off", _file("ratings.csv.zst", _CUT_ZSTD)),
    (
        "gzip with a byte changed",
        _file("ratings.csv.gz", _CUT_GZIP[:15] + b"\xff\xff" + compressed(CSV * 50, "gz")[17:]),
    ),
    (
        "two gzip members in one file",
        _file("ratings.csv.gz", compressed(CSV, "gz") + compressed(GOOD, "gz")),
    ),
    (
        "two zstd frames in one file",
        _file("ratings.csv.zst", compressed(CSV, "zst") + compressed(GOOD, "zst")),
    ),
    (
        "a second gzip member that is cut off",
        _file("ratings.csv.gz", compressed(CSV, "gz") + _CUT_GZIP),
    ),
    (
        "gzip with other bytes after its end",
        _file("ratings.csv.gz", compressed(CSV, "gz") + b"the end"),
    ),
    ("plain text named .gz", _file("ratings.csv.gz", CSV)),
    ("gzip named .zst", _file("ratings.csv.zst", compressed(CSV, "gz"))),
    ("gzip named .csv", _csv(compressed(CSV, "gz"))),
    ("gzip in gzip", _file("ratings.csv.gz", compressed(compressed(CSV, "gz"), "gz"))),
    ("Parquet named .csv", _csv(as_parquet([rating()]))),
    ("CSV named .parquet", _file("ratings.parquet", CSV)),
    ("CSV named .jsonl", _file("ratings.jsonl", CSV)),
    ("JSON lines named .csv", _csv(JSON)),
    ("a zip archive", _csv(b"PK\x03\x04" + bytes(100))),
    ("a spreadsheet named .xlsx", _file("ratings.xlsx", b"PK\x03\x04")),
    ("a gzip bomb of one line", _file("ratings.csv.gz", gzip.compress(b"x" * 1_900_000))),
    ("a gzip bomb of blank lines", _file("ratings.jsonl.gz", gzip.compress(b"\n" * 5_000_000))),
    ("a zstd bomb of blank lines", _file("ratings.csv.zst", compressed(b"\n" * 5_000_000, "zst"))),
    (
        "a bomb of rows that are all bad",
        _file("ratings.jsonl.gz", gzip.compress(JSON + b"{}\n" * 6_000)),
    ),
    (
        "more rows than a file may have",
        _file("ratings.csv.gz", gzip.compress(HEADER + GOOD * 11_000)),
    ),
    (
        "more than fits, honestly packed",
        _file(
            "ratings.jsonl.gz",
            gzip.compress(
                b"".join(b'{"x":"%s"}\n' % os.urandom(40).hex().encode() for _ in range(25_000))
            ),
        ),
    ),
    (
        "a Parquet file inside gzip that is too large",
        _file(
            "ratings.parquet.gz",
            gzip.compress(_parquet(_ratings(note=pa.array([os.urandom(150_000)])))),
        ),
    ),
]
_OF_TEXT = [
    ("UTF-16 with a byte-order mark", _csv(CSV.decode().encode("utf-16"))),
    ("UTF-16 without one", _csv(CSV.decode().encode("utf-16-be"))),
    ("UTF-32", _csv(CSV.decode().encode("utf-32"))),
    ("Latin-1", _csv(CSV + "r2,tü,2024-03-01T10:00:00Z,5\n".encode("latin-1"))),
    ("Latin-1 in JSON lines", _file("ratings.jsonl", '{"rating_id":"ü"}\n'.encode("latin-1"))),
    ("a UTF-8 byte-order mark", _csv(b"\xef\xbb\xbf" + CSV)),
    ("a byte-order mark in the middle", _csv(CSV + b"\xef\xbb\xbfr2,t1,2024-03-01T10:00:00Z,5\n")),
    ("a NUL byte in a text", _row("r\0x", "t1", "2024-03-01T10:00:00Z", "5")),
    ("NUL bytes throughout", _csv(bytes(1000))),
    ("NUL bytes at the end, as after a power cut", _csv(CSV + bytes(500))),
    ("CRLF", _csv(CSV.replace(b"\n", b"\r\n"))),
    ("a lone CR as line end", _csv(CSV.replace(b"\n", b"\r"))),
    ("mixed line ends", _csv(HEADER.replace(b"\n", b"\r\n") + GOOD + GOOD.replace(b"\n", b"\r\n"))),
    ("half a surrogate pair", _member(rating_id='"\\ud83d"')),
    ("overlong UTF-8", _csv(CSV + b"r\xc0\xaf,t1,2024-03-01T10:00:00Z,5\n")),
    ("bytes of a terminal's commands", _row("r\x1b[2J", "t1", "soon", "5")),
]
_OF_CSV = [
    ("an empty file", _csv(b"")),
    ("a header alone", _csv(HEADER)),
    ("blank lines alone", _csv(b"\n\n \n")),
    ("no header", _csv(GOOD)),
    (
        "a required column is missing",
        _csv(b"rating_id,thread_id,rated_at\nr1,t1,2024-03-01T10:00:00Z\n"),
    ),
    ("a header in another case", _csv(CSV.replace(b"rating_id", b"Rating_ID"))),
    ("a header twice", _csv(CSV.replace(b"thread_id", b"rating_id"))),
    ("the header again in the middle, as after cat", _csv(CSV + CSV)),
    (
        "an unknown column",
        _csv(b"rating_id,thread_id,rated_at,score,mood\nr1,t1,2024-03-01T10:00:00Z,5,sad\n"),
    ),
    ("semicolons", _csv(CSV.replace(b",", b";"))),
    ("tabs", _csv(CSV.replace(b",", b"\t"))),
    ("bars", _csv(CSV.replace(b",", b"|"))),
    (
        "semicolons, in another order and quoted",
        _csv(b'"thread_id";"score";"rating_id";"rated_at"\n"t1";5;"r1";"2024-03-01T10:00:00Z"\n'),
    ),
    ("a spreadsheet's hint on separators", _csv(b"sep=;\r\n" + CSV)),
    (
        "a data frame's index, a column without a name",
        _csv(b"," + HEADER + b"0," + GOOD),
    ),
    (
        "quotes escaped by a backslash",
        _csv(HEADER + b'r1,"t \\"one\\", or two",2024-03-01T10:00:00Z,5\n' + GOOD),
    ),
    ("a quote that is never closed", _csv(CSV + b'r2,"t1,2024-03-01T10:00:00Z,5\n')),
    (
        "a quote that is never closed in the header",
        _csv(b'"rating_id,thread_id,rated_at,score\n' + GOOD),
    ),
    ("a row with too few cells", _row("r2", "t1")),
    ("a row with too many cells", _row("r2", "t1", "2024-03-01T10:00:00Z", "5", "x")),
    ("every row ragged", _csv(HEADER + b"r1,t1\nr2\n")),
    ("cut off in the middle of a row", _csv(CSV + b"r2,t1,2024-0")),
    ("100,000 columns", _csv(b"rating_id,thread_id,rated_at,score," + _WIDE + b"\n")),
    (
        "a line that is too long",
        _csv(CSV + b"r2," + b"t" * 1_200_000 + b",2024-03-01T10:00:00Z,5\n"),
    ),
    ("an identifier of 513 characters", _row("r" * 513, "t1", "2024-03-01T10:00:00Z", "5")),
    (
        "a body without quotes around its line breaks",
        _file(
            "messages.csv",
            as_csv([message(body="x")])
            + b"m3,007,2024-03-01T10:00:00Z,user,,false,Dear all\nthis, and that,\n",
        ),
    ),
    (
        "good rows after a body without quotes",
        _file(
            "messages.csv",
            as_csv([message(body="x")])
            + b"m3,007,2024-03-01T10:00:00Z,user,,false,Dear all\nthis, and that,\n"
            + as_csv([message(message_id=f"m{number}") for number in (4, 5)]).split(b"\n", 1)[1],
        ),
    ),
    (
        "a subject without quotes in a column of its own",
        _file(
            "threads.csv",
            b"thread_id,subject,created_at,updated_at,status\n"
            b"t1,Hello,2024-03-01T10:00:00Z,2024-03-01T10:00:00Z,open\n"
            b"t2,Hello, again,2024-03-01T10:00:00Z,2024-03-01T10:00:00Z,open\n"
            b"t3,Hello,2024-03-01T10:00:00Z,2024-03-01T10:00:00Z,open\n",
        ),
    ),
    (
        "a bad value beside a body",
        _file("messages.csv", as_csv([message(), message(author_type="robot")])),
    ),
]
_OF_JSON = [
    ("a JSON array instead of lines", _file("ratings.jsonl", json.dumps([rating()]).encode())),
    (
        "indented JSON over several lines",
        _file("ratings.jsonl", json.dumps([rating()], indent=1).encode()),
    ),
    ("a line that is cut off", _jsonl('{"rating_id": "r2", "thread_id": "t1", "rated')),
    ("a line that is no object", _jsonl("[1, 2]")),
    ("null as a line", _jsonl("null")),
    ("two objects on a line", _jsonl('{"rating_id": "r2"} {"rating_id": "r3"}')),
    ("a trailing comma", _jsonl('{"rating_id": "r2",}')),
    ("a nested value for an identifier", _member(thread_id='{"id": "t1"}')),
    ("a list for a number", _member(score="[5]")),
    ("a key twice", _jsonl('{"rating_id": "r2", "rating_id": "r3"}')),
    ("NaN for a number", _member(score="NaN")),
    ("Infinity", _member(score="Infinity")),
    ("a number as text", _member(score='"4"')),
    ("a text where a number belongs", _member(score='"four"')),
    ("a number where a text belongs", _member(rating_id="9007199254740993123")),
    ("true where a text belongs", _member(thread_id="true")),
    ("null for a required value", _member(thread_id="null")),
    ("empty text for a required value", _member(thread_id='""')),
    ("2^63", _member(score=str(2**63))),
    ("1e400", _member(score="1e400")),
    ("brackets 100,000 deep", _member(x="[" * 40_000 + "]" * 40_000)),
    (
        "a text for a key",
        _member(**{"call me": "1"}),
    ),
    (
        "nine hundred unknown keys",
        _jsonl(json.dumps({**rating(rating_id="r2"), **{f"k{n:04}": n for n in range(900)}})),
    ),
    (
        "two thousand keys",
        _jsonl(json.dumps({**rating(rating_id="r2"), **{f"k{n:04}": n for n in range(2000)}})),
    ),
    (
        "a required key on no line",
        _file("ratings.jsonl", b'{"rating_id": "r1", "thread_id": "t1", "score": 5}\n'),
    ),
]
_OF_VALUES = [
    ("a negative count", _file("threads.jsonl", as_jsonl([thread(), thread(reopen_count=-1)]))),
    ("half a count", _file("threads.jsonl", as_jsonl([thread(), thread(reopen_count=1.5)]))),
    ("a hexadecimal number", _score("0x5")),
    ("a decimal comma", _csv(CSV + b'r2,t1,2024-03-01T10:00:00Z,"4,5"\n')),
    ("a score of 7", _score("7")),
    ("a time of the future", _csv(CSV + b"r2,t1,2162-03-01T10:00:00Z,5\n")),
    (
        "1970 for a conversation that is not deleted",
        _file("threads.jsonl", as_jsonl([thread(), thread(deleted_at="1970-01-01T00:00:00Z")])),
    ),
    (
        "1970 for the closing of a closed conversation",
        _file("threads.jsonl", as_jsonl([thread(), thread(closed_at="1970-01-01T00:00:00Z")])),
    ),
    (
        "a channel of 513 characters",
        _file("threads.jsonl", as_jsonl([thread(), thread(channel="c" * 513)])),
    ),
    (
        "a label of 513 characters",
        _file("threads.jsonl", as_jsonl([thread(), thread(labels=["l" * 513])])),
    ),
    (
        "1,001 labels",
        _file("threads.jsonl", as_jsonl([thread(), thread(labels=[str(n) for n in range(1001)])])),
    ),
    ("an unknown status", _file("threads.jsonl", as_jsonl([thread(), thread(status="Closed")]))),
    (
        "an unknown author",
        _file("messages.jsonl", as_jsonl([message(), message(author_type="customer")])),
    ),
    (
        "closed without a time of closing",
        _file("threads.jsonl", as_jsonl([thread(), thread(closed_at=None)])),
    ),
    ("epoch seconds", _rated_at("1709287200")),
    ("epoch milliseconds", _member(rated_at="1709287200000")),
    ("a date without a time", _rated_at("2024-03-01")),
    ("a day that is none", _rated_at("2024-02-30T10:00:00Z")),
    ("an American date", _rated_at("03/01/2024 10:00")),
    ("an offset of a quarter of an hour", _rated_at("2024-03-01T10:00:00+05:45")),
    ("an offset that is none", _rated_at("2024-03-01T10:00:00+25:00")),
    ("a zone's name for an offset", _rated_at("2024-03-01T10:00:00 CET")),
    ("a time in the gap of a clock change", _rated_at("2024-03-31T02:30:00")),
    ("the year 0001", _rated_at("0001-01-01T00:00:00Z")),
    ("the year 9999", _rated_at("9999-12-31T23:59:59Z")),
    ("24:00", _rated_at("2024-03-01T24:00:00Z")),
    ("a leap second", _rated_at("2016-12-31T23:59:60Z")),
    (
        "a formula for an identifier",
        _row('=HYPERLINK("http://x")', "t1", "2024-03-01T10:00:00Z", "5"),
    ),
]
_OF_PARQUET = [
    ("Parquet without rows", _file("ratings.parquet", _parquet(_ratings().slice(0, 0)))),
    ("a Parquet file of no bytes", _file("ratings.parquet", b"")),
    ("a Parquet footer that is cut off", _file("ratings.parquet", as_parquet([rating()])[:-5])),
    (
        "a Parquet page with bytes changed",
        _file(
            "ratings.parquet",
            _parquet(_ratings(), use_dictionary=False, compression="none").replace(
                b"r1", b"\xff\xff"
            ),
        ),
    ),
    (
        "Parquet with a required column missing",
        _file("ratings.parquet", _parquet(_ratings().drop_columns("score"))),
    ),
    (
        "Parquet with a column twice",
        _file(
            "ratings.parquet",
            _parquet(
                pa.Table.from_arrays(
                    [*_ratings().columns, pa.array([1])], names=[*_ratings().column_names, "score"]
                )
            ),
        ),
    ),
    ("a boolean for a number", _with(score=pa.array([True]))),
    ("a fraction for a number", _with(score=pa.array([4.5]))),
    ("a date for a time", _with(rated_at=pa.array([TIME.date()]))),
    ("a time of day for a time", _with(rated_at=pa.array([TIME.time()]))),
    ("a nested Parquet column", _with(thread_id=pa.array([{"id": "t1"}]))),
    ("a list for an identifier", _with(thread_id=pa.array([["t1"]]))),
    ("an identifier as a large float", _with(rating_id=pa.array([2.0**60]))),
    ("a time of 2^63 nanoseconds", _with(rated_at=pa.array([2**63 - 1]).cast(pa.timestamp("ns")))),
    ("encrypted Parquet", _encrypted(plain_footer=False)),
    ("a Parquet column that is encrypted", _encrypted(plain_footer=True)),
    ("Parquet with 2,000 columns", _with(**{f"c{n}": pa.array([1]) for n in range(2_000)})),
    (
        "a Parquet bomb of many rows",
        _file(
            "ratings.parquet",
            _parquet(
                pa.table({name: pa.nulls(20_000, pa.string()) for name in _ratings().column_names})
            ),
        ),
    ),
    ("a Parquet bomb of a long value", _with(thread_id=pa.array(["t" * 3_000_000]))),
    (
        "a long Parquet value many times",
        _file(
            "ratings.parquet",
            _parquet(
                pa.table(
                    {
                        **{
                            name: _ratings()[name].take(pa.array([0] * 400))
                            for name in ("rating_id", "rated_at", "score")
                        },
                        "thread_id": pa.array(["t" * 50_000] * 400),
                    }
                )
            ),
        ),
    ),
]
_OF_FOLDERS = [
    ("a link that leads out of the exports folder", _link("../../outside/ratings.csv")),
    ("a link to a file of the system", _link("/etc/passwd")),
    ("a link to a device", _link("/dev/zero")),
    ("a link to itself", _link("ratings.csv")),
    ("a link to nothing", _link("gone.csv")),
    ("a folder where a file should be", _folder),
    ("a pipe", _pipe),
    ("a file in capital letters", _named("Ratings.CSV")),
    ("a second copy", _named("ratings (1).csv")),
    (
        "a lookalike beside an export file",
        lambda day: (_named("ratings.csv")(day), _named("Ratings.CSV")(day)),
    ),
    ("a file name with a quote", _named("ratings.o'hara.csv")),
    ("a file name with spaces", _named("ratings.part 1 of 2.csv")),
    ("a file name with a newline", _named("ratings.a\nb.csv")),
    ("a file name with SQL", _named("ratings.'); drop table raw.ratings; --.csv")),
    ("a file name that leads upwards", _named("ratings....csv")),
    (
        "a file name that is no text",
        lambda day: Path(os.fsdecode(os.fsencode(day) + b"/ratings.\xff.csv")).write_bytes(CSV),
    ),
    ("another entity", _named("tickets.csv")),
    ("another format", _named("ratings.xml")),
    ("a temporary file of a copy", _named(".ratings.csv.x7Yz")),
    (
        "the same record in two files",
        lambda day: (_named("ratings.a.csv")(day), _named("ratings.b.csv")(day)),
    ),
]

GROUPS: dict[str, list[BadExport]] = {
    title: [BadExport(*row) for row in rows]
    for title, rows in {
        "Packing": _OF_PACKING,
        "Text": _OF_TEXT,
        "CSV": _OF_CSV,
        "JSON lines": _OF_JSON,
        "Values": _OF_VALUES,
        "Parquet": _OF_PARQUET,
        "Names and folders": _OF_FOLDERS,
    }.items()
}

PAGE = Path(__file__).parents[3] / "docs" / "bad-exports.md"
_PREFACE = """# Bad exports, and what the operator sees

For whoever exports, and for the operator who has to say what is wrong with an export. Each kind is
tried by `tests/unit/exports/test_bad_exports.py`, with limits made small where a
limit is what matters ([the real ones](exports.md#limits)). A `bad file` fails its day alone. A row
that is named is set aside, and the others load. What is ignored is told. `python -m
tests.unit.exports.bad_exports` writes this page.

**Texts without quotes.** A CSV file with a `body`, or with a column that is not known, such as a
subject or a comment, holds texts. One that has no quotes around it goes on in the cells after it
and, behind a line break, in rows of its own, which may look like any row. So in such a file

- a row that is set aside shows only those of its times, choices and `true` or `false` that are
  right; never an identifier, and never the value that failed;
- a row whose number of cells is wrong, or that has words where only times, choices and numbers may
  stand and nothing right there, shows that a text broke out. Every row after it is set aside
  without its text, even where it looks right, up to the end of the file, and so is the row before
  it where the text may have begun: one such row may cost those after it. Put quotes around texts,
  or export JSON lines or Parquet.

In JSON lines no encoder leaves a line break in a text as it is. Where one does, lines between one
that ends within a text and one that begins like none are set aside without their text.

What cannot be told: a text in the last column, behind whose line break comes what is, cell by cell,
a right row.
"""


def page() -> str:
    """The page of all kinds, from what loading them says now."""
    parts = [_PREFACE]
    for title, kinds in GROUPS.items():
        parts.append(f"\n## {title}\n\n| kind | what the operator sees |\n| --- | --- |\n")
        for bad_export in kinds:
            with tempfile.TemporaryDirectory() as folder:
                parts.append(table_row(bad_export, Path(folder)))
    return "".join(parts)


def table_row(bad_export: BadExport, folder: Path) -> str:
    """A kind's row of the page."""
    day = folder / "exports" / str(DAY)
    day.mkdir(parents=True)
    bad_export.make(day)
    sees = what_the_operator_sees(folder / "exports", folder / "raw")
    return f"| {bad_export.kind} | {sees} |\n".replace("\\", "\\\\").replace("*", "\\*")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
