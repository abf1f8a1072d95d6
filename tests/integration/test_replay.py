"""Batches by the SQL that dbt made before: the tables that dbt's own way gives, and its results."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.engines.state import read_states
from orchestration.exports.loading import load_days
from orchestration.machine.sql import literal
from orchestration.privacy.record import Door
from orchestration.settings import Settings
from orchestration.warehouse import dbt, replay
from orchestration.warehouse.batches import plan_batch
from orchestration.warehouse.build import WarehouseBuild, build_warehouse, load_models
from orchestration.warehouse.results import DbtResult
from tests.homes import parsed_dbt_folder, small_home
from tests.oracle.generate import generate_inbox, write_inbox

ZONE = "Europe/Warsaw"
INBOX = generate_inbox(3, date(2024, 3, 24), 8, 9, ZONE, keeps_later=True)
DAYS = tuple(map(str, list(INBOX.days)[-4:]))
SCHEMAS = ("main", "internal", "intermediate")


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """An inbox without its last days, which lie beside the exports: dbt has not seen one come."""
    settings = small_home(tmp_path, ZONE)
    shutil.copytree(parsed_dbt_folder(), settings.dbt_folder)
    write_inbox(INBOX, settings.exports_folder)
    for day in DAYS:
        (tmp_path / "exports" / day).rename(tmp_path / day)
    assert load_days(settings, Door()).failed == []
    build(settings, with_tests=False)
    return settings


def moved(settings: Settings, folder: Path) -> Settings:
    """The home in another folder, whose name a statement has to quote."""
    settings.home.rename(folder)
    return settings.model_copy(update={"home": folder})


def build(settings: Settings, with_tests: bool = True) -> WarehouseBuild:
    built = build_warehouse(settings, with_tests=with_tests)
    assert [result.name for result in built.results if not result.is_success] == []
    return built


def outcomes(results: Sequence[DbtResult]) -> set[tuple[str, str, int | None]]:
    """What became of each model and test."""
    return {(result.unique_id, result.status, result.failures) for result in results}


def told_by_dbt(settings: Settings) -> list[DbtResult]:
    """What dbt says of the tables as they are."""
    states = read_states(settings.warehouse_database)
    batch_number = max(state.batch_number for state in states.values())
    plan = plan_batch(batch_number, load_models(settings), states)
    results = dbt.run_tests(settings, plan)
    return [result for result in results if result.resource_type == "test"]


def bring(settings: Settings, *days: str, without: str | None = None) -> None:
    """Loads days, perhaps without the files of one kind of record."""
    for day in days:
        folder = settings.exports_folder / day  # type: ignore[operator]
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(folder.parents[1] / day, folder)
        for file in folder.glob(f"{without}.*"):
            file.unlink()
    assert load_days(settings, Door()).failed == []


@contextmanager
def without_dbt(command: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Within it nobody asks dbt to run, or to test."""
    invoke = dbt.invoke

    def refused(settings: Settings, asked: Sequence[str], *given: Any) -> list[DbtResult]:
        assert asked[0] != command, "dbt was asked"
        return invoke(settings, asked, *given)

    with monkeypatch.context() as patched:
        patched.setattr(dbt, "invoke", refused)
        yield


class Ended(BaseException):
    """A run that ends in the middle."""


class Ending:
    """A connection by which no more than some statements can be run."""

    def __init__(self, connection: Any, statements: int) -> None:
        self._connection, self._left = connection, statements

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, sql: str) -> Any:
        self._left -= 1
        if self._left < 0:
            raise Ended
        return self._connection.execute(sql)


@contextmanager
def ending_after(statements: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Within it a replay comes to an end in the middle."""
    opened = replay.opened

    @contextmanager
    def ending(settings: Settings) -> Iterator[Any]:
        with opened(settings) as connection:
            yield Ending(connection, statements)

    with monkeypatch.context() as patched:
        patched.setattr(replay, "opened", ending)
        yield


def differences(one: Settings, other: Settings) -> list[str]:
    """The tables that have not the same rows in two warehouses."""
    with closing(duckdb.connect()) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, settings in (("one", one), ("other", other)):
            connection.execute(
                f"attach {literal(settings.warehouse_database)} as {name} (read_only)"
            )
        relations = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            f"where database_name = 'one' and schema_name in {SCHEMAS} "
            "and table_name not like '%_touched'"  # of the last batch alone
        ).fetchall()
        assert len(relations) > 50
        return [
            relation
            for (relation,) in relations
            if connection.execute(
                f"select count(*) from ((from one.{relation} except all from other.{relation}) "
                f"union all (from other.{relation} except all from one.{relation}))"
            ).fetchall()
            != [(0,)]
        ]


def test_batches_without_dbt_give_the_tables_and_results_of_dbt(
    home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day, a correction, a run that ends in the middle, a model that was changed; elsewhere."""
    first, second, third, fourth = DAYS
    bring(home, first)
    build(home)  # which tests every row, as nothing was tested before
    home = moved(home, tmp_path / "it's; [<home>]*")
    bring(home, second)
    with without_dbt("run", monkeypatch):
        build(home)
    bring(home, second, without="ratings")
    with without_dbt("test", monkeypatch):
        corrected = build(home)
    assert outcomes(corrected.results) >= outcomes(told_by_dbt(home))

    before = read_states(home.warehouse_database)
    bring(home, first, without="ratings")
    with without_dbt("run", monkeypatch):
        with ending_after(60, monkeypatch), pytest.raises(Ended):
            build(home)
        assert read_states(home.warehouse_database) == before
        bring(home, third)
        build(home)  # the batch that did not come to its end, and that of the day

    with closing(duckdb.connect(str(home.warehouse_database))) as connection:
        connection.execute(
            "update load_state.models set fingerprint = 'old' where model_name = 'fct_ratings'"
        )
    bring(home, fourth)
    build(home)
    actions = {name: state.action for name, state in read_states(home.warehouse_database).items()}
    assert actions["fct_ratings"] == "built"
    assert actions["fct_threads"] == "applied"

    bring(home, first, second)
    build(home)
    other = home.model_copy(update={"home": tmp_path / "other"})
    shutil.copytree(home.raw_folder, other.raw_folder)
    shutil.copytree(home.dbt_folder, other.dbt_folder)
    build(other, with_tests=False)
    assert differences(home, other) == []

    # What cannot be run is left to dbt.
    for script in (home.dbt_folder / "replay").glob("*.json"):
        script.write_text(script.read_text().replace("create or replace table", "create table"))
    (home.raw_folder / "manifests" / f"{fourth}.json").unlink()
    build(home)
    assert {state.action for state in read_states(home.warehouse_database).values()} == {"applied"}
