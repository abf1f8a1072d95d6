"""The statements that make landed files readable, with the files of another batch."""

from __future__ import annotations

from orchestration.warehouse.catalog import Catalog, LandedFile
from orchestration.warehouse.raw_views import file_lists, merged, put_together, take_apart


def catalog(landed: list[LandedFile], incoming: list[LandedFile]) -> Catalog:
    return Catalog(1, (), (), tuple(landed), tuple(incoming), ())


def file(entity: str, day: int, form: int = 3) -> LandedFile:
    return LandedFile(entity, f"2024-01-{day:02}", f"/raw/{entity}/{day}'s.parquet", form)


def as_dbt_writes(landed: str, incoming: str) -> str:
    return (
        "create schema if not exists raw;\n"
        f"create or replace view raw.agents as select name from {landed};\n\n"
        f"create or replace view raw.changed_agents as select name from {incoming};\n"
    )


NONE = "nothing where false"


def read(*days: int) -> str:
    paths = ", ".join(f"'/raw/agents/{day}''s.parquet'" for day in days)
    return f"read_parquet([{paths}])"


def told(sql: str | None) -> list[str]:
    assert sql is not None
    return sql.split()


def test_statements_of_one_batch_serve_another_with_its_files() -> None:
    first = file_lists(catalog([file("agents", 1), file("agents", 2)], [file("agents", 2)]))
    parts = take_apart(as_dbt_writes(read(1, 2), read(2)), first)
    assert parts is not None
    now = file_lists(catalog([file("agents", day) for day in (3, 1, 2)], [file("agents", 3)]))
    sql = put_together(parts, now)
    assert told(sql) == told(as_dbt_writes(read(1, 2, 3), read(3)).rstrip(";\n"))


def test_a_list_that_the_landed_and_the_incoming_files_share_is_told_apart() -> None:
    """As where the first file of a kind of record comes."""
    first = file_lists(catalog([file("agents", 1)], [file("agents", 1)]))
    parts = take_apart(as_dbt_writes(read(1), read(1)), first)
    assert parts is not None
    now = file_lists(catalog([file("agents", 1), file("agents", 2)], [file("agents", 2)]))
    sql = put_together(parts, now)
    assert told(sql) == told(as_dbt_writes(read(1, 2), read(2)).rstrip(";\n"))


def test_a_batch_without_files_of_an_entity_has_to_be_seen_once() -> None:
    with_agents = file_lists(catalog([file("agents", 1), file("agents", 2)], [file("agents", 2)]))
    without = file_lists(catalog([file("agents", 1)], []))
    parts = take_apart(as_dbt_writes(read(1, 2), read(2)), with_agents)
    assert parts is not None
    assert put_together(parts, without) is None
    seen = take_apart(as_dbt_writes(read(1), NONE), without)
    assert seen is not None
    both = merged(parts, seen)
    assert told(put_together(both, without)) == told(as_dbt_writes(read(1), NONE).rstrip(";\n"))
    assert told(put_together(both, with_agents)) == told(
        as_dbt_writes(read(1, 2), read(2)).rstrip(";\n")
    )


def test_files_of_another_form_are_another_list() -> None:
    first = file_lists(catalog([file("agents", 1), file("agents", 2)], [file("agents", 2)]))
    parts = take_apart(as_dbt_writes(read(1, 2), read(2)), first)
    assert parts is not None
    newer = file_lists(catalog([file("agents", 1), file("agents", 2, 4)], [file("agents", 2, 4)]))
    assert put_together(parts, newer) is None


def test_what_is_not_found_is_not_kept() -> None:
    lists = file_lists(catalog([file("agents", 1)], []))
    assert take_apart(as_dbt_writes("another_reader", NONE), lists) is None
