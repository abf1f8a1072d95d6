"""`python -m lab.bench.spark`: what the models cost on a Spark cluster of this machine.

Parts:
    rebuild     every model built anew on as many workers as asked for, of one core each; then a day
    skew        a rebuild where half of all conversations have one agent and one label
    quantiles   exact quantiles over more and more values in one group, which is one task

The event log tells what each statement cost; wall time tells little on a machine that is busy.
Results lie beside those of `python -m lab.bench`, and docs/scale.md is filled from them.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from pyhive import exc, hive

from lab.bench.document import machine
from lab.bench.event_log import Statement, read_statements
from lab.bench.inputs import clear, copy, exports_with_day, landed_home, say
from lab.bench.measure import measure, run
from lab.bench.scale_document import result_file, write_sections
from lab.bench.sizes import SIZES, Size
from tests.services.spark import SparkCluster

# Of statements that are of no model: dbt's own, and those that make landed files readable.
BESIDE_MODELS = "beside the models"


def rebuild(size: Size, cores: int) -> dict[str, Any]:
    """Builds every model anew on a new cluster, and then one more day; what that cost, by model."""
    exports, _ = exports_with_day(size)
    home = _home(size, landed_home(size))
    log = size.folder / "spark-events"
    with _logging_cluster(cores, log) as cluster:
        say(f"building {size.name} on {cores} cores")
        anew = _build(cluster, home)
        say("adding a day")
        run("lab.bench.warehouse:load", home=str(home), exports=str(exports))
        day = _build(cluster, home)
    statements = _statements(log)
    return {**_with_models(anew, statements), "day": _with_models(day, statements)}


def skew(size: Size, cores: int) -> dict[str, Any]:
    """A rebuild of the size where one agent and one label are on half of the conversations.

    Partitions stay apart however small they are, so that they can be compared.
    """
    home = _home(size, skewed_home(size))
    log = size.folder / "spark-events"
    conf = {"spark.sql.adaptive.coalescePartitions.enabled": "false"}
    with _logging_cluster(cores, log, conf) as cluster:
        say(f"building {size.name} with a giant agent and label")
        anew = _build(cluster, home)
    return _with_models(anew, _statements(log))


def quantiles(size: Size, cores: int) -> dict[str, Any]:
    """The quantiles of a period's timings over so many values, until an executor cannot hold them.

    The four quantiles of a group of fct_period_timings, over values that are all distinct.
    """
    log = size.folder / "spark-events"
    groups: list[dict[str, Any]] = []
    with (
        _logging_cluster(cores, log, {"spark.task.maxFailures": "1"}) as cluster,
        hive.connect("127.0.0.1", cluster.port) as connection,
    ):
        for millions in (1, 2, 4):
            say(f"quantiles of {millions} million values")
            columns = ", ".join(
                f"percentile_cont({fraction}) within group (order by {value})"
                for value in ("first", "second")
                for fraction in (0.5, 0.9)
            )
            try:
                connection.cursor().execute(
                    f"select {columns} from (select pmod(xxhash64(id), 1e12) as first, "
                    f"pmod(xxhash64(id, 1), 1e12) as second from range({millions * 1_000_000}))"
                )
            except exc.OperationalError:
                groups.append({"millions": millions, "is_complete": False})
                break
            groups.append({"millions": millions, "is_complete": True})
    statements = [one for one in _statements(log) if "percentile_cont" in one.text]
    for group, statement in zip(groups, statements, strict=True):
        # All values meet in the one task of the last stage.
        last = statement.stages[-1].tasks
        group |= {
            "cpu_seconds": max((task.cpu_seconds for task in last), default=0),
            "gc_seconds": max((task.gc_seconds for task in last), default=0),
            "shuffle_bytes": max((task.shuffle_read_bytes for task in last), default=0),
        }
    return {"groups": groups}


PARTS: dict[str, Callable[[Size, int], dict[str, Any]]] = {
    "rebuild": rebuild,
    "skew": skew,
    "quantiles": quantiles,
}


def skewed_home(size: Size) -> Path:
    """A home with the size's landed history, of which one agent and one label have half."""
    home = size.folder / "skewed"
    if (size.folder / "skewed.done").exists():
        return home
    clear(home)
    copy(landed_home(size), home, linked=True)
    is_heavy = "hash(thread_id) % 2 = 0"
    heavy_columns = {
        "threads": f"""
            case when {is_heavy} and assigned_agent_id is not null then 'heavy'
                else assigned_agent_id end as assigned_agent_id,
            case when {is_heavy} and closed_by_agent_id is not null then 'heavy'
                else closed_by_agent_id end as closed_by_agent_id,
            case when {is_heavy} then list_append(labels, 'heavy') else labels end as labels
        """,
        "messages": f"""
            case when {is_heavy} and author_type = 'agent' then 'heavy'
                else author_id end as author_id
        """,
    }
    with duckdb.connect() as connection:
        for entity, columns in heavy_columns.items():
            for file in sorted((home / "raw" / entity).rglob("*.parquet")):
                # Written beside it first: the file is a link to the history's own.
                other = file.with_suffix(".heavy")
                connection.execute(
                    f"copy (select * replace ({columns}) from read_parquet('{file}', "
                    f"hive_partitioning = false)) to '{other}' (format parquet)"
                )
                other.replace(file)
    (size.folder / "skewed.done").touch()
    return home


def by_model(statements: Iterable[Statement]) -> dict[str, dict[str, Any]]:
    """The cost of each model, and of what is beside them; bytes and CPU seconds of all tasks.

    driver_seconds: of the clock, while no job of a statement ran. largest_bytes: the most that a
    task read of a shuffle, skew: how many times the median of its stage that is; longest_seconds:
    the CPU of the longest task.
    """
    models: dict[str, dict[str, Any]] = {}
    for statement in statements:
        cost = models.setdefault(
            statement.model or BESIDE_MODELS,
            {
                "seconds": 0.0,
                "driver_seconds": 0.0,
                "tasks": 0,
                "cpu_seconds": 0.0,
                "gc_seconds": 0.0,
                "shuffle_bytes": 0,
                "output_bytes": 0,
                "spilled_bytes": 0,
                "longest_seconds": 0.0,
                "largest_bytes": 0,
                "skew": 1.0,
            },
        )
        cost["seconds"] += statement.seconds
        cost["driver_seconds"] += statement.seconds - statement.busy_seconds
        for task in statement.tasks:
            cost["tasks"] += 1
            cost["cpu_seconds"] += task.cpu_seconds
            cost["gc_seconds"] += task.gc_seconds
            cost["shuffle_bytes"] += task.shuffle_write_bytes
            cost["output_bytes"] += task.output_bytes
            cost["spilled_bytes"] += task.spilled_bytes
            cost["longest_seconds"] = max(cost["longest_seconds"], task.cpu_seconds)
        for stage in statement.stages:
            largest = max((task.shuffle_read_bytes for task in stage.tasks), default=0)
            if largest > cost["largest_bytes"]:
                cost["largest_bytes"] = largest
                cost["skew"] = stage.skew("shuffle_read_bytes")
    return models


def _logging_cluster(cores: int, log: Path, conf: Mapping[str, str] | None = None) -> SparkCluster:
    clear(log)
    log.mkdir(parents=True)
    return SparkCluster(
        {
            "spark.eventLog.enabled": "true",
            "spark.eventLog.dir": f"file://{log}",
            "spark.eventLog.rolling.enabled": "false",
            "spark.eventLog.compress": "false",
            # Adaptive execution joins those that are small.
            "spark.sql.shuffle.partitions": "32",
            **(conf or {}),
        },
        workers=cores,
        memory="2g",
    )


def _statements(log: Path) -> list[Statement]:
    (file,) = log.iterdir()
    return read_statements(file)


def _home(size: Size, landed: Path) -> Path:
    """A home of its own with what has landed in another."""
    home = size.folder / "spark"
    clear(home)
    home.mkdir(parents=True)
    copy(landed / "raw", home / "raw", linked=True)
    return home


def _build(cluster: SparkCluster, home: Path) -> dict[str, Any]:
    """The project's own build on the cluster, without tests: its processes' CPU, its hours."""
    os.environ |= {"INBOX_ENGINE": "spark", **cluster.environment}
    before, began_at = _cpu_seconds(cluster), time.time()
    built = measure("lab.bench.warehouse:build", home=str(home))
    after = _cpu_seconds(cluster)
    return {
        "began_at": began_at,
        "seconds": built.wall_seconds,
        "dbt_cpu_seconds": built.cpu_seconds,
        **{f"{name}_cpu_seconds": after[name] - before[name] for name in after},
    }


def _with_models(build: dict[str, Any], statements: list[Statement]) -> dict[str, Any]:
    began_at = build.pop("began_at")
    its_own = (one for one in statements if 0 <= one.started_at - began_at <= build["seconds"])
    return {**build, "models": by_model(its_own)}


def _cpu_seconds(cluster: SparkCluster) -> dict[str, float]:
    return {
        "driver": cluster.cpu_seconds("thrift-server"),
        "executors": sum(map(cluster.cpu_seconds, cluster.workers)),
    }


def main() -> None:
    """Measures what was asked for, and fills docs/scale.md."""
    parser = argparse.ArgumentParser(prog="lab.bench.spark", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="S", help="of the inbox")
    parser.add_argument("--cores", type=int, default=2, help="workers, of one core each")
    parser.add_argument("--parts", default="rebuild", help=f"some of {', '.join(PARTS)}")
    asked = parser.parse_args()
    size = SIZES[asked.size]
    # Settings of the caller's own warehouse must not leak into a measurement.
    for name in [name for name in os.environ if name.startswith("INBOX_")]:
        del os.environ[name]
    for part in asked.parts.split(","):
        result = {
            "part": part,
            "size": size.name,
            "messages": size.messages,
            "cores": asked.cores,
            "date": datetime.now(UTC).date().isoformat(),
            "machine": machine(),
            **PARTS[part](size, asked.cores),
        }
        path = result_file(part, size.name, asked.cores)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(result, indent=2))
    write_sections()


if __name__ == "__main__":
    main()
