"""The reader of Spark's event log gives each model what its statements cost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lab.bench.event_log import read_statements
from lab.bench.spark import BESIDE_MODELS, by_model

THRIFT = "org.apache.spark.sql.hive.thriftserver.ui.SparkListenerThriftServer"
FACT = '/* {"app": "dbt", "node_id": "model.inbox_warehouse.fct_threads"} */\n'


def statement(name: str, text: str, started: int, finished: int) -> list[dict[str, Any]]:
    return [
        {"Event": f"{THRIFT}OperationStart", "id": name, "statement": text, "startTime": started},
        {"Event": f"{THRIFT}OperationFinish", "id": name, "finishTime": finished},
    ]


def job(number: int, group: str | None, stages: list[int], start: int, end: int) -> list[Any]:
    properties = {} if group is None else {"spark.jobGroup.id": group}
    return [
        {
            "Event": "SparkListenerJobStart",
            "Job ID": number,
            "Submission Time": start,
            "Stage IDs": stages,
            "Properties": properties,
        },
        {"Event": "SparkListenerJobEnd", "Job ID": number, "Completion Time": end},
    ]


def task(stage: int, cpu_seconds: float, read: int = 0, written: int = 0) -> dict[str, Any]:
    return {
        "Event": "SparkListenerTaskEnd",
        "Stage ID": stage,
        "Task Metrics": {
            "Executor Run Time": 5000,
            "Executor CPU Time": int(cpu_seconds * 1e9),
            "Executor Deserialize CPU Time": 500_000_000,
            "JVM GC Time": 250,
            "Disk Bytes Spilled": 7,
            "Shuffle Read Metrics": {"Remote Bytes Read": read, "Local Bytes Read": 1},
            "Shuffle Write Metrics": {"Shuffle Bytes Written": written},
            "Output Metrics": {"Bytes Written": 3},
        },
    }


@pytest.fixture
def log(tmp_path: Path) -> Path:
    events = [
        {"Event": "SparkListenerLogStart", "Spark Version": "4.2.1"},
        *statement("use", "use inbox", 1_000, 1_500),
        *statement("create", FACT + "create table fct_threads as select 1", 2_000, 12_000),
        *job(1, "create", [1, 2], 3_000, 6_000),
        *job(2, "create", [2, 3], 5_000, 8_000),
        *job(3, None, [4], 0, 9_000),
        *statement("describe", FACT + "describe fct_threads", 20_000, 21_000),
        task(1, 1, written=40),
        task(2, 2, read=9),
        task(2, 2, read=9),
        task(2, 3, read=99),
        task(4, 100),
        {"Event": "SparkListenerTaskEnd", "Stage ID": 3, "Task End Reason": "lost"},
    ]
    path = tmp_path / "app-1"
    path.write_text("".join(json.dumps(event, separators=(",", ":")) + "\n" for event in events))
    return path


def test_statements_have_their_jobs_and_tasks(log: Path) -> None:
    use, create, describe = read_statements(log)
    assert (use.model, use.text, use.seconds, use.tasks) == (None, "use inbox", 0.5, [])
    assert (create.model, create.text) == ("fct_threads", "create table fct_threads as select 1")
    assert create.seconds == 10
    # Two jobs that overlapped.
    assert create.busy_seconds == 5
    assert [len(stage.tasks) for stage in create.stages] == [1, 3, 0]
    assert describe.busy_seconds == 0


def test_costs_are_summed_by_model(log: Path) -> None:
    costs = by_model(read_statements(log))
    assert costs.keys() == {BESIDE_MODELS, "fct_threads"}
    fact = costs["fct_threads"]
    assert (fact["seconds"], fact["driver_seconds"], fact["tasks"]) == (11, 6, 4)
    assert (fact["cpu_seconds"], fact["gc_seconds"], fact["longest_seconds"]) == (10, 1, 3.5)
    assert (fact["shuffle_bytes"], fact["output_bytes"], fact["spilled_bytes"]) == (40, 12, 28)
    assert (fact["largest_bytes"], fact["skew"]) == (100, 10)
