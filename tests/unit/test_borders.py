"""The borders between the rooms of the code: who may know of whom, read from every import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "orchestration"
MODULES = sorted(PACKAGE.rglob("*.py"))
HALL = {"__init__", "definitions", "errors", "pipeline"}
# Whoever starts Dagster: the command, a whole run, and what Dagster itself loads.
STARTS_DAGSTER = {"cli", "dagster_app", "definitions", "pipeline"}


def room_of(path: Path) -> str:
    """The folder under `orchestration`, or the module that stands in the hall."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def imports_of(path: Path) -> frozenset[str]:
    """Every module that a file imports, also inside functions and for types only."""
    return frozenset(_imports(ast.parse(path.read_text(encoding="utf-8"))))


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def rooms_known() -> dict[str, set[str]]:
    """By room: the other rooms that it imports anything of."""
    rooms = {room_of(path) for path in MODULES}
    known: dict[str, set[str]] = {room: set() for room in rooms}
    for path in MODULES:
        for name in imports_of(path):
            package, _, rest = name.partition(".")
            other = rest.partition(".")[0]
            if package == "orchestration" and other in rooms - {room_of(path)}:
                known[room_of(path)].add(other)
    return known


def test_no_room_knows_of_one_that_knows_of_it() -> None:
    assert tuple(TopologicalSorter(rooms_known()).static_order())


def test_only_its_own_room_imports_dagster() -> None:
    importers = {
        room_of(path)
        for path in MODULES
        for name in imports_of(path)
        if name.partition(".")[0].partition("_")[0] == "dagster"
    }
    assert importers == {"dagster_app"}


def test_dagster_is_known_to_whoever_starts_it_alone() -> None:
    known = rooms_known()
    assert {room for room in known if "dagster_app" in known[room]} < STARTS_DAGSTER


def test_the_lab_is_known_to_the_command_alone() -> None:
    importers = {
        room_of(path)
        for path in MODULES
        for name in imports_of(path)
        if name.partition(".")[0] == "lab"
    }
    assert importers == {"cli"}


def test_settings_know_nothing_but_errors() -> None:
    known = rooms_known()
    assert known["settings"] == {"errors"}
    assert known["errors"] == set()


def test_the_hall_holds_what_a_visitor_looks_for_alone() -> None:
    assert {path.stem for path in PACKAGE.glob("*.py")} == HALL


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_no_private_name_of_another(path: Path) -> None:
    private = {
        name
        for name in imports_of(path)
        if name.startswith("orchestration.") and name.rpartition(".")[2].startswith("_")
    }
    assert private == set()
