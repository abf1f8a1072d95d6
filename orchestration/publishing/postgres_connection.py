"""A connection to a database of readers: its limits, its locks, and its errors as one line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from orchestration.errors import InboxError
from orchestration.publishing.postgres_types import NoCounterpart

_LOCK_MILLISECONDS = 500  # less than deadlock_timeout: a reader is never the one to fail

_RETRY_SECONDS = 0.5

_SILENT_SECONDS = 5.0
"""For so long a lock is waited for without a word."""


class PostgresUnavailable(InboxError):
    """A database that cannot take the publication; the text is one line without secrets."""


def connect_postgres(url: str) -> Any:
    """A connection of its own, to be closed by who asked for it. Raises psycopg2.Error."""
    # Imported here: it is in an extra of the package.
    import psycopg2

    try:
        connection = psycopg2.connect(
            url, application_name="inbox", connect_timeout=10, client_encoding="UTF8"
        )
    except psycopg2.Error:
        raise PostgresUnavailable(
            "no connection to it; see that it is up, and that host, port, database, user and "
            "password of the address are right"
        ) from None
    # Whatever the database sets for its readers: each statement sees what is committed.
    connection.set_session(isolation_level="READ COMMITTED", readonly=False)
    return connection


@contextmanager
def translated_postgres_errors() -> Iterator[None]:
    """Turns a database's errors into one line; their own text names hosts, users and statements.

    Raises PostgresUnavailable.
    """
    try:
        import psycopg2.errors
    except ImportError:
        raise PostgresUnavailable("install the extra inbox-warehouse[postgres] to use it") from None
    try:
        yield
    except NoCounterpart as error:
        raise PostgresUnavailable(str(error)) from None
    except psycopg2.errors.UntranslatableCharacter:
        raise PostgresUnavailable(
            "its encoding has no place for a text of the publication; use a database in UTF8"
        ) from None
    except psycopg2.Error as error:
        code = f" {error.pgcode}" if error.pgcode else ""
        reason = f"{type(error).__name__}{code}"
        what_to_do = _WAIT if _may_pass(error) else _MEND
    else:
        return
    raise PostgresUnavailable(f"the database failed ({reason}); {what_to_do}")


_WAIT = "run again once it is well"
_MEND = "it will not pass by itself: its log has the statement; readers there keep what they have"
# Connections, resources, operators who stop it, what others hold, transactions in the way, disks.
_PASSING_CODES = ("08", "53", "57", "55", "40", "58", "XX")


def _may_pass(error: Any) -> bool:
    """Whether the same may well succeed later; without a code the connection broke."""
    return error.pgcode is None or error.pgcode.startswith(_PASSING_CODES)


def lift_limits(cursor: Any) -> None:
    """Takes off what a database sets against slow readers: loading takes as long as it does.

    For this transaction alone, as a pooler may give the connection to others after it.
    """
    for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        cursor.execute(f"set local {limit} = 0")


def got_lock(
    cursor: Any, lock: str, wait_seconds: float, tell_wait: Callable[[], None] | None = None
) -> bool:
    """Takes a lock, asking again and again for so long; whether it was got.

    tell_wait: called once, where it has taken some seconds.

    Each time is short in all, however many tables it is for, so that readers who queue up behind it
    are soon let go, and none of them is found in a deadlock.
    """
    import psycopg2.errors

    began = time.monotonic()
    while True:
        cursor.execute("savepoint before_lock")
        cursor.execute(f"set local statement_timeout = {_LOCK_MILLISECONDS}")
        try:
            cursor.execute(lock)
        except psycopg2.errors.QueryCanceled:
            cursor.execute("rollback to savepoint before_lock")
            waited = time.monotonic() - began
            if waited >= wait_seconds:
                return False
            if tell_wait is not None and waited >= _SILENT_SECONDS:
                cursor.execute("set local statement_timeout = 0")
                tell_wait()
                tell_wait = None
            time.sleep(_RETRY_SECONDS)
        else:
            cursor.execute("set local statement_timeout = 0")
            return True
