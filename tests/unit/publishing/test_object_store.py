from __future__ import annotations

import json
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.machine.stores import ObjectFolder, StoreUnavailable
from orchestration.publishing.object_store import (
    KEPT_PUBLICATIONS,
    is_uploaded,
    remove_earlier,
    upload_publication,
)
from orchestration.publishing.publish import publish
from orchestration.publishing.record import Publication
from tests.services.s3 import S3Server


@pytest.fixture
def target(s3: S3Server) -> ObjectFolder:
    return ObjectFolder(f"{s3.new_bucket()}/inbox")


def make_publication(folder: Path, number: int) -> Publication:
    """A small publication in `<folder>/published`, whose tables hold a number."""
    warehouse = folder / f"warehouse-{number}.duckdb"
    with closing(duckdb.connect(str(warehouse))) as connection:
        connection.execute("create table dim_report as select date '2024-03-31' as as_of_date")
        connection.execute(f"create table fct_threads as select {number} as number")
    return publish(warehouse, folder / "published", f"fingerprint-{number}")


def pointer(target: ObjectFolder) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(target.read("latest.json"))
    return content


def numbers(target: ObjectFolder, folder: Path) -> tuple[int, int]:
    """What readers of the store find: by the database, and by the Parquet of the table."""
    latest = pointer(target)
    target.download(latest["database"], folder / "read.duckdb")
    (parquet,) = latest["tables"]["fct_threads"]["parquet"]
    target.download(parquet, folder / "read.parquet")
    with closing(duckdb.connect(str(folder / "read.duckdb"), read_only=True)) as connection:
        database = connection.execute("select number from fct_threads").fetchone()
    rows = duckdb.sql(f"select number from '{folder / 'read.parquet'}'").fetchall()
    assert database is not None
    return database[0], rows[0][0]


def publications(target: ObjectFolder) -> set[str]:
    return {item.name.partition("/")[0] for item in target.listing("publications").objects}


def test_readers_are_sent_to_the_whole_of_a_publication(
    target: ObjectFolder, tmp_path: Path
) -> None:
    publication = make_publication(tmp_path, 1)
    assert not is_uploaded(target, publication)
    assert upload_publication(target, tmp_path / "published")
    assert is_uploaded(target, publication)
    latest = pointer(target)
    assert latest["as_of_date"] == date(2024, 3, 31).isoformat()
    assert {name: table["rows"] for name, table in latest["tables"].items()} == publication.rows
    assert numbers(target, tmp_path) == (1, 1)
    assert not upload_publication(target, tmp_path / "published"), "the store has it already"


def test_nothing_is_uploaded_before_anything_is_published(
    target: ObjectFolder, tmp_path: Path
) -> None:
    assert not upload_publication(target, tmp_path / "published")
    assert target.listing().objects == ()


def test_a_few_publications_stay_for_readers_who_are_in_them(
    target: ObjectFolder, tmp_path: Path
) -> None:
    names = []
    for number in range(KEPT_PUBLICATIONS + 2):
        names.append(make_publication(tmp_path, number).name)
        upload_publication(target, tmp_path / "published")
    assert publications(target) == set(names[-KEPT_PUBLICATIONS:])
    assert numbers(target, tmp_path) == (number, number)


def test_after_an_erasure_no_earlier_publication_stays(
    target: ObjectFolder, tmp_path: Path
) -> None:
    for number in (1, 2):
        make_publication(tmp_path, number)
        upload_publication(target, tmp_path / "published")
    publication = make_publication(tmp_path, 3)
    remove_earlier(target, tmp_path / "published")
    assert numbers(target, tmp_path) == (2, 2), "readers are not sent to the third yet"
    upload_publication(target, tmp_path / "published")
    remove_earlier(target, tmp_path / "published")
    assert publications(target) == {publication.name}
    assert numbers(target, tmp_path) == (3, 3)


@pytest.mark.parametrize("uploads", [0, 1, 2, 3])
def test_a_store_that_fails_in_the_middle_keeps_its_readers_where_they_are(
    target: ObjectFolder, tmp_path: Path, s3: S3Server, uploads: int
) -> None:
    make_publication(tmp_path, 1)
    upload_publication(target, tmp_path / "published")
    make_publication(tmp_path, 2)
    s3.fail_after(uploads, "PUT")
    with pytest.raises(StoreUnavailable, match="run again once the store answers") as failed:
        upload_publication(target, tmp_path / "published")
    assert "\n" not in str(failed.value)
    s3.recover()
    assert numbers(target, tmp_path) == (1, 1)
    assert upload_publication(target, tmp_path / "published")
    assert numbers(target, tmp_path) == (2, 2)
    assert len(publications(target)) == 2


def test_what_never_became_whole_goes_like_what_is_old(
    target: ObjectFolder, tmp_path: Path, s3: S3Server
) -> None:
    make_publication(tmp_path, 0)
    s3.fail_after(1, "PUT")
    with pytest.raises(StoreUnavailable):
        upload_publication(target, tmp_path / "published")
    s3.recover()
    for number in range(1, KEPT_PUBLICATIONS + 1):
        make_publication(tmp_path, number)
        upload_publication(target, tmp_path / "published")
    assert len(publications(target)) == KEPT_PUBLICATIONS
