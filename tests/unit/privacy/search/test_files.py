"""Looking for a user in files of every kind: what is theirs is found, what is not is not."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.privacy.search import ErasedUsers, NamedUser, Search, Wanted
from orchestration.privacy.search.files import search_file
from orchestration.privacy.users import UserIdentifiers, erasure_hash

USER = "anna@example.com"
ERASURE_KEY = b"e" * 32


def erased(*users: str) -> ErasedUsers:
    hashes = frozenset(erasure_hash(ERASURE_KEY, user) for user in users)
    return ErasedUsers(UserIdentifiers(None, ERASURE_KEY, hashes))


def look(path: Path, wanted: Wanted) -> Search:
    outcome = Search()
    search_file(path, path.name, wanted, outcome)
    return outcome


def write_parquet(folder: Path, rows: Sequence[dict[str, Any]]) -> Path:
    folder.mkdir(exist_ok=True)
    pq.write_table(pa.Table.from_pylist(list(rows)), folder / "rows.parquet")
    return folder / "rows.parquet"


@pytest.mark.parametrize("wanted", [NamedUser([USER]), erased(USER)], ids=["named", "erased"])
def test_tables_that_a_cluster_keeps_are_looked_into_through_their_views(
    tmp_path: Path, wanted: Wanted
) -> None:
    rows = write_parquet(tmp_path / "cluster", [{"user_id": USER}])
    path = tmp_path / "warehouse.duckdb"
    with closing(duckdb.connect(str(path))) as connection:
        for schema in ("main", "raw"):
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create view {schema}.fct_threads as from read_parquet('{rows}')")
    assert look(path, wanted).found == ["warehouse.duckdb main.fct_threads user_id (1)"]


@pytest.mark.parametrize("wanted", [NamedUser([USER]), erased(USER)], ids=["named", "erased"])
@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"user_id": USER}, "user_id"),
        ({"author_id": USER, "author_type": "user"}, "author_id"),
        ({"author_id": USER, "author_type": "agent"}, None),
        ({"actor_id": USER, "actor_type": "user"}, "actor_id"),
        ({"actor_id": USER, "actor_type": None}, "actor_id"),
        ({"actor_id": USER, "actor_type": "agent"}, None),
        ({"assigned_agent_id": USER}, None),
        ({"labels": ["vip", f"of <{USER}>."]}, "labels"),
        ({"labels": ["johanna@example.com", f"{USER}.au", f"x-{USER}"]}, None),
        ({"name": f"Anna ({USER})"}, "name"),
        ({"thread_id": f"{USER}/1"}, "thread_id"),
        ({"number": 1}, None),
    ],
)
def test_a_table_is_looked_into_by_what_its_columns_hold(
    tmp_path: Path, wanted: Wanted, row: dict[str, Any], found: str | None
) -> None:
    """In a folder whose name is a pattern."""
    outcome = look(write_parquet(tmp_path / "[a]*?", [row, row]), wanted)
    assert outcome.found == ([] if found is None else [f"rows.parquet {found} (2)"])
    assert (outcome.parquet_files, outcome.not_searched) == (1, [])


@pytest.mark.parametrize("wanted", [NamedUser(["p-1000777"]), erased("p-1000777")])
@pytest.mark.parametrize("name", ["name", "agent_name"])
def test_an_identifier_that_stands_for_the_name_of_its_agent_is_no_finding(
    tmp_path: Path, wanted: Wanted, name: str
) -> None:
    rows = [{"agent_id": "p-1000777", name: "p-1000777"}, {"agent_id": "a1", name: "Ann"}]
    assert look(write_parquet(tmp_path / "agents", rows), wanted).found == []
    rows[1][name] = "Ann (was p-1000777)"
    assert look(write_parquet(tmp_path / "named", rows), wanted).found == [
        f"rows.parquet {name} (1)"
    ]


def test_an_identifier_of_figures_is_no_user_where_records_are_numbered(tmp_path: Path) -> None:
    rows = [{"thread_id": "1002451", "user_id": "other", "label": "call 1002451"}]
    outcome = look(write_parquet(tmp_path, rows), NamedUser(["1002451"]))
    assert outcome.found == ["rows.parquet label (1)"]


def test_a_short_identifier_is_looked_for_where_users_stand_alone(tmp_path: Path) -> None:
    rows = [{"user_id": "u7", "label": "u7"}]
    assert look(write_parquet(tmp_path, rows), NamedUser(["u7"])).found == [
        "rows.parquet user_id (1)"
    ]


@pytest.mark.parametrize(
    ("cells", "column_name", "is_found"),
    [
        ('{"user_id": "U"}', "status", True),
        ('{"assigned_agent_id": "U"}', "status", False),
        ('{"assigned_agent_id": "U"}', None, True),
        ('{"author_type": "agent", "author_id": "U"}', "sent_at", False),
        ('{"actor_type": "agent", "actor_id": "U"}', "type", False),
        ('{"actor_type": "user", "actor_id": "U"}', "type", True),
        ('{"labels": ["of U", 1]}', "status", True),
        ('{"channel": "mail U"}', "status", True),
        ("{}", "status", False),
    ],
)
def test_rows_that_were_set_aside(
    tmp_path: Path, cells: str, column_name: str | None, is_found: bool
) -> None:
    row = {
        "file_name": "threads.csv",
        "column_name": column_name,
        "reason": "is none of open, closed",
        "row_text": cells.replace("U", USER),
    }
    for wanted in (NamedUser([USER]), erased(USER)):
        assert bool(look(write_parquet(tmp_path, [row]), wanted).found) is is_found
    row["reason"] = f"'{USER}' is none of open, closed"
    assert look(write_parquet(tmp_path, [row]), erased(USER)).found == ["rows.parquet (1)"]


def test_what_a_database_keeps_of_deleted_rows_is_found(tmp_path: Path) -> None:
    path = tmp_path / "kept.duckdb"
    rows = ", ".join(f"('{USER}-{number:05}')" for number in range(3000))
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute("create table other as select 'x' as label")
        connection.execute(f"create table gone as select * from (values {rows}) as rows(user_id)")
        connection.execute("checkpoint")
        connection.execute("drop table gone")
        connection.execute("checkpoint")
    assert USER.encode() in path.read_bytes(), "the engine keeps it, or this test says nothing"
    assert look(path, NamedUser([USER])).found == ["kept.duckdb (in blocks that it has freed)"]
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute(f"create table agents as select '{USER}' as agent_id")
    assert look(path, NamedUser([USER])).found == [], "an agent of that name is in the file"


def test_sqlite_is_read_row_by_row_and_byte_by_byte(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma page_size = 512")
        connection.execute("create table events (event text)")
        for offset in range(0, 520, 8):  # somewhere it is cut by the end of a page
            connection.execute("insert into events values (?)", ["x" * offset + f" {USER} "])
        connection.commit()
    assert look(path, NamedUser([USER])).found == ["index.db (1)"]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma secure_delete = off")
        connection.execute("delete from events")
        connection.execute("insert into events values ('nobody')")
        connection.commit()
    assert look(path, NamedUser([USER])).found == ["index.db (1)"], "freed pages hold it"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("vacuum")
    assert look(path, NamedUser([USER])).found == []


def test_a_text_over_pages_of_sqlite_is_found(tmp_path: Path) -> None:
    """No run of bytes in the file is the identifier, and yet a row holds it."""
    for length in range(600, 1200, 5):
        path = tmp_path / f"{length}.db"
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("pragma page_size = 512")
            connection.execute("create table events (event text)")
            connection.execute(
                "insert into events values (?)", ["x" * 100 + f" {USER} " + "y" * length]
            )
            connection.commit()
        if USER.encode() not in path.read_bytes():
            assert look(path, NamedUser([USER])).found == [f"{path.name} (1)"]
            return
    raise AssertionError("no text was cut by a page")


def test_a_file_that_cannot_be_read_is_named_and_not_passed_over(tmp_path: Path) -> None:
    for name in ("rows.parquet", "warehouse.duckdb"):
        (tmp_path / name).write_bytes(b"neither")
        outcome = look(tmp_path / name, NamedUser([USER]))
        assert len(outcome.not_searched) == 1
        assert outcome.not_searched[0].startswith(f"{name}: it cannot be read")
        assert not outcome.is_clean


@pytest.mark.parametrize("name", ["runs.db-wal", "rows.parquet", "inbox.duckdb"])
def test_a_file_that_went_meanwhile_is_no_place_that_was_left_out(
    tmp_path: Path, name: str
) -> None:
    """Dagster's processes make and remove the journals of their databases all the time."""
    assert look(tmp_path / name, NamedUser([USER])).is_clean


def test_other_files_are_looked_through_for_a_word(tmp_path: Path) -> None:
    path = tmp_path / "run.log"
    path.write_bytes(b"x" * (2**22 - 8) + f" {USER}.\n".encode())
    assert look(path, NamedUser([USER])).found == ["run.log (1)"]
    path.write_text(f"jo{USER} {USER}.au")
    assert look(path, NamedUser([USER])).found == []
    assert look(path, erased(USER)).other_files == 0
