"""Which failures may pass by themselves, and how long to wait before trying again; no Dagster."""

from __future__ import annotations

import errno

from orchestration.engines.spark.connection import ClusterUnavailable
from orchestration.exports.errors import ExportsUnreachable
from orchestration.machine.lock import LockBusy
from orchestration.machine.stores import StoreUnavailable

MAX_RETRIES = 3
FIRST_WAIT_SECONDS = 5.0

# A machine, a disk or a network that is not itself for a moment; not a file that is missing,
# forbidden or wrong, nor a full disk, which somebody has to mend.
_PASSING = frozenset(
    {
        errno.EAGAIN,
        errno.EBUSY,
        errno.ECONNABORTED,
        errno.ECONNREFUSED,
        errno.ECONNRESET,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.EINTR,
        errno.EIO,
        errno.EMFILE,
        errno.ENETDOWN,
        errno.ENETRESET,
        errno.ENETUNREACH,
        errno.ENFILE,
        errno.ENOLCK,
        errno.EPIPE,
        errno.ESTALE,
        errno.ETIMEDOUT,
    }
)

_PASSING_ERRORS = (
    ClusterUnavailable,
    ConnectionError,
    ExportsUnreachable,
    LockBusy,
    StoreUnavailable,
    TimeoutError,
)


def may_pass(error: BaseException) -> bool:
    """Whether the same thing, tried again in a while, may well succeed.

    A lock that another process holds, a disk or network error, a store or a cluster that does not
    answer, a database file that is in use.
    Never a bad file, a failed test, a wrong setting or a fault of the code.
    """
    if isinstance(error, _PASSING_ERRORS):
        return True
    if isinstance(error, OSError):
        return error.errno in _PASSING
    # DuckDB's words, its own or passed on by dbt, for a database that another process has open.
    return "Could not set lock on file" in str(error)


def wait_seconds(retry_number: int) -> float:
    """How long to wait before a retry, the first being 0: 5 s, 20 s, 80 s."""
    return FIRST_WAIT_SECONDS * 4.0**retry_number
