"""What whole runs cost: orchestration, many small days."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from lab.bench import inputs
from lab.bench.measure import Measurement, measure, run
from lab.bench.parts.tables import Result, memory_size, number, ratio
from lab.bench.sizes import Size


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
            ["inbox run, start to exit", number(whole.cpu_seconds), number(whole.wall_seconds),
             memory_size(whole.peak_megabytes)],
            ["of it while SQL runs (models, tests, publication)", number(sql), "", ""],
            ["of it reading, checking and landing", number(loading.work_cpu_seconds), "", ""],
            ["of it everything else: Python, Dagster, dbt", number(rest), "", ""],
        ],
        "notes": [
            f"The parts are of a run of the same day in which {counted.outcome['sql_statements']} "
            f"calls of DuckDB were timed ({number(counted.cpu_seconds)} CPU seconds in all)."
        ],
        "measured": {
            "inbox_run": whole.as_record(),
            "counted": counted.as_record(),
            "loading": loading.as_record(),
            "orchestration_cpu_seconds": round(rest, 3),
        },
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
            number(many_days.cpu_seconds),
            number(many_days.wall_seconds),
            number(one_day.cpu_seconds),
            number(one_day.wall_seconds),
            ratio(many_days.cpu_seconds, one_day.cpu_seconds),
            ratio(many_days.wall_seconds, one_day.wall_seconds),
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


def _join_days(many: Path, one: Path) -> None:
    """All lines of each entity, day after day, as the one file of the last day."""
    folders = sorted(many.iterdir())
    target = one / folders[-1].name
    target.mkdir(parents=True)
    for folder in folders:
        for file in sorted(folder.iterdir()):
            with (target / file.name).open("ab") as joined:
                joined.write(file.read_bytes())
