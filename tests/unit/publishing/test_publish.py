"""Parquet of large tables: parts, and which of them a publication writes again."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from orchestration.publishing import parquet_parts
from orchestration.publishing.database_copy import TableVersion
from orchestration.publishing.publish import clear_leftovers, publish
from orchestration.publishing.record import ParquetFiles, read_publication
from orchestration.settings import ParquetRhythm

DAYS = 400


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """Two rows a day but on one day without any, in no order, and a correction of one of them.

    The batch touched another one too, which is as it was.
    """
    path = tmp_path / "warehouse.duckdb"
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute(
            f"""
            create table dim_report as select date '2024-12-31' as as_of_date;
            create table fct_things (thing bigint not null, day date not null, score bigint);
            insert into fct_things
            select i, date '2024-01-01' + cast(i // 2 as integer), i % 5
            from range({2 * DAYS}) as things (i)
            where i // 2 <> 7
            order by hash(i);
            create schema changes;
            create table changes.fct_things as
            select false as is_after, * from fct_things where thing = 200
            union all
            select true as is_after, thing, day, 99 from fct_things where thing = 200
            union all
            select unnest([false, true]), * from fct_things where thing = 600
            """
        )
    return path


def test_parquet_carries_the_descriptions(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_parts, "PARQUET_PART_VALUES", 3 * 13.9)
    with closing(duckdb.connect(str(warehouse))) as connection:
        connection.execute("comment on table fct_things is 'One row per thing, its owner''s.'")
        connection.execute("comment on column fct_things.score is 'From 0 to 4: \"good\"; ąę.'")
    publish(warehouse, tmp_path / "published", "one")
    parquet = tmp_path / "published" / "parquet"
    for file in (parquet / "fct_things").iterdir():
        metadata = pq.read_schema(file).metadata
        assert metadata[b"description"].decode() == "One row per thing, its owner's."
        assert json.loads(metadata[b"columns"]) == {"score": 'From 0 to 4: "good"; ąę.'}
    assert pq.read_schema(parquet / "dim_report" / "dim_report.parquet").metadata[b"columns"] == (
        b"{}"
    )


def apply_change(warehouse: Path) -> None:
    with closing(duckdb.connect(str(warehouse))) as connection:
        connection.execute("update fct_things set score = 99 where thing = 200")


def versions(version: str, previous: str | None) -> dict[str, TableVersion]:
    return {"fct_things": TableVersion(version, previous, ("thing",))}


def assert_same_rows(published: Path) -> None:
    with closing(duckdb.connect(str(published / "inbox.duckdb"), read_only=True)) as connection:
        files = f"'{published}/parquet/fct_things/*.parquet'"
        for one, other in (("fct_things", files), (files, "fct_things")):
            rows = connection.execute(f"from {one} except all from {other}").fetchall()
            assert rows == []


@pytest.mark.parametrize(
    ("rows_of_part", "parts", "changed"),
    [
        (2, DAYS - 1, "fct_things-2024-04-10"),
        (14, 58, "fct_things-2024-W15"),
        (50, 14, "fct_things-2024-04"),
        (100, 1, "fct_things"),
    ],
)
def test_a_publication_writes_the_parts_again_that_changed(
    warehouse: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rows_of_part: int,
    parts: int,
    changed: str,
) -> None:
    monkeypatch.setattr(parquet_parts, "PARQUET_PART_VALUES", 3 * (rows_of_part - 0.1))
    monkeypatch.setattr(parquet_parts, "PARQUET_PASS_ROWS", 60)
    published = tmp_path / "published"
    publish(warehouse, published, "first", versions("1", None))
    folder = published / "parquet" / "fct_things"
    first = {file.name: file.stat().st_ino for file in folder.iterdir()}
    assert len(first) == parts
    assert_same_rows(published)
    apply_change(warehouse)
    publish(warehouse, published, "second", versions("2", "1"))
    second = {file.name: file.stat().st_ino for file in folder.iterdir()}
    assert {name for name in second if second[name] != first[name]} == {f"{changed}.parquet"}
    assert second.keys() == first.keys()
    assert_same_rows(published)
    with closing(duckdb.connect(str(published / "inbox.duckdb"), read_only=True)) as connection:
        assert connection.execute("select score from fct_things where thing = 200").fetchall() == [
            (99,)
        ]


def test_a_copied_publication_is_gone_on_from_and_one_that_was_written_to_is_not(
    warehouse: Path, tmp_path: Path
) -> None:
    published, restored = tmp_path / "published", tmp_path / "restored"
    publish(warehouse, published, "first", versions("1", None))
    shutil.copytree(published, restored, symlinks=True)
    apply_change(warehouse)
    assert publish(warehouse, restored, "second", versions("2", "1")).rows_written < 10
    assert_same_rows(restored)
    with closing(duckdb.connect(str(published / "inbox.duckdb"))) as connection:
        connection.execute("update fct_things set score = -1")
    assert publish(warehouse, published, "second", versions("2", "1")).rows_written > DAYS
    assert_same_rows(published)


@pytest.mark.parametrize(
    ("rhythm", "day", "is_due"),
    [
        ("always", date(2024, 4, 12), True),
        ("weekly", date(2024, 4, 14), False),
        ("weekly", date(2024, 4, 15), True),
        ("monthly", date(2024, 4, 30), False),
        ("monthly", date(2024, 5, 1), True),
        ("monthly", date(2024, 4, 10), True),
        ("never", date(2024, 5, 1), False),
    ],
)
def test_parquet_is_due_with_the_first_data_of_a_week_or_a_month_or_of_an_earlier_day(
    rhythm: ParquetRhythm, day: date, is_due: bool
) -> None:
    before = ParquetFiles(rhythm, "a project", "first", date(2024, 4, 12))
    assert parquet_parts.is_parquet_due(ParquetFiles(rhythm, "a project"), before, day) == is_due


def test_parts_that_changed_are_written_again_however_far_apart(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_parts, "PARQUET_PART_VALUES", 3 * 1.9)
    published = tmp_path / "published"
    publish(warehouse, published, "first", versions("1", None))
    with closing(duckdb.connect(str(warehouse))) as connection:
        connection.execute("insert into changes.fct_things values (true, 4, '2024-01-03', 98)")
        connection.execute("insert into changes.fct_things values (false, 4, '2024-01-03', 4)")
        connection.execute("update fct_things set score = 98 where thing = 4")
    apply_change(warehouse)
    publish(warehouse, published, "second", versions("2", "1"))
    parts = (published / "parquet" / "fct_things").iterdir()
    written = {part.name for part in parts if part.stat().st_nlink == 1}
    assert written == {"fct_things-2024-01-03.parquet", "fct_things-2024-04-10.parquet"}
    assert_same_rows(published)


@pytest.mark.parametrize(
    "asked", [ParquetFiles("monthly", "another"), ParquetFiles("weekly", "a project")]
)
def test_parquet_of_another_project_or_rhythm_is_not_left_beside_a_newer_database(
    asked: ParquetFiles,
) -> None:
    before = ParquetFiles("monthly", "a project", "first", date(2024, 4, 12))
    assert parquet_parts.is_parquet_due(asked, before, date(2024, 4, 12))


def test_parquet_that_is_written_less_often_stays_one_publication_and_then_has_all_changes(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_parts, "PARQUET_PART_VALUES", 3 * 13.9)
    published = tmp_path / "published"
    first = publish(warehouse, published, "first", versions("1", None), parquet="monthly")
    before = {file.name: file.read_bytes() for file in (published / "parquet").rglob("*.parquet")}
    apply_change(warehouse)
    second = publish(warehouse, published, "second", versions("2", "1"), parquet="monthly")
    after = {file.name: file.read_bytes() for file in (published / "parquet").rglob("*.parquet")}
    assert after == before
    assert second.parquet.publication == first.name
    assert second.parquet.lacks == {"dim_report": None, "fct_things": [date(2024, 4, 10)]}
    with closing(duckdb.connect(str(warehouse))) as connection:
        connection.execute("update dim_report set as_of_date = '2025-01-01'")
        connection.execute("delete from changes.fct_things")
    third = publish(warehouse, published, "third", versions("3", "2"), parquet="monthly")
    assert third.parquet.publication == third.name
    assert_same_rows(published)
    written = {
        file.name
        for file in (published / "parquet" / "fct_things").iterdir()
        if file.read_bytes() != before[file.name]
    }
    assert written == {"fct_things-2024-W15.parquet"}


def test_without_parquet_there_is_none_of_an_earlier_publication_either(
    warehouse: Path, tmp_path: Path
) -> None:
    published = tmp_path / "published"
    publish(warehouse, published, "first", versions("1", None))
    second = publish(warehouse, published, "second", versions("2", "1"), parquet="never")
    assert second.parquet.publication is None
    assert not (published / "parquet").exists()
    clear_leftovers(published)
    assert not list((published / ".parquet").iterdir())
    publish(warehouse, published, "third", versions("3", "2"))
    assert_same_rows(published)


def test_functions_are_those_of_the_warehouse(warehouse: Path, tmp_path: Path) -> None:
    """One goes, one changes its select, one its words; one stays as it was."""
    published = tmp_path / "published"

    def told(database: Path) -> list[tuple[object, ...]]:
        with closing(duckdb.connect(str(database), read_only=True)) as connection:
            return connection.execute(
                "select function_name, parameters, comment from duckdb_functions() "
                "where function_type = 'table_macro' and not internal order by 1"
            ).fetchall()

    def make(names: str, select: str, words: str) -> None:
        with closing(duckdb.connect(str(warehouse))) as connection:
            for name in names:
                connection.execute(
                    f"create or replace macro {name}(least, channels := null) as table {select}"
                )
                connection.execute(f"comment on macro table {name} is '{words}'")

    make("abcd", "select thing from fct_things where thing >= least", "Things.")
    publish(warehouse, published, "one", versions("1", None))
    make("b", "select thing + 1 as thing from fct_things where thing >= least", "Things.")
    make("c", "select thing from fct_things where thing >= least", "Things, from one on.")
    with closing(duckdb.connect(str(warehouse))) as connection:
        connection.execute("drop macro table a")
    publish(warehouse, published, "two", versions("1", None))
    assert told(published / "inbox.duckdb") == told(warehouse)
    with closing(duckdb.connect(str(published / "inbox.duckdb"), read_only=True)) as connection:
        for name, last in (("b", 2 * DAYS), ("c", 2 * DAYS - 1), ("d", 2 * DAYS - 1)):
            assert connection.execute(f"select max(thing) from {name}(700)").fetchall() == [(last,)]
            assert connection.execute(f"from {name}(799, channels := ['x'])").fetchall() != []


def test_a_file_that_has_grown_by_free_blocks_is_written_anew(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_parts, "PARQUET_PART_VALUES", 3 * 13.9)
    published = tmp_path / "published"
    with closing(duckdb.connect(str(warehouse))) as connection:
        connection.execute(
            "create table fct_large as select hash(i) as number from range(5000000) as large (i)"
        )
    publish(warehouse, published, "one", versions("1", None))
    with closing(duckdb.connect(str(warehouse))) as connection:
        connection.execute("delete from fct_large where number % 50 <> 0")
    apply_change(warehouse)
    before = (published / "inbox.duckdb").stat().st_size
    publish(warehouse, published, "two", versions("2", "1"))
    assert (published / "inbox.duckdb").stat().st_size < before / 5
    assert_same_rows(published)
    links = [part.stat().st_nlink for part in (published / "parquet" / "fct_things").iterdir()]
    assert sorted(set(links)) == [1, 2]  # Parquet is still written by its changed days alone


def test_a_publication_keeps_within_the_memory_that_it_is_given(
    warehouse: Path, tmp_path: Path
) -> None:
    published = tmp_path / "published"
    publish(warehouse, published, "first", engine={"memory_limit": "200MB"})
    with pytest.raises(duckdb.OutOfMemoryException):
        publish(warehouse, published, "second", engine={"memory_limit": "1MB"})
    assert read_publication(published).fingerprint == "first"
