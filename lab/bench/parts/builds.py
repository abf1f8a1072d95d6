"""What building costs: a rebuild, a day, memory."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from unittest.mock import patch

from lab.bench import inputs
from lab.bench.measure import measure, run
from lab.bench.parts.tables import COSTS, Result, costs, memory_size, number, ratio, read_result
from lab.bench.sizes import SIZES, Size


def rebuild(size: Size, repetitions: int) -> Result:
    """A full rebuild beside hand-written SQL, pandas and polars, whose marts must be the same."""
    home, ours = inputs.rebuild_of(size, repetitions)
    warehouse = str(home / "warehouse" / "warehouse.duckdb")
    landed = str(inputs.landed_home(size))
    competitors = {"floor": "lab.bench.floor:rebuild"}
    if size.name != "L":  # their tables do not fit in this memory
        competitors |= {
            "polars": "lab.bench.peer_polars:rebuild",
            "pandas": "lab.bench.peer_pandas:rebuild",
        }
    measured = {"warehouse": ours}
    compared = {}
    for name, task in competitors.items():
        inputs.say(f"computing the same by {name}")
        target = size.folder / name
        measured[name] = measure(task, repetitions, home=landed, target=str(target))
        theirs = target / "floor.duckdb" if name == "floor" else target
        compared[name] = run(
            "lab.bench.compare:assert_same_marts", warehouse=warehouse, competitor=str(theirs)
        )
        inputs.clear(target)
    floor = measured["floor"]
    ranges = floor.outcome["range_tables_cpu_seconds"]
    sql_cpu = floor.work_cpu_seconds
    titles = {
        "warehouse": "the warehouse, by dbt, without tests",
        "floor": "hand-written SQL, the same tables",
        "polars": "polars, streaming; facts and marts",
        "pandas": "pandas; facts and marts",
    }
    rows = [
        [
            *costs(titles[name], one),
            ratio(one.work_cpu_seconds, sql_cpu),
            ratio(one.wall_seconds, ours.wall_seconds),
        ]
        for name, one in measured.items()
    ]
    equal = sum(next(iter(compared.values())).values())
    notes = []
    if size.is_published:
        inputs.say("testing and publishing the warehouse")
        for name in ("test", "publish"):
            measured[name] = measure(f"lab.bench.warehouse:{name}", home=str(home))
            if name == "test":
                tests_cpu = measured[name].outcome["test_cpu_seconds"]
                measured[name] = replace(measured[name], work_cpu_seconds=tests_cpu)
            rows.append([*costs(f"beside it: {name} the warehouse", measured[name]), "", ""])
        failed = measured["test"].outcome["failed"]
        told = f", failed: {', '.join(failed)}." if failed else "."
        notes.append(
            f"Tests, of every row: {measured['test'].outcome['tests']} passed{told} Their process "
            "makes the models that no batch changes once more, which is not in their work."
        )
    return {
        "columns": [*COSTS, "work CPU / SQL", "wall / warehouse"],
        "rows": rows,
        "notes": [
            "The warehouse over hand-written SQL in CPU: "
            f"{ratio(ours.work_cpu_seconds, sql_cpu)}; over the SQL for facts and marts alone, "
            f"without its tables for any range ({ranges:.1f} s): "
            f"{ratio(ours.work_cpu_seconds, sql_cpu - ranges)}.",
            f"The marts of {', '.join(competitors)} were compared with the warehouse's, "
            f"{equal:,} rows value by value: no difference.",
            *notes,
        ],
        "measured": {name: one.as_record() for name, one in measured.items()},
    }


def day(size: Size, repetitions: int) -> Result:
    """One more day on the history: of the size's own volume, and of S's where that is another."""
    rows, measured, notes = [], {}, []
    small = SIZES["S"].messages // SIZES["S"].days
    volumes: dict[str, int | None] = {"a day of its own volume": None}
    if size.name in ("M", "L"):
        volumes["a day of S's volume"] = small
    rebuilt = read_result("rebuild", size.name)
    for name, messages in volumes.items():
        inputs.say(name)
        exports, date = inputs.exports_with_day(size, messages)
        home = size.folder / "home"
        one = measure(
            "lab.bench.warehouse:add_days",
            repetitions,
            before_each=lambda: inputs.built_home(size),
            home=str(home),
            exports=str(exports),
        )
        touched = run("lab.bench.warehouse:touched", home=str(home), day=date)
        record = {**one.as_record(), "touched": touched}
        measured["own" if messages is None else "small"] = record
        against = ""
        if rebuilt:
            anew = rebuilt["measured"]["warehouse"]["work_cpu_seconds"]
            against = f"1/{anew / one.outcome['build_cpu_seconds']:.1f}"
        incoming = sum(touched[entity] for entity in touched if entity != "touched_threads")
        rows.append(
            [
                name,
                f"{incoming:,}",
                f"{touched['touched_threads']:,}",
                number(one.outcome["load_cpu_seconds"]),
                number(one.outcome["build_cpu_seconds"]),
                number(one.outcome["build_wall_seconds"]),
                number(one.outcome["test_cpu_seconds"]),
                number(one.outcome["publish_cpu_seconds"]),
                f"{one.outcome['publish']['rows_written']:,}",
                number(one.cpu_seconds),
                number(one.wall_seconds),
                memory_size(one.peak_megabytes),
                against,
            ]
        )
    if not rebuilt:
        notes.append("Run the part rebuild at this size too to see the ratio to a rebuild.")
    return {
        "columns": [
            "", "rows in", "threads touched", "load CPU s", "build CPU s", "build wall s",
            "tests CPU s", "publish CPU s", "rows published", "process CPU s",
            "process wall s", "peak memory", "build / rebuild",
        ],
        "rows": rows,
        "notes": ["Load, build, tests and publication in one process, no Dagster.", *notes],
        "measured": measured,
    }  # fmt: skip


def memory(size: Size, repetitions: int) -> Result:
    """One more day and a rebuild under limits of the engine's memory: what that costs."""
    rows, measured = [], {}
    exports, _ = inputs.exports_with_day(size)
    day_home, rebuild_home = size.folder / "home", size.folder / "rebuild"
    days = ("one more day", "add_days", partial(inputs.built_home, size),
            {"home": str(day_home), "exports": str(exports)})  # fmt: skip
    rebuilds = ("a full rebuild", "build", partial(inputs.home_to_rebuild, size),
                {"home": str(rebuild_home)})  # fmt: skip
    for limit, (title, task, before_each, arguments) in (
        ("1GB", days), ("2GB", days), ("8GB", rebuilds),
    ):  # fmt: skip
        inputs.say(f"{title} within {limit}")
        with patch.dict(os.environ, INBOX_MEMORY_LIMIT=limit):
            one = measure(
                "lab.bench.warehouse:watch_spill",
                repetitions,
                before_each=before_each,
                watched=task,
                **arguments,
            )
        measured[f"{task}-{limit}"] = one.as_record()
        spilled = memory_size(one.outcome["spilled_megabytes"])
        rows.append([title, limit, *costs("", one)[1:], spilled])
    inputs.clear(rebuild_home)
    return {
        "columns": ["", "INBOX_MEMORY_LIMIT", *COSTS[1:], "spilled"],
        "rows": rows,
        "notes": [
            "A day of its own volume is loaded, built, tested and published; a rebuild is without "
            "its tests. *Spilled* is the most that lay on disk at once, in the last repetition."
        ],
        "measured": measured,
    }
