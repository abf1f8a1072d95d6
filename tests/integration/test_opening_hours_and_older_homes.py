"""A home whose opening hours change, and one that an earlier version of the project has filled."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from orchestration.engines.state import ModelState, read_states
from orchestration.settings import Settings, SettingsError, load_settings
from orchestration.warehouse.build import build_warehouse
from tests.homes import parsed_dbt_folder
from tests.models import load
from tests.unit.exports.builders import write_records

HEADER = "schedule_id,weekday,opens,closes\n"
LATER_COLUMNS = {"team_id", "priority", "merged_into_thread_id"}


def thread(thread_id: str, day: str, **changes: Any) -> dict[str, Any]:
    return {
        "thread_id": thread_id,
        "created_at": f"2024-03-{day} 09:30",
        "updated_at": f"2024-03-{day} 13:30",
        "status": "closed",
        "closed_at": f"2024-03-{day} 13:30",
        "team_id": "t1",
        **changes,
    }


def land(folder: Path, *threads: dict[str, Any], day: str) -> None:
    exports = folder / f"exports of {day}"
    write_records(exports, "threads.jsonl", list(threads), date(2024, 3, int(day)))
    load(exports, folder / "home" / "raw")


def home(folder: Path, **settings: Any) -> Settings:
    built = load_settings(home=folder / "home", timezone="UTC", **settings)
    if not built.dbt_folder.exists():
        shutil.copytree(parsed_dbt_folder(), built.dbt_folder)
    return built


def build(settings: Settings) -> dict[str, ModelState]:
    results = build_warehouse(settings, with_tests=False).results
    assert [(result.name, result.message) for result in results if not result.is_success] == []
    return read_states(settings.warehouse_database)


def ask(settings: Settings, query: str) -> list[Any]:
    with closing(duckdb.connect(str(settings.warehouse_database), read_only=True)) as connection:
        return connection.execute(query).fetchall()


RESOLUTIONS = (
    "select thread_id, business_seconds from fct_durations where measure = 'resolution' order by 1"
)


def test_other_hours_build_anew_what_depends_on_them_and_nothing_else(tmp_path: Path) -> None:
    schedules = tmp_path / "schedules.csv"
    schedules.write_text(f"{HEADER}default,1,09:00,10:00\n")
    settings = home(tmp_path, schedules=schedules)
    land(tmp_path, thread("a", "04"), day="04")
    before = build(settings)
    assert ask(settings, RESOLUTIONS) == [("a", 1800.0)]

    # Said in other words, they are the same.
    schedules.write_text(f"{HEADER}\n default , 1,09:00,10:00\n")
    assert build(settings) == before

    schedules.write_text(f"{HEADER}default,1,09:00,12:00\n")
    after = build(settings)
    assert ask(settings, RESOLUTIONS) == [("a", 9000.0)]
    changed = {name for name, state in after.items() if state.version != before[name].version}
    assert "fct_durations" in changed
    assert not changed & {"fct_threads", "fct_messages", "fct_agent_timings", "fct_closings"}

    land(tmp_path, thread("b", "11"), day="11")
    assert {state.action for state in build(settings).values()} == {"applied"}
    assert ask(settings, RESOLUTIONS) == [("a", 9000.0), ("b", 9000.0)]


def test_a_team_that_changes_takes_its_hours_along(tmp_path: Path) -> None:
    schedules = tmp_path / "schedules.csv"
    schedules.write_text(f"{HEADER}default,1,09:00,10:00\nt2,1,00:00,24:00\n")
    settings = home(tmp_path, schedules=schedules)
    land(tmp_path, thread("a", "04"), day="04")
    build(settings)
    moved = thread("a", "04", team_id="t2", updated_at="2024-03-05 00:00")
    land(tmp_path, moved, day="05")
    build(settings)
    assert ask(settings, RESOLUTIONS) == [("a", 14400.0)]


def test_a_wrong_line_stops_before_anything_is_built(tmp_path: Path) -> None:
    schedules = tmp_path / "schedules.csv"
    schedules.write_text(f"{HEADER}default,1,9,10:00\n")
    settings = home(tmp_path, schedules=schedules)
    with pytest.raises(SettingsError, match=r"schedules.csv, line 2, opens: '9' is no time"):
        build_warehouse(settings)
    assert not settings.warehouse_database.exists()


def as_an_earlier_version_landed_it(raw: Path) -> None:
    """Takes the later columns from landed threads, and says so."""
    for path in (raw / "manifests").glob("*.json"):
        content = json.loads(path.read_text())
        content["format_version"] = 1
        path.write_text(json.dumps(content))
        threads = raw / content["landed"]["threads"]
        names = pq.read_schema(threads).names
        kept = [name for name in names if name not in LATER_COLUMNS]
        pq.write_table(pq.ParquetFile(threads).read(columns=kept), threads)


def test_a_home_made_before_runs_on(tmp_path: Path) -> None:
    """Its threads have no team until they are delivered again."""
    settings = home(tmp_path)
    land(tmp_path, thread("a", "04"), thread("b", "04"), day="04")
    as_an_earlier_version_landed_it(settings.raw_folder)
    teams = "select thread_id, team_id from fct_threads order by 1"
    build(settings)
    assert ask(settings, teams) == [("a", None), ("b", None)]
    land(tmp_path, thread("b", "04", updated_at="2024-03-05 10:00"), thread("c", "05"), day="05")
    assert {state.action for state in build(settings).values()} == {"applied"}
    assert ask(settings, teams) == [("a", None), ("b", "t1"), ("c", "t1")]
