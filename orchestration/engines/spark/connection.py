"""The connection to a cluster's Thrift server, and what goes wrong with it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from typing import Any

from orchestration.errors import InboxError
from orchestration.settings import Settings

logger = logging.getLogger("inbox.cluster")


class ClusterUnavailable(InboxError):
    """The cluster does not answer."""


class ClusterRefused(InboxError):
    """The cluster took no statement, or keeps its tables where this machine cannot read them."""


@cache
def tolerate_unclosed_sessions() -> None:
    """Makes PyHive's sessions end without error where the server cannot close one.

    Spark 4 comes without the jar `hive-llap-common` (SPARK-51029), and a Thrift server without it
    fails there now and then. By then the statements of the session are done, and it ends with its
    connection; dbt would call the model or the test failed.
    """
    from pyhive import exc, hive

    close = hive.Connection.close

    def close_or_leave(connection: Any) -> None:
        try:
            close(connection)
        except exc.OperationalError as error:
            logger.debug("The server could not close a session: %s", _reason(error))

    hive.Connection.close = close_or_leave


@contextmanager
def cursor(settings: Settings) -> Iterator[Any]:
    """A cursor of the Thrift server."""
    # Imported here: packages of an extra, which other engines do without.
    from pyhive import exc, hive
    from thrift.Thrift import TException

    tolerate_unclosed_sessions()
    password = settings.spark_password
    try:
        with closing(
            hive.connect(
                settings.spark_host,
                settings.spark_port,
                settings.spark_user,
                password=None if password is None else password.get_secret_value(),
                auth=None if password is None else "LDAP",
            )
        ) as connection:
            yield connection.cursor()
    except (TException, EOFError) as error:
        raise ClusterUnavailable(
            f"The cluster's Thrift server at {settings.spark_host}:{settings.spark_port} does not "
            f"answer ({type(error).__name__}): start it, or name another one with INBOX_SPARK_HOST "
            "and INBOX_SPARK_PORT"
        ) from None
    except exc.Error as error:
        raise ClusterRefused(f"The cluster refused a statement: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    """The first line of what Spark says; PyHive's text holds the whole answer with its stacks."""
    status = getattr(error.args[0], "status", None) if error.args else None
    text = getattr(status, "errorMessage", None) or str(error)
    return str(text).splitlines()[0]
