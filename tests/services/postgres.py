"""A real PostgreSQL server for tests: Debian's, in a folder and on a port of its own.

`make services` installs it. It refuses to run as root, so root starts it as the user `postgres`.
"""

from __future__ import annotations

import copy
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import psycopg2

from tests.services.ports import free_port

PASSWORD = "inbox-test-password"  # pragma: allowlist secret


class PostgresServer:
    """A server, seen from one of its databases; use as a context manager."""

    name = "postgres"

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="inbox-postgres-"))
        self._data = self._folder / "data"
        self._log = self._folder / "log"
        password_file = self._folder / "password"
        password_file.write_text(PASSWORD)
        self._user: dict[str, Any] = {}
        if os.getuid() == 0:
            account = pwd.getpwnam("postgres")
            self._user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
            for path in (self._folder, password_file):
                os.chown(path, account.pw_uid, account.pw_gid)
        self.port = free_port()
        self._call(
            "initdb",
            *("--username", "inbox", "--pwfile", str(password_file)),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"),
        )
        self.start()
        return self

    def __exit__(self, *failure: object) -> None:
        if (self._data / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self._folder)

    @property
    def url(self) -> str:
        """The address of its database, with the password of a superuser."""
        return self.url_for("inbox", PASSWORD)

    def url_for(self, user: str, password: str) -> str:
        """The address of its database for a user."""
        user, password, name = (quote(part, safe="") for part in (user, password, self.name))
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{name}"

    def database(self, name: str, options: str = "") -> Self:
        """The same server, seen from a new and empty database; options as in `create database`."""
        self.execute(f'create database "{name}" {options}')
        seen = copy.copy(self)
        seen.name = name
        return seen

    def execute(self, statements: str) -> None:
        """Runs statements as a superuser, outside a transaction."""
        with closing(psycopg2.connect(self.url)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statements)

    def until_locks_wait(self, number: int = 1) -> None:
        """Returns when so many transactions wait for a lock that readers or others hold."""
        waiting = "select count(*) from pg_locks where not granted"
        with closing(psycopg2.connect(self.url)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                for _ in range(6000):
                    cursor.execute(waiting)
                    if cursor.fetchone()[0] >= number:
                        return
                    time.sleep(0.01)
        raise AssertionError("nobody ever waited for a lock")

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 "
            f"-c unix_socket_directories={self._folder} -c fsync=off"
        )
        self._call("pg_ctl", "--wait", "--log", str(self._log), "--options", options, "start")

    def stop(self) -> None:
        """Stops it as a crash does: connections end, nothing is tidied up."""
        self._call("pg_ctl", "--wait", "--mode", "immediate", "stop")

    def _call(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(_binaries() / program), "--pgdata", str(self._data), *arguments],
            cwd=self._folder,
            # A server keeps the output of who starts it open, so it gets none to hold.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            **self._user,
        )
        log = self._log.read_text() if self._log.exists() else ""
        assert done.returncode == 0, f"{program} {arguments} failed\n{log}"


def _binaries() -> Path:
    """The newest server's programs; Debian keeps them off the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    assert folders, "No PostgreSQL server is installed: make services"
    return folders[-1].parent
