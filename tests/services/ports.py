"""Ports for servers that have to be told theirs.

One that the kernel picks is anybody's again until the server has it: another process of the tests
may be given the same, and any connection may leave by it. These lie below the ports that
connections leave by, and a name of Linux's holds each until the process that asked has ended.
"""

from __future__ import annotations

import random
import socket

LOWEST, HIGHEST = 20_000, 32_000
_held: list[socket.socket] = []


def free_port() -> int:
    """A port of loopback that no other test takes until this process has ended."""
    ports = list(range(LOWEST, HIGHEST))
    random.SystemRandom().shuffle(ports)  # a test's seed is the same in each process
    for port in ports:
        if _is_kept(port) and _is_free(port):
            return port
    raise OSError(f"Every port from {LOWEST} to {HIGHEST} is taken")


def _is_kept(port: int) -> bool:
    """By a name, which no file stands for and which goes with the process."""
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0inbox-tests-port-{port}")
    except OSError:
        name.close()
        return False
    _held.append(name)
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        # As servers do: a connection that ended a moment ago does not keep its port.
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
