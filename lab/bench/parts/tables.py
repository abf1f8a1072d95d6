"""How a part's figures are written, and where its results lie."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lab.bench.measure import Measurement
from lab.bench.sizes import bench_folder

Result = dict[str, Any]

COSTS = ["", "process CPU s", "work CPU s", "wall s", "peak memory"]


def result_file(part: str, size: str) -> Path:
    """Where the results of a part at a size lie."""
    return bench_folder() / "results" / f"{part}-{size}.json"


def read_result(part: str, size: str) -> Result | None:
    """What was measured of a part before, if it was."""
    path = result_file(part, size)
    if not path.exists():
        return None
    result: Result = json.loads(path.read_text())
    return result


def costs(title: str, measured: Measurement) -> list[str]:
    """The cells of one measurement."""
    return [
        title,
        number(measured.cpu_seconds),
        number(measured.work_cpu_seconds),
        number(measured.wall_seconds),
        memory_size(measured.peak_megabytes),
    ]


def number(seconds: float) -> str:
    """Seconds, to three figures."""
    return f"{seconds:.2f}" if seconds < 10 else f"{seconds:,.1f}"


def memory_size(megabytes: float) -> str:
    """Megabytes as gigabytes."""
    return f"{megabytes / 1024:.2f} GB"


def ratio(numerator: float, denominator: float) -> str:
    """How much of another it is; empty where there is none."""
    return f"{numerator / denominator:.2f}" if denominator else ""
