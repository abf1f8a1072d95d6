"""A rebuild and a day by an older commit beside the same by this one: what became of their cost.

Each builds a home of its own from the same exports, takes the last day of the history as a day of
its own, and is measured on the day after it, as every day but the first is.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from lab.bench import inputs
from lab.bench.measure import Measurement, measure_command
from lab.bench.sizes import ROOT, TIMEZONE, Size

COMMITS = ("7af0554",)
"""The commits to compare with, unless BENCH_COMMITS names others."""

_START = "from orchestration.cli import start; start()"


def past(size: Size, repetitions: int) -> dict[str, Any]:
    """`inbox run` of the whole history and of a day, start to exit, by this commit and others."""
    commits = os.environ.get("BENCH_COMMITS", ",".join(COMMITS)).split(",")
    projects = {"this commit": ROOT}
    for commit in commits:
        projects[commit] = _checked_out(size, commit)
    stages = _stages(size)
    runs: dict[str, dict[str, list[Measurement]]] = {"the whole history": {}, "a day": {}}
    for name, project in projects.items():
        runs["the whole history"][name] = [_prepare(size, name, project, stages)]
    for _ in range(repetitions):
        for name, project in projects.items():
            home = _home(size, name)
            inputs.clear(home)
            inputs.copy_home(home.with_suffix(".snapshot"), home)
            inputs.say(f"a day by {name}")
            runs["a day"].setdefault(name, []).append(_run(project, home, stages[-1]))
    return {
        "columns": ["`inbox run` of", "by", "CPU s", "wall s", "peak memory", "this commit / it"],
        "rows": [row for what, by_commit in runs.items() for row in _rows(what, by_commit)],
        "notes": [
            "A day is the second after a home was built; each commit built its own, by turns with "
            "the others, in the same environment. Of the whole history one run."
        ],
        "measured": {
            what: {name: [run.as_record() for run in some] for name, some in by_commit.items()}
            for what, by_commit in runs.items()
        },
    }


def _rows(what: str, by_commit: dict[str, list[Measurement]]) -> list[list[str]]:
    ours = _median(by_commit["this commit"], "cpu_seconds")
    return [
        [
            what,
            name,
            f"{_median(some, 'cpu_seconds'):.1f}",
            f"{_median(some, 'wall_seconds'):.1f}",
            f"{max(run.peak_megabytes for run in some) / 1024:.2f} GB",
            f"1/{_median(some, 'cpu_seconds') / ours:.2f}",
        ]
        for name, some in by_commit.items()
    ]


def _median(runs: list[Measurement], what: str) -> float:
    return float(statistics.median(getattr(run, what) for run in runs))


def _home(size: Size, name: str) -> Path:
    return size.folder / "past" / f"home-{name.replace(' ', '-')}"


def _checked_out(size: Size, commit: str) -> Path:
    """The project as it was, in a clone of this one."""
    project = size.folder / "past" / f"project-{commit}"
    if not project.exists():
        subprocess.run(["git", "clone", "--quiet", "--shared", str(ROOT), str(project)], check=True)
        subprocess.run(["git", "checkout", "--quiet", commit], cwd=project, check=True)
    return project


def _stages(size: Size) -> list[Path]:
    """The exports without the last day of the history, with it, and with one more day."""
    whole, _ = inputs.exports_with_day(size)
    days = sorted(folder.name for folder in whole.iterdir())
    stages = []
    for name, left_out in (("before", days[-2:]), ("last", days[-1:]), ("more", [])):
        stage = size.folder / "past" / f"exports-{name}"
        inputs.clear(stage)
        stage.parent.mkdir(parents=True, exist_ok=True)
        inputs.copy(whole, stage, linked=True)
        for day in left_out:
            inputs.clear(stage / day)
        stages.append(stage)
    return stages


def _prepare(size: Size, name: str, project: Path, stages: list[Path]) -> Measurement:
    """A home of the history, whose last day came as a day of its own; what the history cost."""
    home = _home(size, name)
    snapshot = home.with_suffix(".snapshot")
    for folder in (home, snapshot):
        inputs.clear(folder)
    measured = []
    for stage in stages[:-1]:
        inputs.say(f"{stage.name} by {name}")
        measured.append(_run(project, home, stage))
    inputs.copy_home(home, snapshot)
    return measured[0]


def _run(project: Path, home: Path, exports: Path) -> Measurement:
    return measure_command(
        # -P: what is imported is the project's, wherever this is called.
        [sys.executable, "-P", "-c", f"import sys; sys.argv[1:] = ['--quiet', 'run']; {_START}"],
        {
            "INBOX_HOME": str(home),
            "INBOX_EXPORTS": str(exports),
            "INBOX_TIMEZONE": TIMEZONE,
            "PYTHONPATH": str(project),
            # The first run keeps what Python compiles, as an installed project does.
            "PYTHONDONTWRITEBYTECODE": "",
        },
    )
