"""A PostgreSQL that is not as one would wish: each publication comes whole, or says why not."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from orchestration.publishing import postgres as target
from orchestration.publishing import postgres_connection
from orchestration.publishing.postgres import publish_to_postgres
from orchestration.publishing.postgres_connection import PostgresUnavailable
from orchestration.publishing.postgres_types import TYPES
from tests.publications import small_publication
from tests.services.postgres import PASSWORD, PostgresServer

PUBLISHER = 'Inbox "publisher" é'
TEXT = "Zażółć 漢字 🙂"


@pytest.fixture
def empty(postgres_server: PostgresServer) -> PostgresServer:
    """The server, seen from a database of the test's own."""
    return postgres_server.database(f"Faults {uuid.uuid4().hex[:8]}")


@pytest.fixture(scope="module")
def publisher(postgres_server: PostgresServer) -> str:
    """A user who may log in, and nothing else; the user's name as it stands in SQL."""
    name = '"' + PUBLISHER.replace('"', '""') + '"'
    postgres_server.execute(f"create role {name} login password '{PASSWORD}'")
    return name


def rows(server: PostgresServer, query: str) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(server.url)) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def has(server: PostgresServer, number: int) -> bool:
    """Whether readers have this publication, and nothing else was left behind."""
    schemas = "select nspname from pg_namespace where nspname like 'inbox%'"
    return rows(server, schemas) == [("inbox",)] and all(
        rows(server, f"select number from inbox.{table}") == [(number,)]
        for table in ("fct_one", "fct_two")
    )


def refusal(url: str, published: Path, wait_seconds: float = 60.0) -> str:
    """Why a database does not take a publication; one line without secrets."""
    with pytest.raises(PostgresUnavailable) as refused:
        publish_to_postgres(url, published, {}, wait_seconds)
    text = str(refused.value)
    assert "\n" not in text
    assert PASSWORD not in text
    return text


def in_thread(call: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """Starts a call; what it gives or raises lies in the list at its end."""
    given: list[Any] = []

    def run() -> None:
        try:
            given.append(call())
        except Exception as error:
            given.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, given


def test_a_user_with_few_rights_and_an_odd_name_publishes(
    empty: PostgresServer, publisher: str, tmp_path: Path
) -> None:
    published = small_publication(tmp_path, 1)
    url = empty.url_for(PUBLISHER, PASSWORD)
    missing = refusal(url, published)
    assert "grant create on the database" in missing
    empty.execute(f'grant create on database "{empty.name}" to {publisher}')
    empty.execute(f"alter role {publisher} createrole")
    assert publish_to_postgres(url, published, {})
    assert publish_to_postgres(url, small_publication(tmp_path, 2), {})
    assert has(empty, 2)


def test_the_readers_role_has_to_be_there_where_the_user_may_not_make_it(
    empty: PostgresServer, publisher: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target, "READERS", "nobody_made_it")
    empty.execute(f"alter role {publisher} nocreaterole")
    empty.execute(f'grant create on database "{empty.name}" to {publisher}')
    text = refusal(empty.url_for(PUBLISHER, PASSWORD), small_publication(tmp_path, 1))
    assert "may not create the role nobody_made_it: create it once" in text


def test_a_schema_without_its_tables_is_replaced(empty: PostgresServer, tmp_path: Path) -> None:
    publish_to_postgres(empty.url, small_publication(tmp_path, 1), {})
    for (table,) in rows(empty, "select tablename from pg_tables where schemaname = 'inbox'"):
        empty.execute(f"drop table inbox.{table}")
    assert publish_to_postgres(empty.url, small_publication(tmp_path, 2), {})
    assert has(empty, 2)


def test_a_schema_of_another_user_is_told_of(
    empty: PostgresServer, publisher: str, tmp_path: Path
) -> None:
    publish_to_postgres(empty.url, small_publication(tmp_path, 1), {})
    empty.execute(f'grant create on database "{empty.name}" to {publisher}')
    text = refusal(empty.url_for(PUBLISHER, PASSWORD), small_publication(tmp_path, 2))
    assert "belongs to another user" in text
    assert has(empty, 1)


@pytest.mark.parametrize("wrong", ["password", "user", "database", "port"])
def test_a_wrong_address_is_told_from_a_database_that_is_not_well(
    wrong: str, empty: PostgresServer, tmp_path: Path
) -> None:
    parts = {
        "user": "inbox",
        "password": PASSWORD,
        "port": str(empty.port),
        "database": "postgres",
    } | {wrong: "1" if wrong == "port" else f"no-such-{wrong}"}
    url = "postgresql://{user}:{password}@127.0.0.1:{port}/{database}".format(**parts)
    text = refusal(url, small_publication(tmp_path, 1))
    assert "no connection" in text
    assert "host, port, database, user and password" in text


@pytest.mark.parametrize("encoding", ["LATIN2", "SQL_ASCII"])
def test_texts_are_what_they_were_or_are_refused(
    encoding: str,
    postgres_server: PostgresServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever encoding the database has, and the environment names for the client."""
    server = postgres_server.database(
        f"in {encoding}", f"template template0 encoding {encoding} lc_collate 'C' lc_ctype 'C'"
    )
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    named = "alter table fct_one add column name varchar default 'Zażółć'"
    publish_to_postgres(server.url, small_publication(tmp_path, 1, named), {})
    monkeypatch.setenv("PGCLIENTENCODING", "UTF8")
    assert rows(server, "select name from inbox.fct_one") == [("Zażółć",)]
    other = small_publication(tmp_path, 2, named.replace("Zażółć", TEXT))
    if encoding == "LATIN2":
        assert "use a database in UTF8" in refusal(server.url, other)
        assert has(server, 1)
    else:
        publish_to_postgres(server.url, other, {})
        assert rows(server, "select name from inbox.fct_one") == [(TEXT,)]


def test_limits_that_are_set_for_others_do_not_end_a_publication(
    empty: PostgresServer, tmp_path: Path
) -> None:
    settings = (
        "statement_timeout = '50ms'",
        "lock_timeout = '1ms'",
        "idle_in_transaction_session_timeout = '50ms'",
        "default_transaction_read_only = on",
        "default_transaction_isolation = 'serializable'",
        "datestyle = 'German'",
        "timezone = 'Asia/Kathmandu'",
        "search_path = ''",
    )
    empty.execute(";".join(f'alter database "{empty.name}" set {setting}' for setting in settings))
    moment = (
        "alter table fct_two add column read_at timestamptz default '2024-03-04 05:06:07.000008+00'"
    )
    many = "create table fct_many as select range as number from range(400_000)"
    published = small_publication(tmp_path, 1, moment, many)
    assert publish_to_postgres(empty.url, published, {"fct_many": ["number"]})
    assert rows(empty, "select read_at = '2024-03-04 05:06:07.000008+00' from inbox.fct_two") == [
        (True,)
    ]


def test_of_two_at_once_one_publishes(
    empty: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_connection, "_RETRY_SECONDS", 0.01)  # so that both wait at once
    published = small_publication(tmp_path, 1)
    with closing(psycopg2.connect(empty.url)) as holding:
        holding.cursor().execute("select pg_advisory_xact_lock(hashtext('inbox'))")
        both = [in_thread(lambda: publish_to_postgres(empty.url, published, {})) for _ in range(2)]
        empty.until_locks_wait(2)
        holding.rollback()
        for thread, _ in both:
            thread.join(60)
    assert sorted(given[0] for _, given in both) == [False, True]
    assert has(empty, 1)


def test_a_publication_of_another_machine_that_never_ends_is_told_of(
    empty: PostgresServer, tmp_path: Path
) -> None:
    published = small_publication(tmp_path, 1)
    with closing(psycopg2.connect(empty.url)) as holding:
        holding.cursor().execute("select pg_advisory_xact_lock(hashtext('inbox'))")
        assert "another publication" in refusal(empty.url, published, wait_seconds=0.2)
    assert publish_to_postgres(empty.url, published, {})


def test_who_holds_the_tables_is_told(empty: PostgresServer, tmp_path: Path) -> None:
    publish_to_postgres(empty.url, small_publication(tmp_path, 1), {})
    with closing(psycopg2.connect(empty.url)) as reading:
        cursor = reading.cursor()
        cursor.execute("select pg_backend_pid(), number from inbox.fct_two")
        ((process, _),) = cursor.fetchall()
        text = refusal(empty.url, small_publication(tmp_path, 2), wait_seconds=0.2)
        assert f"pg_terminate_backend({process})" in text
        cursor.execute("select number from inbox.fct_one")
        assert cursor.fetchall() == [(1,)]


def test_a_publication_that_is_ended_while_it_waits_leaves_the_one_before(
    empty: PostgresServer, tmp_path: Path
) -> None:
    publish_to_postgres(empty.url, small_publication(tmp_path, 1), {})
    published = small_publication(tmp_path, 2)
    with closing(psycopg2.connect(empty.url)) as reading:
        reading.cursor().execute("select number from inbox.fct_two")
        thread, given = in_thread(lambda: publish_to_postgres(empty.url, published, {}))
        empty.until_locks_wait()
        empty.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where application_name = 'inbox' and datname = current_database()"
        )
        thread.join(60)
        assert isinstance(given[0], PostgresUnavailable)
    assert has(empty, 1)
    assert publish_to_postgres(empty.url, published, {})
    assert has(empty, 2)


def test_what_a_tool_has_prepared_goes_on_with_the_next_publication(
    empty: PostgresServer, tmp_path: Path
) -> None:
    """As a pool of connections does, whose statements the server has planned long before."""
    function = (
        "create macro inbox_both(agent) as table "
        "select number, coalesce(agent, '') as name from main.fct_one"
    )
    publish_to_postgres(empty.url, small_publication(tmp_path, 1, function), {})
    with closing(psycopg2.connect(empty.url)) as tool:
        tool.autocommit = True
        cursor = tool.cursor()
        cursor.execute("prepare one as select number from inbox.fct_one where number > $1")
        cursor.execute("prepare both_tables as select number, name from inbox.inbox_both($1)")
        for number in range(1, 4):
            for _ in range(7):  # the server keeps a general plan after five
                cursor.execute("execute one(0)")
                assert cursor.fetchall() == [(number,)]
                cursor.execute("execute both_tables('anna')")
                assert cursor.fetchall() == [(number, "anna")]
            following = small_publication(tmp_path, number + 1, function)
            publish_to_postgres(empty.url, following, {})


def test_keys_longer_than_an_index_takes_are_kept_by_their_hashes(
    empty: PostgresServer, tmp_path: Path
) -> None:
    """512 characters outside the basic plane, twice, are more than a third of a page."""
    published = small_publication(
        tmp_path,
        1,
        "create table long (thread_id varchar not null, label varchar not null, agent_id varchar)",
        # Letters that no compression makes short.
        "insert into long select string_agg(chr(131072 + (hash(n * 2 + side) % 40000)::int), '') "
        "filter (side = 0), string_agg(chr(131072 + (hash(n * 2 + side) % 40000)::int), '') "
        "filter (side = 1), null from range(512) as letters (n), range(2) as sides (side)",
        "insert into long values ('t1', 'vip', 'a1')",
    )
    assert publish_to_postgres(empty.url, published, {"long": ["thread_id", "label"]})
    assert rows(empty, "select max(length(label)), count(*) from inbox.long") == [(512, 2)]
    twice = "insert into inbox.long select thread_id, label, null from inbox.long"
    with pytest.raises(psycopg2.errors.UniqueViolation):
        empty.execute(twice)
    # So with a key that may be null, for nobody.
    assert publish_to_postgres(
        empty.url, small_publication(tmp_path, 2), {"long": ["agent_id", "label"]}
    )


def test_an_error_that_lasts_does_not_say_to_run_again(
    empty: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = small_publication(tmp_path, 1)
    monkeypatch.setitem(TYPES, "INTEGER", "no_such_type")
    told = refusal(empty.url, published)
    assert "the database failed (UndefinedObject 42704); it will not pass by itself" in told
    assert "run again" not in told
