"""Two warehouses are equal where every value is; what differs is named and shown."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from orchestration.cli import main
from orchestration.warehouse.comparison import NotAWarehouse, compare

ROWS = """
    select * from (values
        ('t1', timestamptz '2024-01-01 10:00:00+00', date '2024-01-01', 30.0::double, 2::bigint),
        ('t2', timestamptz '2024-01-02 10:00:00+00', date '2024-01-02', null, 0),
        ('t2', timestamptz '2024-01-02 10:00:00+00', date '2024-01-02', null, 0)
    ) as rows (thread_id, created_at, created_date, closing_seconds, messages)
"""


def warehouse(path: Path, **tables: str) -> Path:
    """A database with tables of these selects."""
    with duckdb.connect(str(path)) as connection:
        for name, query in tables.items():
            connection.execute(f"create table {name} as {query}")
    return path


def folder(path: Path, **tables: str) -> Path:
    """A folder with a folder of Parquet files for each of these selects, as other engines do."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, query in tables.items():
            (path / name).mkdir(parents=True)
            for number in (0, 1):
                connection.execute(
                    f"copy (select * from ({query}) order by thread_id limit 2 offset {2 * number})"
                    f" to '{path / name / f'part-{number}.parquet'}'"
                )
    return path


def test_equal_rows_are_equal_in_any_order_of_rows_and_columns(tmp_path: Path) -> None:
    here = warehouse(tmp_path / "here.duckdb", fct_threads=ROWS)
    reordered = f"select messages, * exclude (messages) from ({ROWS}) order by thread_id desc"
    there = folder(tmp_path / "there", fct_threads=reordered)
    found = compare(here, there)
    assert found.differences == ()
    assert found.rows == {"fct_threads": 3}


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ("messages + 1 as messages", "messages=3"),
        ("created_at + interval 1 microsecond as created_at", "10:00:00.000001"),
        ("closing_seconds + 0.0000001 as closing_seconds", "closing_seconds=30.0000001"),
        ("coalesce(closing_seconds, 0) as closing_seconds", "closing_seconds=0.0"),
    ],
)
def test_a_value_that_differs_is_shown_of_both_sides(
    tmp_path: Path, change: str, shown: str
) -> None:
    here = warehouse(tmp_path / "here.duckdb", fct_threads=ROWS)
    there = folder(tmp_path / "there", fct_threads=f"select * replace ({change}) from ({ROWS})")
    (difference,) = compare(here, there, tolerance=1e-9).differences
    assert difference.rows_here == difference.rows_there > 0
    assert any(line.startswith("here: ") and shown not in line for line in difference.examples)
    assert any(line.startswith("there: ") and shown in line for line in difference.examples)


def test_doubles_may_differ_by_the_tolerance_and_only_if_there_is_one(tmp_path: Path) -> None:
    change = "closing_seconds * (1 + 5e-10) as closing_seconds"
    here = warehouse(tmp_path / "here.duckdb", fct_threads=ROWS)
    there = folder(tmp_path / "there", fct_threads=f"select * replace ({change}) from ({ROWS})")
    assert compare(here, there, tolerance=1e-9).differences == ()
    (difference,) = compare(here, there).differences
    assert (difference.rows_here, difference.rows_there) == (1, 1)


def test_a_view_counts_as_a_table_does(tmp_path: Path) -> None:
    here = warehouse(tmp_path / "here.duckdb", fct_threads=ROWS)
    there = tmp_path / "there.duckdb"
    with duckdb.connect(str(there)) as connection:
        connection.execute(
            f"create view fct_threads as select * replace (1 as messages) from ({ROWS})"
        )
    (difference,) = compare(here, there).differences
    assert (difference.rows_here, difference.rows_there) == (3, 3)


def test_days_may_be_folders_beside_which_an_engine_left_what_it_was_writing(
    tmp_path: Path,
) -> None:
    rows = f"{ROWS} union all select 't3', null, null, null, 1"
    here = warehouse(tmp_path / "here.duckdb", fct_threads=rows)
    there = tmp_path / "there"
    there.mkdir()
    with duckdb.connect() as connection:
        for left in ("", "/_temporary", "/.spark-staging"):
            connection.execute(
                f"copy ({rows}) to '{there}/fct_threads{left}' "
                "(format parquet, partition_by (created_date))"
            )
    assert len(list(there.glob("fct_threads/created_date=*"))) == 3
    found = compare(here, there)
    assert found.differences == ()
    assert found.rows == {"fct_threads": 4}


def test_a_folder_may_lack_views_and_empty_tables_alone(tmp_path: Path) -> None:
    none = f"select * from ({ROWS}) where false"
    here = warehouse(tmp_path / "here.duckdb", fct_threads=ROWS, fct_ratings=none, extra=ROWS)
    with duckdb.connect(str(here)) as connection:
        connection.execute("create view fct_messages as from fct_threads")
    found = compare(here, folder(tmp_path / "there", fct_threads=ROWS))
    assert [difference.table for difference in found.differences] == ["extra"]
    assert found.rows == {"fct_threads": 3}


def test_a_row_that_comes_once_more_differs(tmp_path: Path) -> None:
    here = warehouse(tmp_path / "here.duckdb", fct_threads=ROWS)
    there = warehouse(tmp_path / "there.duckdb", fct_threads=f"{ROWS} union all {ROWS} limit 4")
    (difference,) = compare(here, there, tolerance=1e-9).differences
    assert (difference.rows_here, difference.rows_there) == (0, 1)


def test_tables_and_columns_of_one_side_alone_differ(tmp_path: Path) -> None:
    here = warehouse(tmp_path / "here.duckdb", fct_threads=ROWS, fct_ratings="select 1 as score")
    there = warehouse(tmp_path / "there.duckdb", fct_threads=f"select *, 1 as extra from ({ROWS})")
    ratings, threads = compare(here, there).differences
    assert ratings.table == "fct_ratings"
    assert ratings.examples == ("there: there is no such table",)
    assert threads.table == "fct_threads"
    assert "extra" in threads.examples[1]


def test_what_is_no_warehouse_is_said_to_be_none(tmp_path: Path) -> None:
    here = warehouse(tmp_path / "here.duckdb", fct_threads=ROWS)
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.duckdb").write_text("no database")
    for other in (tmp_path / "empty", tmp_path / "text.duckdb"):
        with pytest.raises(NotAWarehouse, match=str(other)):
            compare(here, other)


def test_the_command_says_what_differs_and_fails(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "warehouse").mkdir(parents=True)
    database = warehouse(home / "warehouse" / "warehouse.duckdb", fct_threads=ROWS)
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema load_state")
        connection.execute(
            "create table load_state.models as select 'fct_threads' as model_name, "
            "'' as fingerprint, 1::bigint as batch_number, 'built' as action, '' as version, "
            "null::varchar as previous_version, 3::bigint as rows_written"
        )
    same = folder(tmp_path / "same", fct_threads=ROWS)
    changed = f"select * replace (7 as messages) from ({ROWS}) limit 2"
    other = folder(tmp_path / "other", fct_threads=changed)
    arguments = ["verify", "--home", str(home), "--against"]
    found = CliRunner().invoke(main, [*arguments, str(same)])
    assert (found.exit_code, found.output.splitlines()[-1]) == (
        0,
        "1 tables, 3 rows: each value is as there.",
    )
    found = CliRunner().invoke(main, [*arguments, str(other), "--limit", "1"])
    assert found.exit_code == 1
    assert "fct_threads differs: 3 rows only here, 2 only there" in found.output
    assert found.output.count("there: thread_id=") == 1
