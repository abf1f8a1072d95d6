"""`inbox run` in which something happens just before a function does its work.

python -m tests.integration.faulty_run <module> <function> <full|SIGTERM|SIGKILL>
"""

from __future__ import annotations

import importlib
import os
import resource
import signal
import sys
from typing import Any


def main(module_name: str, name: str, fault: str) -> None:
    """Arranges the fault, then runs the command."""
    module = importlib.import_module(module_name)
    real = getattr(module, name)

    def with_fault(*arguments: Any, **options: Any) -> Any:
        if fault == "full":  # no file may grow: each write fails, as on a full disk
            resource.setrlimit(resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        else:
            os.kill(os.getpid(), signal.Signals[fault])
        return real(*arguments, **options)

    setattr(module, name, with_fault)
    from orchestration.cli import main as command

    command(["--quiet", "run"])


if __name__ == "__main__":
    main(*sys.argv[1:])
