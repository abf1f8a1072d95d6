"""Numbers of agents and labels that hardly anybody has are told, and stop nothing."""

from __future__ import annotations

import duckdb
import pytest
from jinja2 import Template

from orchestration.settings import DBT_PROJECT


@pytest.mark.parametrize(
    ("test", "table", "column"),
    [
        ("assert_agents_are_few", "dim_agents", "agent_id"),
        ("assert_labels_are_few", "mart_labels_yearly", "label"),
    ],
)
@pytest.mark.parametrize(("number", "found"), [(0, []), (10_000, []), (10_001, [(10_001,)])])
def test_more_than_ten_thousand_are_told(
    test: str, table: str, column: str, number: int, found: list[tuple[int]]
) -> None:
    configured: dict[str, object] = {}

    def config(**options: object) -> str:
        configured.update(options)
        return ""

    text = (DBT_PROJECT / "tests" / f"{test}.sql").read_text()
    query = Template(text).render(config=config, ref=lambda name: name)
    with duckdb.connect() as connection:
        connection.execute(
            f"create table {table} as select cast(range as text) as {column} from range({number})"
        )
        assert connection.execute(query).fetchall() == found
    assert configured["severity"] == "warn"
