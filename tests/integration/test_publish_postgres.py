"""A publication in a real PostgreSQL: the same tables and functions, whole for every reader.

The tests tell one story on one server, in their order.
"""

from __future__ import annotations

import shutil
import threading
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import psycopg2
import pytest

from orchestration import pipeline
from orchestration.publishing import postgres as target
from orchestration.publishing import postgres_connection
from orchestration.publishing.definitions import DEFINED
from orchestration.publishing.postgres import is_in_postgres, publish_to_postgres
from orchestration.publishing.postgres_connection import PostgresUnavailable
from orchestration.publishing.record import read_publication
from orchestration.settings import Settings, load_settings
from tests.homes import parsed_dbt_folder
from tests.oracle.generate import generate_inbox, write_inbox
from tests.publications import small_publication
from tests.services.postgres import PASSWORD, PostgresServer

ZONE = "America/New_York"
# A number of each kind of record that inbox_threads gives.
BEHIND = (
    "new_threads",
    "messages",
    "new_users",
    "average_rating",
    "first_response_business_seconds_median",
    "replies",
    "closings",
    "open_threads",
    "longest_wait_seconds",
)


@pytest.fixture(scope="module")
def settings(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A week over a month's end, loaded and published by one run."""
    folder = tmp_path_factory.mktemp("postgres")
    write_inbox(generate_inbox(11, date(2024, 2, 26), 8, 12, ZONE), folder / "exports")
    settings = load_settings(
        exports=folder / "exports",
        home=folder / "home",
        timezone=ZONE,
        week_start="sunday",
        publish_postgres=postgres.url,
        threads=1,
    )
    shutil.copytree(parsed_dbt_folder(), settings.dbt_folder)
    outcome = pipeline.run(settings)
    assert outcome.failures == []
    return settings


def connect(server: PostgresServer, **arguments: Any) -> Any:
    return psycopg2.connect(server.url, **arguments)


def rows(connection: Any, query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def test_every_table_is_that_of_the_published_file(
    settings: Settings, postgres: PostgresServer
) -> None:
    with (
        closing(duckdb.connect(str(settings.published_database), read_only=True)) as published,
        closing(connect(postgres)) as connection,
    ):
        published.execute("set TimeZone = 'UTC'")
        rows(connection, "set time zone 'UTC'; select 1")
        tables = published.execute(
            "select table_name, comment from duckdb_tables() order by 1"
        ).fetchall()
        assert tables == rows(
            connection,
            "select relname, obj_description(oid, 'pg_class') from pg_class where relkind = 'r' "
            "and relnamespace = 'inbox'::regnamespace order by 1",
        )
        for name, _ in tables:
            columns = published.execute(
                "select column_name, is_nullable, comment from duckdb_columns() "
                f"where table_name = '{name}' order by column_index"
            ).fetchall()
            assert columns == rows(
                connection,
                "select attname, not attnotnull, col_description(attrelid, attnum) "
                f"from pg_attribute where attrelid = 'inbox.{name}'::regclass and attnum > 0 "
                "order by attnum",
            )
            order = ", ".join(f'"{column}" nulls last' for column, *_ in columns)
            query = f'select * from {{}}"{name}" order by {order}'
            assert rows(connection, query.format("inbox.")) == [
                tuple(row) for row in published.execute(query.format("")).fetchall()
            ], name


def test_tables_have_their_keys(settings: Settings, postgres: PostgresServer) -> None:
    with closing(connect(postgres)) as connection:
        keys = dict(
            rows(
                connection,
                "select tablename, indexdef from pg_indexes "
                "where schemaname = 'inbox' and indexdef like 'CREATE UNIQUE%'",
            )
        )
    assert "(thread_id)" in keys["fct_threads"]
    agents = keys["mart_agents_daily"]
    assert "(period_start_date, agent_id) NULLS NOT DISTINCT" in agents
    with closing(connect(postgres)) as connection:
        without = rows(
            connection,
            "select relname from pg_class where relkind = 'r' "
            "and relnamespace = 'inbox'::regnamespace and not exists "
            "(select from pg_constraint where conrelid = pg_class.oid and contype in ('p', 'u'))",
        )
        references = rows(
            connection,
            "select conrelid::regclass::text, confrelid::regclass::text, "
            "pg_get_constraintdef(oid) from pg_constraint where contype = 'f'",
        )
    # One has one row, the others are logs.
    logs = {"fct_restatements", "restated_threads"}
    assert {table for (table,) in without} <= {"dim_report", *logs}
    tied = {
        (table.split(".")[-1], definition.split(")")[0].split("(")[1], other.split(".")[-1])
        for table, other, definition in references
    }
    assert tied >= {
        ("fct_messages", "thread_id", "fct_threads"),
        ("fct_messages", "agent_id", "dim_agents"),
        ("fct_threads", "assigned_agent_id", "dim_agents"),
        ("fct_threads", "team_id", "dim_teams"),
        ("mart_agents_weekly", "agent_id", "dim_agents"),
    }
    unchecked = {
        table.split(".")[-1] for table, _, definition in references if "NOT VALID" in definition
    }
    assert unchecked <= {"fct_ratings", *logs}


def test_readers_find_the_report_s_functions_and_no_other(
    settings: Settings, postgres: PostgresServer
) -> None:
    with (
        closing(duckdb.connect(str(settings.published_database), read_only=True)) as published,
        closing(connect(postgres)) as connection,
    ):
        assert (
            rows(
                connection,
                "select proname from pg_proc where pronamespace = 'inbox'::regnamespace order by 1",
            )
            == published.execute(
                "select function_name from duckdb_functions() where not internal order by 1"
            ).fetchall()
        )


def calls() -> list[str]:
    ranges = [
        ("null", "null"),
        ("'2024-02-28'", "'2024-03-02'"),
        ("'2024-03-01'", "'2024-03-01'"),
        ("'2024-02-01'", "'2024-12-31'"),
        ("'2031-01-01'", "'2031-01-02'"),
        ("'2031-01-01'", "null"),
    ]
    agents = ["null", "(select min(agent_id) from {}dim_agents)", "''"]
    # A list of texts is one in either database if it is cast to one.
    named = [
        "",
        ", channels => cast(array['chat', 'unknown'] as varchar[])",
        ", labels => cast(array['billing'] as varchar[]), day_of => 'ended'",
        ", teams => cast(array[''] as varchar[]), priorities => cast(array['low'] as varchar[])",
    ]
    found = []
    for first, last in ranges:
        found.append(f"inbox_cards({first}, {last})")
        found.append(f"inbox_agents({first}, {last})")
        for agent in agents:
            found.append(f"inbox_top_labels({first}, {last}, 3, {agent})")
            found.append(f"inbox_top_labels({first}, {last}, null, {agent})")
            found.extend(
                f"inbox_series('{grain}', {first}, {last}, {agent})"
                for grain in ("day", "week", "month", "year")
            )
    for first, last in ranges[1:4]:
        for more in named:
            found.append(f"inbox_series('week', {first}, {last}, null{more})")
            found.append(f"inbox_agents({first}, {last}{more})")
            found.append(f"inbox_within('reply', 3600, 'month', {first}, {last}{more})")
            found.extend(
                f"inbox_breakdown('{dimension}', {first}, {last}{more})"
                for dimension in ("agent", "channel", "team", "label", "priority")
            )
            without_day = more.removesuffix(", day_of => 'ended'")
            found.append(f"inbox_cards({first}, {last}{without_day})")
            found.extend(
                f"inbox_hours('{number}', {first}, {last}{without_day})"
                for number in ("new_threads", "user_messages", "messages_sent", "waits")
            )
        found.append(f"inbox_cards({first}, {last}, agent => '')")
    found.extend(
        f"inbox_definitions('{number}', {first}, {last}, {agent}{more})"
        for number in DEFINED
        for (first, last), agent, more in zip(
            ranges[:3], agents, (*named[:2], named[3]), strict=True
        )
    )
    found.extend(
        f"inbox_threads('{number}', {first}, {last}, {agent}{more})"
        for number in BEHIND
        for (first, last), agent, more in zip(
            ranges[1:4], agents, (*named[:2], named[3]), strict=True
        )
    )
    return found


def test_every_function_gives_what_the_published_file_gives(
    settings: Settings, postgres: PostgresServer
) -> None:
    """Equal values, the percentiles but for how the last bit of an interpolation is rounded."""
    with (
        closing(duckdb.connect(str(settings.published_database), read_only=True)) as published,
        closing(connect(postgres)) as connection,
    ):
        agent = published.execute("select min(agent_id) from dim_agents").fetchone()
        assert agent is not None
        several = 0
        for call in calls():
            text = call.replace("(select min(agent_id) from {}dim_agents)", f"'{agent[0]}'")
            expected = published.execute(f"from {text}").fetchall()
            actual = rows(connection, f"select * from inbox.{text}")
            several += len(expected) > 1
            pd.testing.assert_frame_equal(
                pd.DataFrame(actual, dtype=object),
                pd.DataFrame(expected, dtype=object),
                check_exact=False,
                rtol=1e-12,
                # A step of a bridge is what is left of two numbers that are alike.
                atol=1e-6 if "definitions" in text else 0,
                obj=text,
            )
        assert several > 50
    for call, reason in (
        ("inbox_series('decade', null, null, null)", "grain must be day, week, month or year"),
        ("inbox_agents('2024-03-02', '2024-02-28')", "end_date 2024-02-28"),
        ("inbox_top_labels(null, null, 3, 'nobody')", "No agent is known as nobody"),
    ):
        with (
            closing(connect(postgres)) as connection,
            pytest.raises(psycopg2.Error, match=reason),
        ):
            rows(connection, f"select * from inbox.{call}")


def test_the_readers_role_reads_and_changes_nothing(
    settings: Settings, postgres: PostgresServer
) -> None:
    with closing(connect(postgres)) as connection:
        connection.autocommit = True
        # Roles belong to the server, which other modules share.
        rows(connection, "create role reader_of_publications login in role inbox_reader; select 1")
        rows(connection, "set role reader_of_publications; select 1")
        assert rows(connection, "select count(*) > 0 from inbox.fct_threads") == [(True,)]
        assert len(rows(connection, "select * from inbox.inbox_cards(null, null)")) == 6
        for change in ("delete from inbox.fct_threads", "create table inbox.mine (i int)"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                rows(connection, change)


def test_a_run_with_nothing_new_says_so_and_an_outage_is_made_good(
    settings: Settings, postgres: PostgresServer
) -> None:
    outcome = pipeline.run(settings)
    assert (outcome.failures, outcome.is_changed) == ([], False)
    postgres.stop()
    (line,) = pipeline.run(settings).failures
    postgres.start()
    assert line.startswith("Not published to the database of INBOX_PUBLISH_POSTGRES: ")
    assert "\n" not in line
    assert PASSWORD not in line
    assert pipeline.run(settings).failures == []


def test_a_publication_is_cut_off_by_the_server_and_comes_whole_with_the_next(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = small_publication(tmp_path, 1)
    assert publish_to_postgres(postgres.url, published, {})
    published = small_publication(tmp_path, 2)
    copy_table = target.copy_table

    def copy_and_crash(*arguments: Any) -> None:
        copy_table(*arguments)
        if arguments[3] == "fct_one":
            postgres.stop()

    monkeypatch.setattr(target, "copy_table", copy_and_crash)
    with pytest.raises(PostgresUnavailable, match="run again once it is well"):
        publish_to_postgres(postgres.url, published, {})
    monkeypatch.undo()
    postgres.start()
    schemas = "select nspname from pg_namespace where nspname like 'inbox%'"
    with closing(connect(postgres)) as connection:
        assert rows(connection, "select number from inbox.fct_one") == [(1,)]
        assert rows(connection, schemas) == [("inbox",)]
    publication = read_publication(published)
    assert publication is not None
    assert not is_in_postgres(postgres.url, publication)
    assert publish_to_postgres(postgres.url, published, {})
    assert is_in_postgres(postgres.url, publication)
    with closing(connect(postgres)) as connection:
        assert rows(connection, "select number from inbox.fct_two") == [(2,)]
        assert rows(connection, schemas) == [("inbox",)]


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ"])
def test_a_transaction_sees_one_publication(
    postgres: PostgresServer, tmp_path: Path, isolation: str
) -> None:
    """One that has read a table keeps the others; one that has not gets the new ones whole."""
    publish_to_postgres(postgres.url, small_publication(tmp_path, 1), {})
    published = small_publication(tmp_path, 2)
    with closing(connect(postgres)) as reading, closing(connect(postgres)) as waiting:
        for connection in reading, waiting:
            connection.set_session(isolation_level=isolation)
        assert rows(reading, "select number from inbox.fct_one") == [(1,)]
        assert rows(waiting, "select 1") == [(1,)]  # its snapshot is older than the publication
        publishing = threading.Thread(
            target=publish_to_postgres, args=(postgres.url, published, {})
        )
        publishing.start()
        postgres.until_locks_wait()
        assert rows(reading, "select number from inbox.fct_two") == [(1,)]
        reading.commit()
        publishing.join(60)
        assert not publishing.is_alive()
        for table in ("fct_one", "fct_two"):
            assert rows(waiting, f"select number from inbox.{table}") == [(2,)]
            assert rows(reading, f"select number from inbox.{table}") == [(2,)]


def test_a_transaction_that_never_ends_keeps_what_it_has_and_is_named(
    postgres: PostgresServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(postgres_connection, "_SILENT_SECONDS", 0.1)
    publish_to_postgres(postgres.url, small_publication(tmp_path, 1), {})
    published = small_publication(tmp_path, 2)
    with closing(connect(postgres, application_name="a dashboard")) as reading:
        assert rows(reading, "select number from inbox.fct_one") == [(1,)]
        with pytest.raises(PostgresUnavailable, match="has kept the tables of the schema inbox"):
            publish_to_postgres(postgres.url, published, {}, wait_seconds=4)
        assert rows(reading, "select number from inbox.fct_two") == [(1,)]
        (told,) = [line for line in caplog.messages if line.startswith("Waiting until")]
        assert f"process {reading.get_backend_pid()} of " in told
        assert "a dashboard, idle in transaction" in told
    assert publish_to_postgres(postgres.url, published, {})


def test_what_others_made_is_left_alone(postgres: PostgresServer, tmp_path: Path) -> None:
    published = small_publication(tmp_path, 3)
    with closing(connect(postgres)) as connection:
        connection.autocommit = True
        rows(connection, "create view public.mine as select * from inbox.fct_one; select 1")
        with pytest.raises(PostgresUnavailable, match="views or other objects depend"):
            publish_to_postgres(postgres.url, published, {})
        rows(connection, "drop view public.mine; drop schema inbox cascade; select 1")
        rows(connection, "create schema inbox; create table inbox.theirs (i int); select 1")
        with pytest.raises(PostgresUnavailable, match="was not made by a publication"):
            publish_to_postgres(postgres.url, published, {})
        assert rows(connection, "select count(*) from inbox.theirs") == [(0,)]
