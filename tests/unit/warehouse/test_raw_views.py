"""The statements that make landed files readable, with the files of another batch."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.machine.sql import literal, literal_path
from orchestration.warehouse.catalog import Catalog, LandedFile
from orchestration.warehouse.raw_views import file_lists, has_path, merged, put_together, take_apart

HOME = Path("/srv/inbox")
ODD_HOMES = [
    Path(path)
    for path in (
        "/it's [a]; b*",
        "/<home>",
        "/'<home>/raw",
        "/<landed_files agents 3>",
        "/raw",
        "/a",
    )
]


def catalog(landed: list[LandedFile], incoming: list[LandedFile]) -> Catalog:
    return Catalog(1, (), (), tuple(landed), tuple(incoming), ())


def file(entity: str, day: int, form: int = 3) -> LandedFile:
    return LandedFile(entity, f"2024-01-{day:02}", f"/raw/{entity}/of/{day}.parquet", form)


def as_dbt_writes(landed: str, incoming: str, home: Path = HOME) -> str:
    catalog = literal_path(home / "warehouse" / "raw_catalog.json")
    return (
        f"create table raw.export_days as select day from read_json({catalog});\n"
        f"create or replace view raw.agents as select name from {landed};\n\n"
        f"create or replace view raw.changed_agents as select name from {incoming};\n"
    )


NONE = "nothing where false"


def read(*days: int, home: Path = HOME) -> str:
    paths = ", ".join(literal_path(home / f"raw/agents/of/{day}.parquet") for day in days)
    return f"read_parquet([{paths}])"


def told(sql: str | None) -> list[str]:
    assert sql is not None
    return sql.split()


def test_statements_of_one_batch_serve_another_with_its_files() -> None:
    first = file_lists(catalog([file("agents", 1), file("agents", 2)], [file("agents", 2)]))
    parts = take_apart(as_dbt_writes(read(1, 2), read(2)), first, HOME)
    assert parts is not None
    now = file_lists(catalog([file("agents", day) for day in (3, 1, 2)], [file("agents", 3)]))
    sql = put_together(parts, now, HOME)
    assert told(sql) == told(as_dbt_writes(read(1, 2, 3), read(3)).rstrip(";\n"))


def test_a_list_that_the_landed_and_the_incoming_files_share_is_told_apart() -> None:
    """As where the first file of a kind of record comes."""
    first = file_lists(catalog([file("agents", 1)], [file("agents", 1)]))
    parts = take_apart(as_dbt_writes(read(1), read(1)), first, HOME)
    assert parts is not None
    now = file_lists(catalog([file("agents", 1), file("agents", 2)], [file("agents", 2)]))
    sql = put_together(parts, now, HOME)
    assert told(sql) == told(as_dbt_writes(read(1, 2), read(2)).rstrip(";\n"))


def test_a_batch_without_files_of_an_entity_has_to_be_seen_once() -> None:
    with_agents = file_lists(catalog([file("agents", 1), file("agents", 2)], [file("agents", 2)]))
    without = file_lists(catalog([file("agents", 1)], []))
    parts = take_apart(as_dbt_writes(read(1, 2), read(2)), with_agents, HOME)
    assert parts is not None
    assert put_together(parts, without, HOME) is None
    seen = take_apart(as_dbt_writes(read(1), NONE), without, HOME)
    assert seen is not None
    both = merged(parts, seen)
    assert told(put_together(both, without, HOME)) == told(
        as_dbt_writes(read(1), NONE).rstrip(";\n")
    )
    assert told(put_together(both, with_agents, HOME)) == told(
        as_dbt_writes(read(1, 2), read(2)).rstrip(";\n")
    )


def test_files_of_another_form_are_another_list() -> None:
    first = file_lists(catalog([file("agents", 1), file("agents", 2)], [file("agents", 2)]))
    parts = take_apart(as_dbt_writes(read(1, 2), read(2)), first, HOME)
    assert parts is not None
    newer = file_lists(catalog([file("agents", 1), file("agents", 2, 4)], [file("agents", 2, 4)]))
    assert put_together(parts, newer, HOME) is None


def test_what_is_not_found_is_not_kept() -> None:
    lists = file_lists(catalog([file("agents", 1)], []))
    assert take_apart(as_dbt_writes("another_reader", NONE), lists, HOME) is None


@pytest.mark.parametrize("before", ODD_HOMES)
@pytest.mark.parametrize("home", ODD_HOMES)
def test_statements_of_one_home_serve_another(before: Path, home: Path) -> None:
    lists = file_lists(catalog([file("agents", 1), file("agents", 2)], [file("agents", 2)]))
    written = as_dbt_writes(read(1, 2, home=before), read(2, home=before), before)
    parts = take_apart(written, lists, before)
    assert parts is not None
    expected = as_dbt_writes(read(1, 2, home=home), read(2, home=home), home)
    assert told(put_together(parts, lists, home)) == told(expected.rstrip(";\n"))


@pytest.mark.parametrize("home", ODD_HOMES)
def test_a_path_that_is_read_in_another_way_is_not_kept(home: Path) -> None:
    lists = file_lists(catalog([file("agents", 1)], []))
    text = str(home / "x.csv")
    for other in (f"copy (select 1) to {literal(text)}", f"-- {text}", f"select 'file://{text}'"):
        written = as_dbt_writes(read(1, home=home), NONE, home)
        assert has_path(other, home)
        # A home without odd characters is read in one way only.
        is_kept = take_apart(written + other, lists, home) is not None
        assert is_kept == (literal(text) in other and literal(text) == literal_path(text))


def test_what_only_looks_like_the_home_is_none_of_it() -> None:
    assert not has_path("select a /a/ b, 'x/a/y', '/ab/c'", Path("/a/b"))
    assert not has_path("select 'x/a/y', '/ab/c'", Path("/a"))
