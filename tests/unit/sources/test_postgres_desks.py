"""Desks' own tables in a real PostgreSQL: the same as their CSV files, read where they changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.services.postgres import PostgresServer
from tests.unit.sources.desk import Desk, at
from tests.unit.sources.request_tracker_records import ADA, ANN, BEA, BEN, RequestTracker
from tests.unit.sources.tables import Tables
from tests.unit.sources.znuny_records import Znuny


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[Any]:
    connection = psycopg2.connect(postgres.url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        yield cursor
        cursor.execute("drop schema if exists desk cascade")
    connection.close()


@pytest.fixture
def address(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> str:
    user, _, address = postgres.url.removeprefix("postgresql://").partition("@")
    for kind in ("REQUEST_TRACKER", "ZNUNY"):
        monkeypatch.setenv(f"INBOX_SOURCE_{kind}_USER", user.partition(":")[0])
        monkeypatch.setenv(f"INBOX_SOURCE_{kind}_TOKEN", user.partition(":")[2])
    return f"postgresql://{address}#desk"


def fill(database: Any, tables: Tables) -> None:
    """A table of texts a table; where it is there, its rows are changed and none is made anew."""
    database.execute("create schema if not exists desk")
    for name, rows in tables.rows.items():
        columns = tables.columns[name].split()
        typed = ", ".join(f"{column} text" for column in columns)
        database.execute(f"create table if not exists desk.{name} ({typed}, unique (id))")
        for row in rows:
            values = [None if row.get(column) is None else str(row[column]) for column in columns]
            places = ", ".join("%s" for _ in columns)
            changed = ", ".join(f"{column} = excluded.{column}" for column in columns)
            database.execute(
                f"insert into desk.{name} values ({places})"
                f" on conflict (id) do update set {changed}",
                values,
            )


def test_request_tracker(tmp_path: Path, database: Any, address: str) -> None:
    tracker = RequestTracker()
    options = {"label_fields": "Tag"}
    files = Desk(tmp_path / "files", "request_tracker", options=options)
    base = Desk(tmp_path / "base", "request_tracker", options=options, landing="tables")
    base.change(where=address)
    tracker.ticket(1, Owner=ADA)
    tracker.ticket(2, "01 10:00", requestors=(BEA,))
    tracker.value(1, 2, "refund", "01 10:00")
    tracker.said(1, "01 11:00", ADA, 'he said "no",\nand €')
    for owner, changed in ((ADA, "01 11:00"), (BEN, "01 12:00")):
        tracker.row("Tickets", 1).update(Owner=owner, LastUpdated=at(changed).isoformat())
        tracker.write(files.landing)
        fill(database, tracker)
        for desk in (files, base):
            desk.bring()
        assert base.thread("1")["assigned_agent_id"] == str(owner)
        assert base.thread("2")["user_id"] == str(BEA)
    assert base.everything() == files.everything()
    assert base.bring().rows == {**base.bring().rows, "threads": 0, "messages": 0}


def test_a_queue_that_is_left_out(tmp_path: Path, database: Any, address: str) -> None:
    tracker = RequestTracker()
    tracker.add("Queues", id=9, Name="Personnel", LastUpdated="2024-03-01 00:00:00")
    tracker.ticket(1, requestors=(ANN,))
    tracker.ticket(2, "01 10:00", requestors=(BEA,), Queue=9)
    fill(database, tracker)
    desk = Desk(tmp_path, "request_tracker", options={"leave_out": "Personnel"}, landing="tables")
    desk.change(where=address)
    assert desk.bring().records["attachments"] == 1
    assert sorted(desk.live("threads")) == ["1"]


def test_znuny(tmp_path: Path, database: Any, address: str) -> None:
    znuny = Znuny()
    options = {"plain_addresses": "true", "labels_from": "queue"}
    files = Desk(tmp_path / "files", "znuny", options=options)
    base = Desk(tmp_path / "base", "znuny", options=options, landing="tables")
    base.change(where=address)
    znuny.ticket()
    znuny.state(1, "02 10:00", "closed successful")
    znuny.article(1, "01 10:00", "customer", "Ben@desk.example", raw="Auto-Submitted: no\n\n")
    znuny.write(files.landing)
    fill(database, znuny)
    for desk in (files, base):
        desk.bring()
    assert base.everything() == files.everything()
    assert base.thread("1")["labels"] == ["Support"]
