"""The benchmark runs: its competitors compute the warehouse's marts, and its document is made."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lab.bench.document import write_document
from lab.bench.measure import TaskFailed, run
from lab.bench.parts import result_file

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of a rebuild, a load and distinct users of a tiny inbox, once for all tests."""
    folder = tmp_path_factory.mktemp("bench")
    subprocess.run(
        [sys.executable, "-m", "lab.bench", "--size", "tiny", "--parts", "rebuild,ingestion",
         "--no-document"],
        cwd=PROJECT,
        env={**os.environ, "BENCH_FOLDER": str(folder)},
        check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return folder


def test_competitors_are_compared_with_the_warehouse(folder: Path) -> None:
    result = json.loads((folder / "results" / "rebuild-tiny.json").read_text())
    assert {"warehouse", "floor", "polars", "pandas"} <= result["measured"].keys()
    assert any("no difference" in note for note in result["notes"])
    assert all(len(row) == len(result["columns"]) for row in result["rows"])


def test_a_mart_that_differs_voids_the_comparison(folder: Path) -> None:
    import duckdb

    warehouse = folder / "tiny" / "rebuild" / "warehouse" / "warehouse.duckdb"
    other = folder / "other.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as ours (read_only)")
        connection.execute(f"attach '{other}' as theirs")
        for (table,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = 'ours' "
            "and schema_name = 'main' and table_name like 'mart_%'"
        ).fetchall():
            connection.execute(f"create table theirs.{table} as from ours.main.{table}")
        connection.execute(
            "update theirs.mart_agents_weekly set closing_seconds_p90 = closing_seconds_p90 + 0.01 "
            "where closing_seconds_p90 = (select max(closing_seconds_p90) "
            "from theirs.mart_agents_weekly)"
        )
    with pytest.raises(TaskFailed):
        run("lab.bench.compare:assert_same_marts", warehouse=str(warehouse), competitor=str(other))


def test_every_format_is_landed_and_copied(folder: Path) -> None:
    result = json.loads((folder / "results" / "ingestion-tiny.json").read_text())
    assert [row[0] for row in result["rows"]] == ["csv", "jsonl", "parquet"]


def test_a_part_measured_anew_replaces_its_own_section_alone(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_FOLDER", str(tmp_path))
    document = tmp_path / "benchmarks.md"
    measured = json.loads((folder / "results" / "ingestion-tiny.json").read_text())
    for part, size, repetitions in (("ingestion", "S", 3), ("queries", "M", 3)):
        path = result_file(part, size)
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({**measured, "size": size, "repetitions": repetitions}))
    write_document(document)
    result_file("queries", "M").unlink()
    path = result_file("ingestion", "S")
    path.write_text(json.dumps({**measured, "repetitions": 7}))
    write_document(document)
    text = document.read_text()
    assert text.count("7 repetitions") == 1
    assert text.count("3 repetitions") == 1
    assert text.index("## The report's queries") < text.index("## Ingestion")
