"""What the tests cost: CPU seconds by file, of the tests' processes and of all that they start.

Time on the wall says more of the machine than of the tests; this is told at the end of a run.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import pytest

PROPERTY = "cpu_seconds"
DEAREST = (
    "models_against_oracle", "pipeline", "faults", "incremental", "privacy", "erasure",
    "report_page_browser", "operator", "explanations", "replay", "deployment", "postgres_build",
)  # fmt: skip
"""Files to begin with: the last one would keep a process busy while the others have nothing."""

MOST_FILES = 12
LEAST_SECONDS = 1.0


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the dearest files first, each in its order."""
    places = {f"test_{name}": place for place, name in enumerate(DEAREST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Notes where a test begins, with the fixtures that are made for it."""
    item.stash[_BEGUN] = _cpu_seconds()
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Notes what it has cost; a process that outlives its test counts where it ends."""
    try:
        return (yield)
    finally:
        spent = _cpu_seconds() - item.stash.get(_BEGUN, _cpu_seconds())
        item.user_properties.append((PROPERTY, round(spent, 2)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The files that cost most."""
    costs: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "teardown":
                costs[report.location[0]] += dict(report.user_properties).get(PROPERTY, 0)
    if costs.total() >= LEAST_SECONDS:
        terminalreporter.section(f"{costs.total():.0f} CPU seconds, of them")
        for file, seconds in costs.most_common(MOST_FILES):
            terminalreporter.line(f"{seconds:8.1f}  {file}")


_BEGUN = pytest.StashKey[float]()
