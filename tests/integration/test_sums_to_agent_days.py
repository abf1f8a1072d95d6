"""The test that holds marts against the days: it finds a number that is not the facts'."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.homes import copy_home, published_days

COMPILED = "target/compiled/inbox_warehouse/models/_numbers__models.yml"


@pytest.mark.parametrize(
    ("test", "mart", "number"),
    [
        ("sums_to_agent_days_mart_inbox_daily_True", "mart_inbox_daily", "messages"),
        ("sums_to_agent_days_mart_inbox_daily_True", "mart_inbox_daily", "new_users"),
        ("sums_to_agent_days_mart_agents_yearly_", "mart_agents_yearly", "satisfied_ratings"),
    ],
)
def test_a_number_too_much_is_found(tmp_path: Path, test: str, mart: str, number: str) -> None:
    settings = copy_home(published_days(), tmp_path)
    sql = (settings.dbt_folder / COMPILED / f"{test}.sql").read_text()
    with duckdb.connect(str(settings.warehouse_database)) as warehouse:
        assert warehouse.execute(sql).fetchall() == []
        warehouse.execute(
            f"update {mart} set {number} = {number} + 1 "
            f"where period_start_date = (select max(period_start_date) from {mart})"
        )
        assert len(warehouse.execute(sql).fetchall()) == 1
