"""Publications of warehouses in memory, and what they log as restated, worked out without SQL."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from orchestration.publishing.database_copy import TableVersion
from orchestration.publishing.publish import publish
from orchestration.publishing.record import Publication
from orchestration.publishing.restated_cells import Restating
from orchestration.warehouse.batches import MATERIALIZATIONS
from orchestration.warehouse.catalog import landed_days
from orchestration.warehouse.numbers import read_register
from tests.compiled import compiled_nodes
from tests.models import DATABASE, Warehouse

CELL = ["table_name", "period_start_date", "agent_id", "number"]
# By table, whether its cells are agents' and whether they are months'.
MARTS = {
    "mart_inbox_daily": (False, False),
    "mart_agents_daily": (True, False),
    "mart_inbox_monthly": (False, True),
    "mart_agents_monthly": (True, True),
}
NO_NUMBERS = {"period_start_date", "period_end_date", "is_complete", "agent_id", "agent_name"}
AT_THE_END = {
    "open_threads",
    "waiting_threads",
    "longest_wait_seconds",
    "backlog_age_seconds_median",
    "backlog_age_seconds_p90",
}


@dataclass
class Publisher:
    """Publishes a warehouse in memory again and again, in a folder of its own."""

    warehouse: Warehouse
    folder: Path
    knows_changes: bool = True
    keep_days: int = 400
    batch: int = 0

    @property
    def published(self) -> Path:
        """The folder of what is published."""
        return self.folder / "published"

    def bring(self, raw: Path) -> Publication:
        """Applies what has landed since, and publishes it."""
        self.warehouse.bring(raw)
        self.batch += 1
        return self.publish()

    def publish(self, *, is_erasure: bool = False) -> Publication:
        """Publishes what the warehouse holds."""
        self.folder.mkdir(exist_ok=True)
        saved = self.folder / "warehouse.duckdb"
        saved.unlink(missing_ok=True)
        save(self.warehouse, saved)
        restating = Restating(
            numbers=read_register(),
            kinds=read_register("record_kinds"),
            days=landed_days(self.warehouse.catalog),
            keep_days=self.keep_days,
            is_erasure=is_erasure,
        )
        versions = self._versions() if self.knows_changes else {}
        return publish(saved, self.published, f"{self.batch}", versions, restating=restating)

    def _versions(self) -> dict[str, TableVersion]:
        before = f"{self.batch - 1}" if self.batch else None
        return {
            node["name"]: TableVersion(f"{self.batch}", before, _keys(node))
            for node in compiled_nodes("monday", "build")
            if node["config"]["materialized"] in MATERIALIZATIONS and node["schema"] == "main"
        }


def _keys(node: dict[str, Any]) -> tuple[str, ...]:
    keys = node["config"]["unique_key"]
    return (keys,) if isinstance(keys, str) else tuple(keys)


def save(warehouse: Warehouse, path: Path) -> None:
    """Copies what a publication reads of a warehouse in memory to a file."""
    connection = warehouse.connection
    tables = connection.execute(
        "select distinct schema_name, table_name from duckdb_columns() "
        "where database_name = ? and not internal and (schema_name in ('main', 'changes') "
        "or table_name like 'int\\_%\\_versioned' escape '\\')",
        [DATABASE],
    ).fetchall()
    connection.execute(f"attach '{path}' as saved")
    for schema, table in tables:
        connection.execute(f"create schema if not exists saved.{schema}")
        connection.execute(
            f"create table saved.{schema}.{table} as from {DATABASE}.{schema}.{table}"
        )
    connection.execute("detach saved")


def table(published: Path, name: str) -> pd.DataFrame:
    """A published table."""
    with closing(duckdb.connect(str(published / "inbox.duckdb"), read_only=True)) as connection:
        return connection.execute(f"from {name}").df()


def marts(published: Path) -> dict[str, pd.DataFrame]:
    """The marts whose cells are logged."""
    return {name: table(published, name) for name in MARTS}


Cells = dict[tuple[Any, ...], tuple[float | None, float | None]]


def moved_cells(before: dict[str, pd.DataFrame], after: dict[str, pd.DataFrame]) -> Cells:
    """Each cell that was complete and has another value: what it was and what it is."""
    moved: Cells = {}
    for name, (is_agents, is_monthly) in MARTS.items():
        complete = before[name.replace("agents", "inbox")]
        periods = set(complete[complete.is_complete].period_start_date)
        sides = [_values(side[name], is_agents) for side in (before, after)]
        for period, agent in sides[0].keys() | sides[1].keys():
            for number, (was, now) in _pairs(period, agent, sides).items():
                is_told = is_monthly or number not in AT_THE_END
                if period in periods and was != now and is_told:
                    moved[name, period, agent, number] = (was, now)
    return moved


def _pairs(period: Any, agent: Any, sides: list[Any]) -> dict[str, tuple[Any, Any]]:
    was, now = (side.get((period, agent), {}) for side in sides)
    return {
        number: (was.get(number, nothing_of(number)), now.get(number, nothing_of(number)))
        for number in was or now
    }


def nothing_of(number: str) -> float | None:
    """What a number is where there is no row: a count is 0, all else is null."""
    is_count = "_seconds" not in number and number not in ("average_rating", "csat_ratio")
    return 0.0 if is_count else None


def _values(mart: pd.DataFrame, is_agents: bool) -> dict[tuple[Any, Any], dict[str, Any]]:
    numbers = [name for name in mart.columns if name not in {*NO_NUMBERS, "days_missing"}]
    return {
        (row["period_start_date"], _text(row["agent_id"]) if is_agents else None): {
            name: None if pd.isna(row[name]) else float(row[name]) for name in numbers
        }
        for row in mart.to_dict("records")
    }


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)


def logged(published: Path, *publications: str) -> Cells:
    """The cells that are logged, of some publications or of all: the first value and the last."""
    rows = table(published, "fct_restatements").sort_values("published_at")
    cells: Cells = {}
    for row in rows.to_dict("records"):
        key = (row["table_name"], row["period_start_date"], _text(row["agent_id"]), row["number"])
        if not publications or row["publication_id"] in publications:
            was, now = (_float(row[name]) for name in ("value_before", "value_after"))
            cells[key] = (cells.get(key, (was, now))[0], now)
    return cells


def _float(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)
