"""docs/benchmarks.md from the results: a part that was measured anew replaces its own section."""

from __future__ import annotations

import json
import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from lab.bench.parts import PARTS, result_file
from lab.bench.sizes import ROOT, SIZES

DOCUMENT = ROOT / "docs" / "benchmarks.md"

_HEAD = """# Benchmarks

For whoever chooses a machine, or asks what a day, a rebuild or another tool costs. Made by `make
bench` (`lab/bench/`), section by section: each was measured by the command and on the machine that
it names, and is replaced when that part is measured again. The inputs come from
`inbox sample` with seed 1: one conversation for 8 messages, 0.25 ratings and 0.6 labels each, three
years of daily exports. S is 1 million messages, M 10 million, L 100 million. The zone is
Europe/Warsaw.

Each measurement is a process of its own. *CPU* is user and system time of it and its children,
*work* is without starting Python and importing; *peak memory* is the highest resident size. Figures
are medians of the stated repetitions. The marts of every competitor are compared with the
warehouse's, value by value, or the benchmark stops.
"""


def machine() -> dict[str, Any]:
    """Cores, processor, memory and versions, as the document names them."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ("duckdb", "dbt-core", "dbt-duckdb", "dagster", "pandas", "polars", "pyarrow")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "memory_gib": round(memory),
        "python": platform.python_version(),
        **{name: _version(name) for name in packages},
    }


def write_document(document: Path = DOCUMENT) -> None:
    """Puts every result that is at hand into its section; other sections stay as they are."""
    before = document.read_text(encoding="utf-8") if document.exists() else ""
    sections = dict(re.findall(r"<!-- (\S+) -->\n(.*?)<!-- end -->", before, re.DOTALL))
    for part in PARTS:
        for size in SIZES:
            path = result_file(part, size)
            if path.exists() and SIZES[size].is_published:
                sections[f"{part}-{size}"] = _section(json.loads(path.read_text()))
    growth = _growth()
    if growth:
        sections["growth"] = growth
    lines = [_HEAD]
    for part, (title, _) in PARTS.items():
        found = [size for size in SIZES if f"{part}-{size}" in sections]
        if found:
            lines.append(f"\n## {title}\n")
        for size in found:
            name = f"{part}-{size}"
            lines.append(f"\n### {size}\n\n<!-- {name} -->\n{sections[name]}<!-- end -->\n")
        if part == "day" and "growth" in sections:
            lines.append(f"\n### Growth\n\n<!-- growth -->\n{sections['growth']}<!-- end -->\n")
    document.write_text("".join(lines), encoding="utf-8")


def _section(result: dict[str, Any]) -> str:
    told = result["machine"]
    versions = ", ".join(
        f"{name} {told[name]}"
        for name in ("python", "duckdb", "dbt-core", "dagster", "pandas", "polars")
        if told.get(name)
    )
    repetitions = result["repetitions"]
    lines = [
        table(result["columns"], result["rows"]),
        "",
        *(f"- {note}" for note in result["notes"]),
        f"- `{result['command']}`, {result['date']}, "
        f"{repetitions} repetition{'s' if repetitions > 1 else ''}; {told['cores']} cores "
        f"({told['processor']}), {told['memory_gib']} GiB; {versions}.",
        "",
    ]
    return "\n".join(lines)


def _growth() -> str:
    """How a day grows with the history, where it has been measured at S and at larger sizes."""
    days = {
        size: json.loads(result_file("day", size).read_text())["measured"]
        for size in ("S", "M", "L")
        if result_file("day", size).exists()
    }
    if "S" not in days or len(days) < 2:
        return ""
    base = days["S"]["own"]
    rows = []
    for size, measured in days.items():
        for name, title in (("own", "its own volume"), ("small", "S's volume")):
            if size != "S" and name in measured:
                build = measured[name]["outcome"]["build_cpu_seconds"]
                ratio = build / base["outcome"]["build_cpu_seconds"]
                whole = measured[name]["cpu_seconds"] / base["cpu_seconds"]
                rows.append([f"a day of {title} on {size}", f"{ratio:.1f}", f"{whole:.1f}"])
    columns = ["against a day of S on S", "build CPU", "process CPU"]
    return table(columns, rows) + "\n"


def table(columns: list[str], rows: list[list[str]]) -> str:
    """A Markdown table; the first column is text, the others are numbers."""
    lines = [columns, ["---", *("---:" for _ in columns[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.machine()
    found = re.search(r"model name\s*:\s*(.+)", text)
    return found[1].strip() if found else platform.machine()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
