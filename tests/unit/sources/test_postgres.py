"""Records in a real PostgreSQL, as a connector has filled it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from orchestration.sources.errors import SourceUnreachable, WrongSource
from tests.services.postgres import PASSWORD, PostgresServer
from tests.unit.sources.desk import Desk
from tests.unit.sources.test_landings import NO_PRIVACY, streams
from tests.unit.sources.zendesk_records import records, ticket


@pytest.fixture
def login(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address without its login, which is in the environment."""
    user, _, address = postgres.url.removeprefix("postgresql://").partition("@")
    monkeypatch.setenv("INBOX_SOURCE_ZENDESK_USER", user.partition(":")[0])
    monkeypatch.setenv("INBOX_SOURCE_ZENDESK_TOKEN", user.partition(":")[2])
    return f"postgresql://{address}"


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[Any]:
    connection = psycopg2.connect(postgres.url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        yield cursor
        cursor.execute("drop schema if exists raw cascade")
    connection.close()


def fill(database: Any, found: dict[str, list[dict[str, Any]]], at: str) -> None:
    """Airbyte's raw tables, in a schema of their own."""
    database.execute("create schema if not exists raw")
    for stream, of_stream in found.items():
        table = f"raw._airbyte_raw_{stream}"
        database.execute(
            f"create table if not exists {table} (_airbyte_raw_id text, _airbyte_data jsonb,"
            " _airbyte_extracted_at timestamptz)"
        )
        for record in of_stream:
            database.execute(f"insert into {table} values ('x', %s, %s)", [json.dumps(record), at])


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    desk = Desk(tmp_path_factory.mktemp("airbyte"), "zendesk")
    desk.bring(streams(NO_PRIVACY))
    return desk.everything()


def test_raw_tables_of_airbyte(
    tmp_path: Path, database: Any, login: str, expected: dict[str, Any]
) -> None:
    fill(database, streams(NO_PRIVACY), "2024-03-09 00:00:00+00")
    desk = Desk(tmp_path, "zendesk")
    desk.change(where=login)
    assert desk.bring().landing == "airbyte"
    assert desk.everything() == expected


def test_only_what_was_taken_since_is_read(tmp_path: Path, database: Any, login: str) -> None:
    fill(database, records(), "2024-03-09 00:00:00+00")
    desk = Desk(tmp_path, "zendesk")
    desk.change(where=f"{login}#raw")
    desk.bring()
    assert desk.bring().records == {}
    fill(database, {"tickets": [ticket(2, description='a "text"\nof two lines, and €')]},
         "2024-03-10 00:00:00+00")  # fmt: skip
    assert desk.bring().records["tickets"] == 1
    assert desk.message("src:2")["body_length"] == len('a "text"\nof two lines, and €')


def test_typed_tables_with_arrays(tmp_path: Path, database: Any, login: str) -> None:
    database.execute("create schema raw")
    database.execute(
        "create table raw.tickets (id bigint, created_at timestamptz, updated_at timestamptz,"
        " status text, requester_id bigint, assignee_id double precision, tags text[],"
        " via jsonb, description text, _airbyte_extracted_at timestamptz)"
    )
    database.execute(
        "insert into raw.tickets values (1, '2024-03-01 10:00:00+01', '2024-03-01 10:00:00+01',"
        """ 'open', 7001, 9001, '{"a, b",c}', '{"channel": "email"}', 'hello', now())"""
    )
    database.execute("create table raw.users (id bigint, role text, name text)")
    database.execute("create table raw.ticket_comments (id bigint, ticket_id bigint)")
    desk = Desk(tmp_path, "zendesk", landing="airbyte")
    desk.change(where=login)
    desk.bring()
    thread = desk.thread("1")
    assert (thread["user_id"], thread["assigned_agent_id"]) == ("7001", "9001")
    assert (thread["labels"], thread["channel"]) == (["a, b", "c"], "email")
    assert thread["created_at"].isoformat() == "2024-03-01T09:00:00+00:00"


def test_a_login_in_the_address_is_refused(tmp_path: Path, postgres: PostgresServer) -> None:
    desk = Desk(tmp_path, "zendesk")
    desk.change(where=postgres.url)
    with pytest.raises(WrongSource, match="holds a login") as raised:
        desk.bring()
    assert PASSWORD not in str(raised.value)


def test_a_wrong_login_is_told_without_it(
    tmp_path: Path, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INBOX_SOURCE_ZENDESK_TOKEN", "hunter2hunter2")
    monkeypatch.setenv("INBOX_SOURCE_ZENDESK_USER", "somebody")
    desk = Desk(tmp_path, "zendesk")
    desk.change(where=login)
    with pytest.raises(SourceUnreachable, match="cannot be read") as raised:
        desk.bring()
    assert "hunter2" not in str(raised.value)
    assert "somebody" not in str(raised.value)
