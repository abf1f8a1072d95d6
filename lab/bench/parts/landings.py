"""What landing costs: exports, a help desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

from lab.bench import inputs
from lab.bench.measure import measure, run
from lab.bench.parts.tables import Result, memory_size, number, ratio
from lab.bench.sizes import Size
from lab.bench.sources import LAST_DAY


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
                number(ours.work_cpu_seconds),
                f"{megabytes / ours.work_wall_seconds:,.0f}",
                memory_size(ours.peak_megabytes),
                number(theirs.work_cpu_seconds),
                f"{megabytes / theirs.work_wall_seconds:,.0f}",
                ratio(ours.work_cpu_seconds, theirs.work_cpu_seconds),
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
                number(one.work_cpu_seconds),
                memory_size(one.peak_megabytes),
                ratio(one.work_cpu_seconds, floor_cpu),
                ratio(one.work_cpu_seconds, first.work_cpu_seconds),
            ]
            for title, one, messages in told
        ],
        "notes": [
            f"{megabytes:,.0f} MB of JSON lines: tickets, comments, audits, ratings, users. DuckDB "
            "keeps the texts, the import their lengths. A day is a thousandth of the tickets."
        ],
        "measured": {title: one.as_record() for title, one, _ in told},
    }
