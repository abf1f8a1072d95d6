"""How many files this process may hold open."""

from __future__ import annotations

import resource


def allow_as_many_as_may_be() -> None:
    """Lift the limit on open files to the one that only the machine's owner can lift further."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
