"""Reading Spark's event log: what each statement of dbt cost the driver and the executors.

A line is an event. Statements are those of the Thrift server; a job says in its properties which
statement it is of, a task which stage, and dbt writes a model's name into a comment of its
statements.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

_MODEL = re.compile(r'"node_id": "model\.\w+\.(\w+)"')
_EVENTS = (
    "SparkListenerThriftServerOperationStart",
    "SparkListenerThriftServerOperationFinish",
    "SparkListenerJobStart",
    "SparkListenerJobEnd",
    "SparkListenerTaskEnd",
)


@dataclass(frozen=True)
class Task:
    """cpu_seconds: with the time to read the task itself. seconds: on the clock of its executor."""

    seconds: float
    cpu_seconds: float
    gc_seconds: float
    shuffle_read_bytes: int
    shuffle_write_bytes: int
    output_bytes: int
    spilled_bytes: int


@dataclass
class Stage:
    """Tasks that do the same on other partitions; failed ones are among them."""

    number: int
    tasks: list[Task] = field(default_factory=list)

    def skew(self, name: str) -> float:
        """How many times the median task's figure the largest one is."""
        values = [getattr(task, name) for task in self.tasks]
        return float(max(values) / median(values)) if median(values) else 1.0


@dataclass
class Statement:
    """One statement of the Thrift server. model: None beside the models. Times are epoch seconds.

    What is not busy of its time is the driver's alone: planning, the metastore, the commit.
    """

    model: str | None
    text: str
    started_at: float
    ended_at: float
    stages: list[Stage] = field(default_factory=list)
    jobs: list[tuple[float, float]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """From the arrival of the statement to its end."""
        return self.ended_at - self.started_at

    @property
    def busy_seconds(self) -> float:
        """How long jobs of it ran."""
        busy, reached = 0.0, 0.0
        for start, end in sorted(self.jobs):
            busy += max(end - max(start, reached), 0.0)
            reached = max(reached, end)
        return busy

    @property
    def tasks(self) -> list[Task]:
        """The tasks of all its stages."""
        return [task for stage in self.stages for task in stage.tasks]


def read_statements(log: Path) -> list[Statement]:
    """The statements of an event log, in the order of their start.

    The log must be one file and not compressed (`spark.eventLog.rolling.enabled`, `.compress`).
    """
    statements: dict[str, Statement] = {}
    stages: dict[int, Stage] = {}
    jobs: dict[int, tuple[str, float]] = {}
    with log.open(encoding="utf-8") as lines:
        for name, event in _events(lines):
            if name == "SparkListenerThriftServerOperationStart":
                started_at = event["startTime"] / 1000
                found = _MODEL.search(event["statement"])
                statements[event["id"]] = Statement(
                    model=found[1] if found else None,
                    text=re.sub(r"/\*.*?\*/", "", event["statement"], flags=re.DOTALL).strip(),
                    started_at=started_at,
                    ended_at=started_at,
                )
            elif name == "SparkListenerThriftServerOperationFinish":
                statements[event["id"]].ended_at = event["finishTime"] / 1000
            elif name == "SparkListenerJobStart":
                group = event["Properties"].get("spark.jobGroup.id")
                if group in statements:
                    jobs[event["Job ID"]] = group, event["Submission Time"] / 1000
                    for number in event["Stage IDs"]:
                        # Of a stage that an earlier job has run, a later one uses the outcome.
                        if number not in stages:
                            stages[number] = Stage(number)
                            statements[group].stages.append(stages[number])
            elif name == "SparkListenerJobEnd" and event["Job ID"] in jobs:
                group, started_at = jobs[event["Job ID"]]
                statements[group].jobs.append((started_at, event["Completion Time"] / 1000))
            elif name == "SparkListenerTaskEnd":
                stage, metrics = stages.get(event["Stage ID"]), event.get("Task Metrics")
                # Those of a task that was lost with its executor are not known.
                if stage and metrics:
                    stage.tasks.append(_task(metrics))
    return sorted(statements.values(), key=lambda statement: statement.started_at)


def _events(lines: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events that are used, by name without package; others, mostly plans, stay unparsed."""
    for line in lines:
        name = line[: line.find('",')].rpartition('"')[2].rpartition(".")[2]
        if name in _EVENTS:
            yield name, json.loads(line)


def _task(metrics: dict[str, Any]) -> Task:
    read, written = metrics["Shuffle Read Metrics"], metrics["Shuffle Write Metrics"]
    cpu = metrics["Executor CPU Time"] + metrics["Executor Deserialize CPU Time"]
    return Task(
        seconds=metrics["Executor Run Time"] / 1e3,
        cpu_seconds=cpu / 1e9,
        gc_seconds=metrics["JVM GC Time"] / 1e3,
        shuffle_read_bytes=read["Remote Bytes Read"] + read["Local Bytes Read"],
        shuffle_write_bytes=written["Shuffle Bytes Written"],
        output_bytes=metrics["Output Metrics"]["Bytes Written"],
        spilled_bytes=metrics["Disk Bytes Spilled"],
    )
