"""The tables of docs/scale.md, between their markers, from the results of lab.bench.spark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lab.bench.document import table
from lab.bench.scale_model import ClusterModel, cluster_model, line, totals
from lab.bench.sizes import ROOT, bench_folder

DOCUMENT = ROOT / "docs" / "scale.md"

Result = dict[str, Any]


def result_file(part: str, size: str, cores: int) -> Path:
    """Where the result of a part lies."""
    return bench_folder() / "results" / f"spark-{part}-{size}-{cores}.json"


def write_sections(document: Path = DOCUMENT) -> None:
    """Fills each section whose results are all at hand; the others stay as they are."""
    sections = {}
    rebuilds, skewed = _results("rebuild"), _results("skew")
    grouped = _results("quantiles").get(("S", 2))
    if {("XS", 2), ("S", 2), ("M", 2)} <= rebuilds.keys():
        smallest, smaller, larger = (rebuilds[size, 2] for size in ("XS", "S", "M"))
        sections["spark-runs"] = _runs(list(rebuilds.values()))
        sections["spark-models"] = _models(smallest, smaller, larger)
        sections["spark-prediction"] = _prediction(smallest, smaller, larger)
        if grouped:
            sections["spark-clusters"] = _clusters(
                cluster_model(smaller, larger, grouped),
                cluster_model(_day_of(smaller), _day_of(larger), grouped),
            )
    if grouped:
        sections["spark-quantiles"] = _quantiles(grouped)
    if skewed:
        *_, largest = skewed.values()
        sections["spark-skew"] = _skew(largest)
    text = document.read_text(encoding="utf-8")
    for name, section in sections.items():
        before, mark, others = text.partition(f"<!-- {name} -->\n")
        if mark:
            _, end, after = others.partition("<!-- end -->")
            text = f"{before}{mark}{section}\n{end}{after}"
    document.write_text(text, encoding="utf-8")


def _results(part: str) -> dict[tuple[str, int], Result]:
    found = (
        json.loads(path.read_text())
        for path in result_file(part, "x", 1).parent.glob(f"spark-{part}-*.json")
    )
    return {(one["size"], one["cores"]): one for one in sorted(found, key=_order)}


def _order(result: Result) -> tuple[int, int]:
    return result["messages"], result["cores"]


def _runs(results: list[Result]) -> str:
    rows = []
    for one in results:
        name = f"{one['size']}, {_counted(one['cores'], 'core')}"
        rows += [_run(name, one), _run(f"{name}, then a day", one["day"])]
    columns = [
        "", "wall s", "dbt CPU s", "driver CPU s", "executors CPU s", "of it tasks",
        "tasks", "shuffled MB", "written MB", "spilled MB",
    ]  # fmt: skip
    return table(columns, rows)


def _run(name: str, build: Result) -> list[str]:
    sums = totals(build)
    cpu = ("dbt_cpu_seconds", "driver_cpu_seconds", "executors_cpu_seconds", "cpu_seconds")
    return [
        name,
        f"{build['seconds']:,.0f}",
        *(f"{sums[cost]:,.0f}" for cost in cpu),
        f"{sums['tasks']:,}",
        *(_megabytes(sums[cost]) for cost in ("shuffle_bytes", "output_bytes", "spilled_bytes")),
    ]


def _models(smallest: Result, smaller: Result, larger: Result) -> str:
    """The models that cost most at the largest size, and the sum of the others."""

    def cpu(result: Result, names: list[str]) -> float:
        return sum(float(result["models"][name]["cpu_seconds"]) for name in names)

    by_cost = sorted(larger["models"], key=lambda name: -cpu(larger, [name]))
    groups = [[name] for name in by_cost[:12]] + [by_cost[12:]]
    millions = (larger["messages"] - smaller["messages"]) / 1e6
    rows = []
    for names in groups:
        costs = [larger["models"][name] for name in names]
        shuffled = sum(one["shuffle_bytes"] for one in costs)
        rows.append(
            [
                names[0] if len(names) == 1 else f"the other {len(names)}",
                *(f"{cpu(result, names):,.1f}" for result in (smallest, smaller, larger)),
                f"{(cpu(larger, names) - cpu(smaller, names)) / millions:.2f}",
                f"{shuffled / larger['messages']:.1f}",
                _megabytes(max(one["largest_bytes"] for one in costs)),
                f"{max(one['longest_seconds'] for one in costs):.1f}",
            ]
        )
    columns = [
        f"{smallest['cores']} cores", "XS, CPU s", "S, CPU s", "M, CPU s",
        "CPU s a million messages", "shuffled bytes a message", "largest partition MB",
        "longest task, CPU s",
    ]  # fmt: skip
    return table(columns, rows)


def _prediction(smallest: Result, smaller: Result, larger: Result) -> str:
    rows = []
    titles = {
        "cpu_seconds": ("tasks, CPU s", 1.0),
        "executors_cpu_seconds": ("executors, CPU s", 1.0),
        "driver_cpu_seconds": ("driver, CPU s", 1.0),
        "shuffle_bytes": ("shuffled MB", 1e-6),
        "output_bytes": ("written MB", 1e-6),
    }
    for cost, (title, unit) in titles.items():
        predicted = line(smallest, smaller, cost).at(larger["messages"] / 1e6) * unit
        found = totals(larger)[cost] * unit
        rows.append([title, f"{predicted:,.0f}", f"{found:,.0f}", f"{predicted / found - 1:+.0%}"])
    return table(["M from XS and S", "predicted", "measured", "error"], rows)


def _day_of(rebuilt: Result) -> Result:
    """The day that was added after a rebuild, on the same number of messages."""
    return {**rebuilt["day"], "messages": rebuilt["messages"]}


def _clusters(model: ClusterModel, day: ClusterModel) -> str:
    rows = []
    for millions in (100, 1_000, 10_000):
        for cores in (4, 16, 64, 256):
            parts = model.parts(millions, cores)
            rows.append(
                [
                    f"{millions / 1000:g} billion, {cores} cores",
                    *(
                        _duration(parts[name])
                        for name in ("driver", "tasks", "shuffle", "longest task")
                    ),
                    _duration(sum(parts.values())),
                    _duration(sum(day.parts(millions, cores).values())),
                ]
            )
    return table(
        [
            "messages, executor cores", "driver", "tasks", "shuffle", "longest task", "rebuild",
            "a day",
        ],
        rows,
    )  # fmt: skip


def _quantiles(result: Result) -> str:
    rows = [
        [
            f"{group['millions']} million",
            f"{group['cpu_seconds']:,.1f}",
            f"{group['gc_seconds']:,.1f}",
            _megabytes(group["shuffle_bytes"]),
            "yes" if group["is_complete"] else "no: out of memory",
        ]
        for group in result["groups"]
    ]
    return table(
        ["values in the group", "task CPU s", "collecting garbage s", "shuffled MB", "ends"], rows
    )


def _skew(result: Result) -> str:
    """The models with the largest partitions."""
    models = result["models"]
    largest = sorted(models, key=lambda name: -models[name]["largest_bytes"])
    rows = [
        [
            name,
            f"{models[name]['cpu_seconds']:.1f}",
            f"{models[name]['largest_bytes'] / 1e3:,.0f}",
            f"{models[name]['skew']:.1f}",
            f"{models[name]['longest_seconds']:.1f}",
        ]
        for name in largest[:8]
    ]
    columns = [
        f"{result['size']}, giants", "CPU s", "largest partition KB", "over the median",
        "longest task, CPU s",
    ]  # fmt: skip
    return table(columns, rows)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _megabytes(count: float) -> str:
    megabytes = count / 1e6
    return f"{megabytes:,.0f}" if megabytes >= 10 else f"{megabytes:.1f}"


def _duration(seconds: float) -> str:
    if seconds >= 7200:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"
