"""Running a task in a process of its own and measuring it: CPU, wall clock, peak memory.

A task is a function, named `module:function`, that takes and gives plain values. The process that
asks must stay small: a child's peak memory is never less than its parent's was at its start.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


class TaskFailed(RuntimeError):
    """A task's process ended with an error, which it has printed."""


@dataclass(frozen=True)
class Measurement:
    """Medians over the repetitions, but for the peak of memory, which is the highest.

    cpu_seconds, wall_seconds: the whole process with its children, from start to exit.
    work_cpu_seconds, work_wall_seconds: the task alone, without starting Python and imports.
    outcome: what the last run of the task gave.
    """

    repetitions: int
    cpu_seconds: float
    wall_seconds: float
    work_cpu_seconds: float
    work_wall_seconds: float
    peak_megabytes: float
    outcome: Any

    def as_record(self) -> dict[str, Any]:
        """The measurement for the results, rounded."""
        return {
            name: round(value, 3) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }


def measure(
    task: str,
    repetitions: int = 1,
    before_each: Callable[[], Any] | None = None,
    **arguments: Any,
) -> Measurement:
    """Runs a task so many times, each in its own process. Raises TaskFailed."""
    runs = []
    for _ in range(repetitions):
        if before_each is not None:
            before_each()
        runs.append(_run(task, arguments))
    return Measurement(
        repetitions=repetitions,
        cpu_seconds=statistics.median(run.cpu_seconds for run in runs),
        wall_seconds=statistics.median(run.wall_seconds for run in runs),
        work_cpu_seconds=statistics.median(run.work_cpu_seconds for run in runs),
        work_wall_seconds=statistics.median(run.work_wall_seconds for run in runs),
        peak_megabytes=max(run.peak_megabytes for run in runs),
        outcome=runs[-1].outcome,
    )


def run(task: str, **arguments: Any) -> Any:
    """Runs a task in its own process, unmeasured; what it gives. Raises TaskFailed."""
    return _run(task, arguments).outcome


def measure_command(command: list[str], environment: dict[str, str]) -> Measurement:
    """Runs a command once and measures it from start to exit. Raises TaskFailed."""
    cpu, wall, peak = _wait(command, {**os.environ, **environment}, " ".join(command))
    return Measurement(1, cpu, wall, cpu, wall, peak, None)


def _run(task: str, arguments: dict[str, Any]) -> Measurement:
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "outcome.json"
        command = [sys.executable, "-m", "lab.bench.worker", task, json.dumps(arguments), str(told)]
        cpu, wall, peak = _wait(command, dict(os.environ), task)
        outcome = json.loads(told.read_text())
    return Measurement(
        1, cpu, wall, outcome["cpu_seconds"], outcome["wall_seconds"], peak, outcome["outcome"]
    )


def _wait(command: list[str], environment: dict[str, str], name: str) -> tuple[float, float, float]:
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise TaskFailed(f"{name} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024
