"""The SQL of the dashboard's datasets, as Superset writes it for a range: asked of the sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pytest
import yaml

from bi.superset.bundle import ASSETS
from orchestration.settings import Settings

RANGED = (
    *("inbox_cards", "inbox_card_ranges", "inbox_series", "inbox_agents", "inbox_top_labels"),
    *("inbox_threads", "inbox_definitions"),
)


@pytest.fixture(scope="module")
def published(published_sample: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    path = str(published_sample.published_database)
    with closing(duckdb.connect(path, read_only=True)) as connection:
        yield connection


def rows(
    published: duckdb.DuckDBPyConnection,
    dataset: str,
    chosen: Mapping[str, list[str]] | None = None,
    /,
    **asked: str | None,
) -> list[dict[str, Any]]:
    """What a dataset gives for a range, its end excluded, and what filters choose."""
    path: Path = ASSETS / "datasets" / "inbox" / f"{dataset}.yaml"
    text = yaml.safe_load(path.read_text(encoding="utf-8"))["sql"]
    bounds = {"from_dttm": None, "to_dttm": None, **asked}
    sql = jinja2.Template(text).render(
        filter_values=lambda name, **_: (chosen or {}).get(name, []), **bounds
    )
    relation = published.sql(sql)
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


@pytest.mark.parametrize("dataset", RANGED)
def test_a_range_from_a_day_that_has_not_come_is_empty_and_no_error(
    published: duckdb.DuckDBPyConnection, dataset: str
) -> None:
    found = rows(published, dataset, from_dttm="2031-01-01T00:00:00")
    assert all(not row.get("current_value") and not row.get("new_threads") for row in found)


def test_cards_are_compared_only_where_the_days_before_are_all_there(
    published: duckdb.DuckDBPyConnection,
) -> None:
    march = {"from_dttm": "2024-03-01T00:00:00", "to_dttm": "2024-04-01T00:00:00"}
    quarter = {"from_dttm": "2024-01-01T00:00:00", "to_dttm": "2024-04-01T00:00:00"}
    told = [row["range_name"] for row in rows(published, "inbox_card_ranges", **march)]
    assert told.count("before") == told.count("now") == 6
    told = [row["range_name"] for row in rows(published, "inbox_card_ranges", **quarter)]
    assert told == ["now"] * 6
    (card, *_) = rows(published, "inbox_cards", **march)
    bounds = [f"{when}_{end}_date" for when in ("current", "previous") for end in ("start", "end")]
    assert [str(card[name]) for name in bounds] == [
        *("2024-03-01", "2024-03-31", "2024-01-30", "2024-02-29")
    ]
    table = yaml.safe_load((ASSETS / "charts" / "cards_table.yaml").read_text(encoding="utf-8"))
    assert set(bounds) <= set(table["params"]["all_columns"])


def test_resources_definitions_and_restatements_are_what_is_published(
    published: duckdb.DuckDBPyConnection,
) -> None:
    march = {"from_dttm": "2024-03-01T00:00:00", "to_dttm": "2024-04-01T00:00:00"}
    counted = [row for row in rows(published, "inbox_threads", **march) if row["is_counted"]]
    assert len(counted) == 945
    (ours,) = published.execute(
        "select value from inbox_definitions('first_response_seconds', '2024-03-01', "
        "'2024-03-31', null) where definition = 'ours'"
    ).fetchall()
    told = rows(published, "inbox_definitions", **march)
    assert (next(row["value"] for row in told if row["definition"] == "ours"),) == ours
    assert rows(published, "inbox_restatements") == []


@pytest.mark.parametrize(
    "file", sorted((ASSETS / "datasets" / "inbox").iterdir()), ids=lambda file: file.stem
)
def test_every_dataset_has_the_columns_that_it_gives(
    published: duckdb.DuckDBPyConnection, file: Path
) -> None:
    dataset = yaml.safe_load(file.read_text(encoding="utf-8"))
    sql = jinja2.Template(dataset["sql"]).render(filter_values=lambda *_, **__: [])
    described = {column["column_name"] for column in dataset["columns"]}
    assert described >= set(published.sql(sql).columns)


def test_a_series_has_the_periods_that_the_data_reach_and_tells_parts_apart(
    published: duckdb.DuckDBPyConnection,
) -> None:
    wide = {"from_dttm": "2023-11-15T00:00:00", "to_dttm": "2024-04-20T00:00:00"}
    days = rows(published, "inbox_series", **wide)
    told = [str(row["period_start_date"]) for row in days]
    assert (told[0], told[-1], len(told)) == ("2024-01-01", "2024-03-31", 91)
    assert {row["series_name"] for row in days} == {"Everyone"}
    by_agent = {"agent_name": ["Helper 01"], "grain": ["month"]}
    cut = {"from_dttm": "2024-01-10T00:00:00", "to_dttm": "2024-04-01T00:00:00"}
    months = rows(published, "inbox_series", by_agent, **cut)
    assert {row["whose"] for row in months} == {"Helper 01"}
    assert [row["series_name"] for row in months] == ["Helper 01 (part)", "Helper 01", "Helper 01"]
