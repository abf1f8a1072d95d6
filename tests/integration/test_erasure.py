"""An erasure from a home, a PostgreSQL database and an object store, by the command and the job."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
import pyarrow.parquet as pq
import pytest
from dagster import DagsterInstance

from orchestration import pipeline
from orchestration.dagster_app.build import build_defs
from orchestration.dagster_app.instance import prepare_dagster_home
from orchestration.machine.stores import ObjectFolder
from orchestration.privacy import erasure
from orchestration.privacy.search import NamedUser, search_everything
from orchestration.privacy.users import UserIdentifiers
from orchestration.settings import Settings, load_settings
from tests.homes import ready_dbt_folder
from tests.oracle.generate import generate_inbox, write_inbox
from tests.services.postgres import PostgresServer
from tests.services.s3 import S3Server

ZONE = "Europe/Warsaw"
USER = "anna.o'hara+1@example.com"
OTHER = "somebody-else@example.com"
KEY = "a key that nobody would ever guess"  # pragma: allowlist secret
DAYS = [date(2024, 3, 28 + number) for number in range(4)]


@pytest.fixture
def inbox(s3: S3Server, postgres: PostgresServer, tmp_path: Path) -> Settings:
    """Four days with two users of ours on two of them, to be published to every target."""
    write_inbox(generate_inbox(3, DAYS[0], 4, 6, ZONE), tmp_path / "exports")
    for day in DAYS[1:3]:
        write_our_users(tmp_path / "exports" / str(day), str(day))
    with closing(psycopg2.connect(postgres.url)) as connection, connection:
        connection.cursor().execute("drop schema if exists inbox cascade")
    settings = load_settings(
        exports=tmp_path / "exports",
        home=tmp_path / "home",
        timezone=ZONE,
        threads=1,
        publish_store=f"{s3.new_bucket()}/inbox",
        publish_postgres=postgres.url,
    )
    shutil.copytree(ready_dbt_folder(ZONE), settings.dbt_folder)
    return settings


def write_our_users(folder: Path, day: str) -> None:
    at = f"{day}T10:00:00Z"
    with (folder / "threads.ours.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["thread_id", "created_at", "updated_at", "status", "user_id", "labels"])
        for user in (USER, OTHER):
            writer.writerow([f"{user[:4]}-{day}", at, at, "open", user, f"of {user}|vip"])
            writer.writerow([f"bad-{user[:4]}-{day}", at, at, "lost", user, f"of {user}"])
    with (folder / "messages.ours.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["message_id", "thread_id", "sent_at", "author_type", "author_id"])
        for user in (USER, OTHER):
            writer.writerow([f"{user[:4]}-{day}", f"{user[:4]}-{day}", at, "user", user])


def in_store(target: ObjectFolder, folder: Path, text: str) -> list[str]:
    """The objects that hold a text, as a stranger would find it."""
    found = []
    for item in target.listing().objects:
        copy = folder / Path(item.name).name
        target.download(item.name, copy)
        everything = copy.read_bytes().decode("latin-1")
        if copy.suffix == ".parquet":
            everything += str(pq.ParquetFile(copy).read().to_pylist())
        if copy.suffix == ".duckdb":
            with duckdb.connect(str(copy), read_only=True) as connection:
                for (name,) in connection.execute(
                    "select table_name from duckdb_tables()"
                ).fetchall():
                    everything += str(connection.execute(f'from "{name}"').fetchall())
        if text in everything or text.replace("'", "''") in everything:
            found.append(item.name)
        copy.unlink()
    return found


def in_postgres(server: PostgresServer, text: str) -> list[str]:
    """The tables of the database that hold a text, by what the server itself would copy out."""
    found = []
    with closing(psycopg2.connect(server.url)) as connection, connection.cursor() as cursor:
        cursor.execute("select schemaname, tablename from pg_tables where schemaname like 'inbox%'")
        for schema, table in cursor.fetchall():
            cursor.execute(f'select t::text from "{schema}"."{table}" t')
            if any(text in row for (row,) in cursor.fetchall()):
                found.append(f"{schema}.{table}")
    return found


def erase(
    settings: Settings, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """`inbox erase` of our user in a process of its own."""
    assert settings.publish_postgres is not None
    return subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "--quiet", "erase", "--user", USER, *arguments],
        env={
            "PATH": str(Path(sys.executable).parent),
            "HOME": str(settings.home),
            **{name: value for name, value in os.environ.items() if name.startswith("AWS_")},
            "INBOX_EXPORTS": str(settings.exports),
            "INBOX_PUBLISH_STORE": str(settings.publish_store),
            "INBOX_PUBLISH_POSTGRES": settings.publish_postgres.get_secret_value(),
            "INBOX_HOME": str(settings.home),
            "INBOX_TIMEZONE": settings.timezone,
            "INBOX_THREADS": str(settings.threads),
            **variables,
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def columns_of(settings: Settings, query: str) -> list[Any]:
    with duckdb.connect(str(settings.published_database), read_only=True) as connection:
        return [value for (value,) in connection.execute(query).fetchall()]


LABELED = "select current_value from inbox_cards(null, null) where metric = 'labeled_threads'"


def test_a_user_goes_from_every_target_and_its_history(
    inbox: Settings, s3: S3Server, postgres: PostgresServer, tmp_path: Path
) -> None:
    """At the second try: at the first no target answers, which is told by their names."""
    store = ObjectFolder(str(inbox.publish_store))
    assert pipeline.run(inbox).failures == []
    first = json.loads(store.read("latest.json"))["publication"]
    write_our_users(tmp_path / "exports" / str(DAYS[3]), str(DAYS[3]))
    assert pipeline.run(inbox).failures == []
    labeled = columns_of(inbox, LABELED)

    wanted = NamedUser([USER])
    before = search_everything(inbox, wanted)
    assert not before.not_searched
    places = "\n".join(before.found)
    for place in (
        "raw/threads/",
        "raw/quarantine/",
        "warehouse/warehouse.duckdb ",
        "published/inbox.duckdb ",
        f"{store}/publications/{first}/inbox.duckdb ",
        f"{store}/publications/{first}/parquet/fct_threads/",
        "PostgreSQL inbox.fct_threads user_id (3)",
        "PostgreSQL inbox.fct_thread_labels label (3)",
        "PostgreSQL inbox.mart_labels_daily label (3)",
    ):
        assert place in places, places
    assert "dagster/" not in places, "Dagster's runs and events hold no identifier"
    assert in_store(store, tmp_path, USER)
    assert in_postgres(postgres, USER)

    s3.fail_after(0, "GET")
    postgres.stop()
    try:
        done = erase(inbox)
    finally:
        postgres.start()
        s3.recover()
    assert done.returncode == 1
    assert f"Not searched: {store} cannot be reached" in done.stderr
    assert "Not searched: The database of INBOX_PUBLISH_POSTGRES: " in done.stderr
    assert "Traceback" not in done.stderr
    assert erasure.is_unfinished(inbox)
    assert in_store(store, tmp_path, USER)

    done = erase(inbox)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "found in 0 places" in done.stdout
    after = search_everything(inbox, wanted)
    assert after.is_clean
    assert after.objects > 20
    assert after.postgres_tables > 20
    assert in_store(store, tmp_path, USER) == []
    assert in_postgres(postgres, USER) == []
    assert not [item for item in store.listing().objects if first in item.name]
    assert in_store(store, tmp_path, OTHER)
    assert in_postgres(postgres, OTHER)
    assert columns_of(inbox, LABELED) == labeled, "a label loses the name and still counts"
    assert "of erased" in columns_of(inbox, "select distinct label from mart_labels_yearly")


def test_the_job_erases_and_proves_without_the_identifier(
    inbox: Settings, monkeypatch: pytest.MonkeyPatch, postgres: PostgresServer, tmp_path: Path
) -> None:
    """Under pseudonyms; what others kept of it in a schema of ours fails the job by its place."""
    store = ObjectFolder(str(inbox.publish_store))
    monkeypatch.setenv("INBOX_PSEUDONYM_KEY", KEY)
    keyed = inbox.model_copy(update={"pseudonym_key": load_settings().pseudonym_key})
    assert pipeline.run(keyed).failures == []
    pseudonym = UserIdentifiers(KEY.encode()).pseudonym(USER)
    assert in_store(store, tmp_path, pseudonym)
    assert pseudonym in columns_of(keyed, "select user_id from fct_threads")
    with closing(psycopg2.connect(postgres.url)) as connection, connection:
        cursor = connection.cursor()
        cursor.execute("create schema inbox_kept")
        cursor.execute(
            "create table inbox_kept.copies as select user_id, array['of ' || user_id] as notes, "
            "json_build_object('of', user_id) as document from inbox.fct_threads"
        )

    noted = erase(keyed, "--later", INBOX_PSEUDONYM_KEY=KEY)
    assert noted.returncode == 0, noted.stderr
    prepare_dagster_home(keyed)
    job = build_defs(keyed).resolve_job_def("erase_users")
    with DagsterInstance.get() as instance:
        failed = job.execute_in_process(instance=instance, raise_on_error=False)
        assert not failed.success
        (event,) = failed.get_step_failure_events()
        told = event.step_failure_data.user_failure_data
        assert told is not None
        assert told.description is not None
        assert told.description.splitlines()[1:] == [
            f"Found: PostgreSQL inbox_kept.copies {column} (2)"
            for column in ("user_id", "notes", "document")
        ]
        with closing(psycopg2.connect(postgres.url)) as connection, connection:
            connection.cursor().execute("drop schema inbox_kept cascade")
        erasure.begin(keyed, USER)
        done = job.execute_in_process(instance=instance)
    assert done.success
    for text in (USER, pseudonym):
        assert in_store(store, tmp_path, text) == []
        assert in_postgres(postgres, text) == []
    search = search_everything(keyed, NamedUser([USER, pseudonym]))
    assert search.is_clean, search.found


def test_dagsters_tables_in_postgresql_are_looked_into(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    (tmp_path / "home").mkdir()
    settings = load_settings(home=tmp_path / "home", dagster_postgres=postgres.url)
    with closing(psycopg2.connect(postgres.url)) as connection, connection:
        cursor = connection.cursor()
        cursor.execute("create schema dagster")
        cursor.execute("create table dagster.event_logs (id bigint, event text)")
        cursor.execute("create table dagster.runs (run_body text)")
        cursor.execute("insert into dagster.event_logs values (1, 'nobody')")
        cursor.execute("insert into dagster.runs values (%s)", [json.dumps({"user": USER})])
    search = search_everything(settings, NamedUser([USER]))
    assert search.not_searched == []
    assert search.found == ["PostgreSQL dagster.runs run_body (1)"]
    assert search.postgres_tables == 2
