"""What each table has to do in a batch: nothing twice, and nothing that is not needed."""

from __future__ import annotations

from typing import Any

from orchestration.engines.state import ModelState
from orchestration.warehouse.batches import MATERIALIZATIONS, Models, is_interrupted, plan_batch


def node(
    name: str,
    code: str,
    parents: list[str],
    kind: str = MATERIALIZATIONS[0],
    schema: str = "main",
) -> dict[str, Any]:
    return {
        "name": name,
        "resource_type": "model",
        "raw_code": code,
        "config": {"materialized": kind, "unique_key": "id", "schema": schema},
        "columns": {},
        "depends_on": {"nodes": [f"model.{parent}" for parent in parents], "macros": ["macro.a"]},
    }


def models(**code: str) -> Models:
    """messages -> standing (a view) -> days -> users; threads -> days."""
    nodes = [
        node("messages", code.get("messages", "m"), []),
        node("threads", code.get("threads", "t"), [], schema=code.get("schema_of_threads", "main")),
        node("standing", code.get("standing", "v"), ["messages"], "view"),
        node("days", code.get("days", "d"), ["standing", "threads"]),
        node("users", code.get("users", "u"), ["days"]),
        node("mart", code.get("mart", "x"), ["days"], "table"),
    ]
    manifest = {
        "nodes": {f"model.{n['name']}": n for n in nodes},
        "macros": {},
        "metadata": {"adapter_type": "duckdb"},
    }
    return Models(manifest, code.get("basis", "UTC"))


def states(of: Models, **batches: tuple[int, str]) -> dict[str, ModelState]:
    return {
        name: ModelState(of.fingerprints[name], number, action, "v", None, 0)
        for name, (number, action) in batches.items()
    }


ALL = ("messages", "threads", "days", "users")


def test_an_empty_warehouse_is_built() -> None:
    plan = plan_batch(1, models(), {})
    assert plan.actions == dict.fromkeys(ALL, "build")
    assert plan.builds_all


def test_a_batch_is_applied_to_what_has_had_the_one_before() -> None:
    m = models()
    plan = plan_batch(8, m, states(m, **dict.fromkeys(ALL, (7, "applied"))))
    assert plan.actions == dict.fromkeys(ALL, "apply")


def test_what_has_had_the_batch_is_left_alone() -> None:
    m = models()
    had = states(
        m, messages=(8, "applied"), threads=(8, "applied"), days=(7, "built"), users=(7, "applied")
    )
    assert is_interrupted(8, m, had)
    plan = plan_batch(8, m, had)
    assert plan.actions == {
        "messages": "applied",
        "threads": "applied",
        "days": "apply",
        "users": "apply",
    }


def test_after_a_table_that_was_built_anew_all_that_follow_are_too() -> None:
    m = models()
    had = states(
        m, messages=(8, "applied"), threads=(8, "built"), days=(7, "applied"), users=(7, "applied")
    )
    assert plan_batch(8, m, had).actions["days"] == "build"
    assert plan_batch(8, m, had).actions["users"] == "build"


def test_a_table_that_missed_a_batch_is_built_anew() -> None:
    m = models()
    had = states(m, **{**dict.fromkeys(ALL, (7, "applied")), "threads": (5, "applied")})
    plan = plan_batch(8, m, had)
    assert plan.actions["messages"] == "apply"
    assert plan.actions["threads"] == plan.actions["days"] == "build"


def test_a_changed_definition_rebuilds_it_and_what_follows_from_it_alone() -> None:
    before = models()
    had = states(before, **dict.fromkeys(ALL, (7, "applied")))
    assert plan_batch(8, models(days="new column"), had).actions == {
        "messages": "apply",
        "threads": "apply",
        "days": "build",
        "users": "build",
    }
    # Through a view, too; a mart is made anew in any case.
    assert plan_batch(8, models(standing="new"), had).actions["days"] == "build"
    assert not plan_batch(8, models(mart="new column"), had).needs_work([]) or set(
        plan_batch(8, models(mart="new column"), had).actions.values()
    ) == {"apply"}


def test_a_table_of_another_schema_is_built_anew_with_what_follows_from_it() -> None:
    had = states(models(), **dict.fromkeys(ALL, (1, "applied")))
    actions = plan_batch(2, models(schema_of_threads="internal"), had).actions
    assert actions == {"messages": "apply", "threads": "build", "days": "build", "users": "build"}


def test_another_zone_rebuilds_everything() -> None:
    had = states(models(), **dict.fromkeys(ALL, (7, "applied")))
    assert plan_batch(8, models(basis="Europe/Warsaw"), had).builds_all
    assert not is_interrupted(7, models(basis="Europe/Warsaw"), had)


def test_a_chosen_table_is_built_anew_without_a_new_batch() -> None:
    m = models()
    had = states(m, **dict.fromkeys(ALL, (7, "applied")))
    plan = plan_batch(7, m, had, frozenset(["users"]))
    assert plan.actions["users"] == "build"
    assert not plan.needs_work(["users"])


def test_a_view_of_changes_is_made_anew_once_its_table_was() -> None:
    """Its changes are a view of the table's, which went when that was built anew by itself."""
    nodes = [
        node("versions", "m", []),
        node("facts", "v", ["versions"], "changed_view"),
        node("days", "d", ["facts"]),
    ]
    m = Models(
        {
            "nodes": {f"model.{n['name']}": n for n in nodes},
            "macros": {},
            "metadata": {"adapter_type": "duckdb"},
        },
        "UTC",
    )
    had = states(m, versions=(8, "built"), facts=(8, "applied"), days=(8, "applied"))
    assert plan_batch(8, m, had).actions == {
        "versions": "built",
        "facts": "build",
        "days": "applied",
    }
    again = {**had, **states(m, facts=(8, "built"))}
    assert not plan_batch(8, m, again).needs_work([])
