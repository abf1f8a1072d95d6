"""What docs/scale.md says is worked out from results, and written between its markers alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lab.bench.scale_document import result_file, write_sections
from lab.bench.scale_model import cluster_model, line


def rebuild(millions: int, executors: float, shuffled: int) -> dict[str, Any]:
    models = {"fct_threads": {"shuffle_bytes": shuffled - 1}, "fct_ratings": {"shuffle_bytes": 1}}
    zeros = dict.fromkeys(
        ("tasks", "cpu_seconds", "gc_seconds", "output_bytes", "spilled_bytes"), 0
    )
    return {
        "messages": millions * 1_000_000,
        "driver_cpu_seconds": 100.0,
        "executors_cpu_seconds": executors,
        "models": {name: {**zeros, **model} for name, model in models.items()},
    }


QUANTILES = {
    "part": "quantiles",
    "size": "S",
    "cores": 2,
    "messages": 1_000_000,
    "groups": [
        {"millions": 1, "is_complete": True, "cpu_seconds": 3.0},
        {"millions": 3, "is_complete": True, "cpu_seconds": 7.0},
        {"millions": 8, "is_complete": False, "cpu_seconds": 0.0},
    ],
}


def test_a_line_goes_on_from_two_sizes() -> None:
    cost = line(rebuild(1, 200, 50), rebuild(3, 260, 150), "executors_cpu_seconds")
    assert (cost.fixed, cost.slope) == (170, 30)
    assert cost.at(10) == 470


def test_cores_divide_what_tasks_share_and_nothing_else() -> None:
    model = cluster_model(rebuild(1, 200, 50), rebuild(3, 260, 150), QUANTILES)
    few, many = model.parts(1000, 16), model.parts(1000, 64)
    assert few["tasks"] == 4 * many["tasks"] > 0
    assert few["shuffle"] == 4 * many["shuffle"] > 0
    assert few["driver"] == many["driver"] == 100
    # Two seconds for each million of the last year's conversations.
    assert few["longest task"] == many["longest task"] == pytest.approx(2 * 1000 / 8 * 0.39)


def test_only_sections_with_results_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_FOLDER", str(tmp_path))
    groups = [{**group, "gc_seconds": 0, "shuffle_bytes": 0} for group in QUANTILES["groups"]]
    path = result_file("quantiles", "S", 2)
    path.parent.mkdir()
    path.write_text(json.dumps({**QUANTILES, "groups": groups}))
    document = tmp_path / "scale.md"
    text = "above\n<!-- {} -->\nold\n<!-- end -->\nbelow\n"
    document.write_text(text.format("spark-runs") + text.format("spark-quantiles"))
    write_sections(document)
    kept, _, written = document.read_text().partition("below\n")
    assert kept + "below\n" == text.format("spark-runs")
    assert "old" not in written
    assert "3 million" in written
    assert written.startswith("above\n<!-- spark-quantiles -->\n|")
    assert written.endswith("|\n<!-- end -->\nbelow\n")
