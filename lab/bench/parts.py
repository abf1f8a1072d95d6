"""The parts of the benchmark: each measures one question at one size, and gives its table.

A part gives `{"columns", "rows", "notes", "measured"}`: a table for readers, what has to be said
beside it, and every measurement as it was.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from lab.bench import inputs
from lab.bench.measure import Measurement, measure, run
from lab.bench.past import past
from lab.bench.sizes import SIZES, Size, bench_folder
from lab.bench.sources import LAST_DAY

Result = dict[str, Any]


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
            *_costs(titles[name], one),
            _ratio(one.work_cpu_seconds, sql_cpu),
            _ratio(one.wall_seconds, ours.wall_seconds),
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
            rows.append([*_costs(f"beside it: {name} the warehouse", measured[name]), "", ""])
        failed = measured["test"].outcome["failed"]
        told = f", failed: {', '.join(failed)}." if failed else "."
        notes.append(
            f"Tests, of every row: {measured['test'].outcome['tests']} passed{told} Their process "
            "makes the models that no batch changes once more, which is not in their work."
        )
    return {
        "columns": [*_COSTS, "work CPU / SQL", "wall / warehouse"],
        "rows": rows,
        "notes": [
            "The warehouse over hand-written SQL in CPU: "
            f"{_ratio(ours.work_cpu_seconds, sql_cpu)}; over the SQL for facts and marts alone, "
            f"without its tables for any range ({ranges:.1f} s): "
            f"{_ratio(ours.work_cpu_seconds, sql_cpu - ranges)}.",
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
    rebuilt = _result("rebuild", size.name)
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
                _number(one.outcome["load_cpu_seconds"]),
                _number(one.outcome["build_cpu_seconds"]),
                _number(one.outcome["build_wall_seconds"]),
                _number(one.outcome["test_cpu_seconds"]),
                _number(one.outcome["publish_cpu_seconds"]),
                f"{one.outcome['publish']['rows_written']:,}",
                _number(one.cpu_seconds),
                _number(one.wall_seconds),
                _memory(one.peak_megabytes),
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
        spilled = _memory(one.outcome["spilled_megabytes"])
        rows.append([title, limit, *_costs("", one)[1:], spilled])
    inputs.clear(rebuild_home)
    return {
        "columns": ["", "INBOX_MEMORY_LIMIT", *_COSTS[1:], "spilled"],
        "rows": rows,
        "notes": [
            "A day of its own volume is loaded, built, tested and published; a rebuild is without "
            "its tests. *Spilled* is the most that lay on disk at once, in the last repetition."
        ],
        "measured": measured,
    }


def orchestration(size: Size, repetitions: int) -> Result:
    """A whole `inbox run` of one more day, and how much of it is SQL and loading."""
    exports, _ = inputs.exports_with_day(size)
    home = size.folder / "home"
    inputs.say("a whole inbox run of a day")
    commands = []
    for _ in range(repetitions):
        inputs.built_home(size)
        commands.append(inputs.inbox_run(home, exports))
    whole = sorted(commands, key=lambda one: one.cpu_seconds)[len(commands) // 2]
    counted = measure(
        "lab.bench.warehouse:run_counting_sql",
        repetitions,
        before_each=lambda: inputs.built_home(size),
        home=str(home),
        exports=str(exports),
    )
    inputs.built_home(size)
    loading = measure("lab.bench.warehouse:load", home=str(home), exports=str(exports))
    sql = counted.outcome["sql_cpu_seconds"]
    rest = counted.cpu_seconds - sql - loading.work_cpu_seconds
    return {
        "columns": ["", "CPU s", "wall s", "peak memory"],
        "rows": [
            ["inbox run, start to exit", _number(whole.cpu_seconds), _number(whole.wall_seconds),
             _memory(whole.peak_megabytes)],
            ["of it while SQL runs (models, tests, publication)", _number(sql), "", ""],
            ["of it reading, checking and landing", _number(loading.work_cpu_seconds), "", ""],
            ["of it everything else: Python, Dagster, dbt", _number(rest), "", ""],
        ],
        "notes": [
            f"The parts are of a run of the same day in which {counted.outcome['sql_statements']} "
            f"calls of DuckDB were timed ({_number(counted.cpu_seconds)} CPU seconds in all)."
        ],
        "measured": {
            "inbox_run": whole.as_record(),
            "counted": counted.as_record(),
            "loading": loading.as_record(),
            "orchestration_cpu_seconds": round(rest, 3),
        },
    }  # fmt: skip


def queries(size: Size, repetitions: int) -> Result:
    """The report's queries on the published file."""
    published = inputs.published_file(size)
    inputs.say("querying the published file")
    measured = run("lab.bench.queries:report_queries", published=str(published))
    names = list(dict.fromkeys(one["query"] for one in measured))
    ranges = list(dict.fromkeys(one["range"] for one in measured))
    cost = {(one["query"], one["range"]): one["milliseconds"] for one in measured}
    return {
        "columns": ["wall milliseconds, warm", *ranges],
        "rows": [[name, *(f"{cost[name, span]:,.0f}" for span in ranges)] for name in names],
        "notes": ["The median of five in one open connection, after one that is not counted."],
        "measured": measured,
    }


def distinct(size: Size, repetitions: int) -> Result:
    """Exact distinct users by previous active days, against count(distinct)."""
    published = inputs.published_file(size)
    inputs.say("counting distinct users")
    measured = run(
        "lab.bench.queries:distinct_users", published=str(published), repetitions=repetitions
    )
    return {
        "columns": [
            "exact users by",
            "of",
            "previous days, CPU s",
            "count(distinct), CPU s",
            "ratio",
        ],
        "rows": [
            [
                one["grain"],
                "each agent" if one["by_agent"] else "the inbox",
                f"{one['previous_days']:.3f}",
                f"{one['count_distinct']:.3f}",
                _ratio(one["count_distinct"], max(one["previous_days"], 1e-4)),
            ]
            for one in measured
        ],
        "notes": ["Over all days of the history. Both give the same counts, which is checked."],
        "measured": measured,
    }


def ingestion(size: Size, repetitions: int) -> Result:
    """Landing exports of each format, against DuckDB's own reader on the same files."""
    rows, measured = [], {}
    days = min(30, size.days)
    for form in ("csv", "jsonl", "parquet"):
        folder = size.folder / f"ingest-{form}"
        exports = folder / "exports"
        if not exports.exists():
            inputs.say(f"generating {form}")
            run(
                "lab.bench.warehouse:make_history",
                size=size.name, exports=str(exports), form=form, days=days,
            )  # fmt: skip
        megabytes = (
            sum(file.stat().st_size for file in exports.rglob("*.*") if file.is_file()) / 1e6
        )
        inputs.say(f"landing {megabytes:.0f} MB of {form}")
        home = folder / "home"
        ours = measure(
            "lab.bench.warehouse:load",
            repetitions,
            before_each=partial(inputs.clear, home),
            home=str(home),
            exports=str(exports),
        )
        target = folder / "copied"
        theirs = measure(
            "lab.bench.ingestion:copy_with_duckdb",
            repetitions,
            exports=str(exports),
            target=str(target),
        )
        inputs.clear(target)
        inputs.clear(home)
        measured[form] = {
            "megabytes": round(megabytes, 1),
            "landing": ours.as_record(),
            "duckdb": theirs.as_record(),
        }
        rows.append(
            [
                form,
                f"{megabytes:,.0f}",
                _number(ours.work_cpu_seconds),
                f"{megabytes / ours.work_wall_seconds:,.0f}",
                _memory(ours.peak_megabytes),
                _number(theirs.work_cpu_seconds),
                f"{megabytes / theirs.work_wall_seconds:,.0f}",
                _ratio(ours.work_cpu_seconds, theirs.work_cpu_seconds),
            ]
        )
    return {
        "columns": [
            "", "MB", "landing CPU s", "landing MB/s", "landing peak", "DuckDB CPU s",
            "DuckDB MB/s", "CPU ratio",
        ],
        "rows": rows,
        "notes": [
            f"The size's messages in {days} days. Landing reads, checks, sets aside and writes "
            "Parquet; DuckDB reads with given types and writes the same Parquet, unchecked."
        ],
        "measured": measured,
    }  # fmt: skip


def small_days(size: Size, repetitions: int) -> Result:
    """A thousand small days loaded in one run, against the same lines as one day."""
    days = 1000 if size.name != "tiny" else 10
    folder = size.folder / "small-days"
    many, one = folder / "many", folder / "one"
    if not one.exists():
        inputs.say(f"generating {days} small days")
        source = "S" if size.name != "tiny" else "tiny"
        inputs.clear(many)
        run(
            "lab.bench.warehouse:make_history",
            size=source, exports=str(many), form="jsonl", days=days,
        )  # fmt: skip
        _join_days(many, one)
    measured: dict[str, Measurement] = {}
    for how, task in (("plain", "load"), ("dagster", "load_with_dagster")):
        for name, exports in (("many", many), ("one", one)):
            inputs.say(f"loading {name} by {how}")
            home = folder / "home"
            measured[f"{how}_{name}"] = measure(
                f"lab.bench.warehouse:{task}",
                repetitions,
                before_each=partial(inputs.clear, home),
                home=str(home),
                exports=str(exports),
            )
    inputs.clear(folder / "home")
    rows = [
        [
            title,
            _number(many_days.cpu_seconds),
            _number(many_days.wall_seconds),
            _number(one_day.cpu_seconds),
            _number(one_day.wall_seconds),
            _ratio(many_days.cpu_seconds, one_day.cpu_seconds),
            _ratio(many_days.wall_seconds, one_day.wall_seconds),
        ]
        for title, many_days, one_day in (
            ("load_days, no Dagster", measured["plain_many"], measured["plain_one"]),
            ("Dagster's load job", measured["dagster_many"], measured["dagster_one"]),
        )
    ]
    return {
        "columns": [
            "", f"{days} days, CPU s", "wall s", "one day, CPU s", "wall s", "CPU ratio",
            "wall ratio",
        ],
        "rows": rows,
        "notes": ["JSON lines; the one day holds the lines of all days. Processes, start to exit."],
        "measured": {name: one_way.as_record() for name, one_way in measured.items()},
    }  # fmt: skip


def sources(size: Size, repetitions: int) -> Result:
    """A Zendesk account that Airbyte has laid down: the first import, and a day more."""
    folder = size.folder / "sources"
    lake, home = folder / "lake", folder / "home"
    inputs.clear(folder)
    inputs.say("generating a Zendesk account")
    task = "lab.bench.sources:{}".format
    megabytes = run(task("make_account"), size=size.name, folder=str(lake)) / 1e6
    inputs.say("reading it with DuckDB, then importing it")
    floor = measure(
        task("read_and_write"), repetitions, folder=str(lake), target=str(folder / "copied")
    )
    first = measure(
        task("import_account"),
        repetitions,
        before_each=partial(run, task("forget"), home=str(home)),
        folder=str(lake), home=str(home), day=LAST_DAY.isoformat(),
    )  # fmt: skip
    run(task("make_more"), size=size.name, folder=str(lake))
    more_day = (LAST_DAY + timedelta(days=2)).isoformat()
    day = measure(task("import_account"), folder=str(lake), home=str(home), day=more_day)
    inputs.clear(folder)
    floor_cpu = floor.work_cpu_seconds
    reading = replace(first, work_cpu_seconds=first.outcome["reading_cpu_seconds"])
    told = (
        ("DuckDB: read_json to Parquet, the same columns", floor, ""),
        ("reading it and keeping its records", reading, ""),
        ("the first import: read, kept, folded, written", first, first.outcome["messages"]),
        ("a day more, in files of its own", day, day.outcome["messages"]),
    )
    return {
        "columns": ["", "messages", "CPU s", "peak memory", "to DuckDB's", "to the first import"],
        "rows": [
            [
                title,
                f"{messages:,}" if messages else "",
                _number(one.work_cpu_seconds),
                _memory(one.peak_megabytes),
                _ratio(one.work_cpu_seconds, floor_cpu),
                _ratio(one.work_cpu_seconds, first.work_cpu_seconds),
            ]
            for title, one, messages in told
        ],
        "notes": [
            f"{megabytes:,.0f} MB of JSON lines: tickets, comments, audits, ratings, users. DuckDB "
            "keeps the texts, the import their lengths. A day is a thousandth of the tickets."
        ],
        "measured": {title: one.as_record() for title, one, _ in told},
    }


PARTS: dict[str, tuple[str, Callable[[Size, int], Result]]] = {
    "rebuild": ("A full rebuild", rebuild),
    "day": ("One more day", day),
    "memory": ("Memory", memory),
    "orchestration": ("What orchestration adds", orchestration),
    "queries": ("The report's queries", queries),
    "distinct": ("Distinct users over any range", distinct),
    "ingestion": ("Ingestion", ingestion),
    "small_days": ("Many small days", small_days),
    "sources": ("A help desk", sources),
    "past": ("A day by older commits", past),
}

_COSTS = ["", "process CPU s", "work CPU s", "wall s", "peak memory"]


def result_file(part: str, size: str) -> Path:
    """Where the results of a part at a size lie."""
    return bench_folder() / "results" / f"{part}-{size}.json"


def _result(part: str, size: str) -> Result | None:
    path = result_file(part, size)
    if not path.exists():
        return None
    result: Result = json.loads(path.read_text())
    return result


def _join_days(many: Path, one: Path) -> None:
    """All lines of each entity, day after day, as the one file of the last day."""
    folders = sorted(many.iterdir())
    target = one / folders[-1].name
    target.mkdir(parents=True)
    for folder in folders:
        for file in sorted(folder.iterdir()):
            with (target / file.name).open("ab") as joined:
                joined.write(file.read_bytes())


def _costs(title: str, measured: Measurement) -> list[str]:
    return [
        title,
        _number(measured.cpu_seconds),
        _number(measured.work_cpu_seconds),
        _number(measured.wall_seconds),
        _memory(measured.peak_megabytes),
    ]


def _number(seconds: float) -> str:
    return f"{seconds:.2f}" if seconds < 10 else f"{seconds:,.1f}"


def _memory(megabytes: float) -> str:
    return f"{megabytes / 1024:.2f} GB"


def _ratio(numerator: float, denominator: float) -> str:
    return f"{numerator / denominator:.2f}" if denominator else ""
