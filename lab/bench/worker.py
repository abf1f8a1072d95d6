"""The process of one task: imports it, runs it, and writes down what it gave and what it cost."""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path


def cpu_seconds() -> float:
    """CPU seconds of this process and of its children that have ended."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main(task: str, arguments: str, told: str) -> None:
    """Runs `module:function` with JSON arguments; its outcome goes as JSON to the file `told`."""
    module, function = task.split(":")
    call = getattr(importlib.import_module(module), function)
    cpu, wall = cpu_seconds(), time.perf_counter()
    outcome = call(**json.loads(arguments))
    record = {
        "cpu_seconds": cpu_seconds() - cpu,
        "wall_seconds": time.perf_counter() - wall,
        "outcome": outcome,
    }
    Path(told).write_text(json.dumps(record))


if __name__ == "__main__":
    main(*sys.argv[1:])
