"""Which change to the warehouse is under way, and what each model has to do for it.

A batch is what landed since the batch before it: files that came and files that they replace. The
catalog names the batch; the database notes in `load_state.models`, in the transaction that changes
a table, that the table has had it. So a build that was killed goes on where it ended, and no table
has a batch twice. A table whose definition has changed is built anew, and all that follow from it.

Belongs here: the numbers, plans and fingerprints of batches. Does not: running dbt (`dbt`), and
what a batch does to a table (the dbt project's macros).
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from orchestration.engines.state import ModelState

MATERIALIZATIONS = ("changed_rows", "changed_view")
"""dbt's names for tables that batches change, and views of them; others are rebuilt each time."""


_SCHEDULES = (".raw.schedules", ".raw.zone_offsets")
"""How dbt's names of the sources end that hold the opening hours, not what has landed."""


@dataclass(frozen=True)
class BatchPlan:
    """What each table of changed rows has to do: build, apply, or nothing (built, applied)."""

    batch_number: int
    actions: Mapping[str, str]
    fingerprints: Mapping[str, str]

    @property
    def builds_all(self) -> bool:
        """Whether nothing that stands is of use."""
        return all(action == "build" for action in self.actions.values())

    def needs_work(self, besides: Collection[str]) -> bool:
        """Whether any table but the given ones has something to do."""
        return any(
            action in ("build", "apply")
            for name, action in self.actions.items()
            if name not in besides
        )

    @property
    def environment(self) -> str:
        """The plan as the dbt project's macros read it."""
        models = {
            name: {"action": action, "fingerprint": self.fingerprints[name]}
            for name, action in self.actions.items()
        }
        return json.dumps(
            {"batch_number": self.batch_number, "version": uuid.uuid4().hex, "models": models}
        )


class Models:
    """The models of a dbt manifest that batches change, with what they are made of."""

    def __init__(self, manifest: Mapping[str, Any], basis: str, schedules: str = "") -> None:
        """basis: what besides the project changes rows: settings, versions, the raw format.

        schedules: the fingerprint of the opening hours, which change only what is made of them.
        """
        self._manifest = manifest
        self._nodes = {
            unique_id: node
            for unique_id, node in manifest["nodes"].items()
            if node["resource_type"] == "model"
        }
        self._basis = basis
        self._schedules = schedules
        self._fingerprints: dict[str, str] = {}

    @cached_property
    def fingerprints(self) -> dict[str, str]:
        """By model: a hash of its definition, of all that it is made from, and of the basis."""
        return {
            node["name"]: self._fingerprint(unique_id)
            for unique_id, node in self._nodes.items()
            if node["config"]["materialized"] in MATERIALIZATIONS
        }

    @cached_property
    def parents(self) -> dict[str, set[str]]:
        """By model: the nearest models before it that batches change."""
        return {
            node["name"]: set(self._parents(unique_id))
            for unique_id, node in self._nodes.items()
            if node["name"] in self.fingerprints
        }

    @property
    def views(self) -> set[str]:
        """The names of those models that are views of tables of changed rows."""
        return {
            node["name"]
            for node in self._nodes.values()
            if node["config"]["materialized"] == MATERIALIZATIONS[1]
        }

    @property
    def keys(self) -> dict[str, list[str]]:
        """By model: the columns that tell which rows a changed row replaces."""
        keys = {
            node["name"]: node["config"]["unique_key"]
            for node in self._nodes.values()
            if node["name"] in self.fingerprints
        }
        return {name: [key] if isinstance(key, str) else key for name, key in keys.items()}

    @property
    def required(self) -> dict[str, list[str]]:
        """By model: the columns that are never null."""
        return {
            node["name"]: [
                name
                for name, column in node["columns"].items()
                if any(constraint["type"] == "not_null" for constraint in column["constraints"])
            ]
            for node in self._nodes.values()
        }

    @property
    def schemas(self) -> dict[str, str]:
        """By name of all models: the schema that each lies in."""
        return {node["name"]: layer_of(node) for node in self._nodes.values()}

    @property
    def published(self) -> set[str]:
        """The names of the relations that readers get."""
        return {node["name"] for node in self._nodes.values() if layer_of(node) == "main"}

    def _parents(self, unique_id: str) -> Iterator[str]:
        for parent in self._nodes[unique_id]["depends_on"]["nodes"]:
            if parent not in self._nodes:
                continue
            name = self._nodes[parent]["name"]
            if name in self.fingerprints:
                yield name
            else:
                yield from self._parents(parent)

    def _fingerprint(self, unique_id: str) -> str:
        if unique_id not in self._fingerprints:
            node = self._nodes[unique_id]
            definition = {
                "code": node["raw_code"],
                "schema": layer_of(node),
                "materialized": node["config"]["materialized"],
                "unique_key": node["config"]["unique_key"],
                "columns": {
                    name: [column["data_type"], column["constraints"]]
                    for name, column in node["columns"].items()
                },
                "macros": sorted(self._macros(node).items()),
                "parents": [
                    self._fingerprint(parent)
                    for parent in sorted(node["depends_on"]["nodes"])
                    if parent in self._nodes
                ],
            }
            if any(parent.endswith(_SCHEDULES) for parent in node["depends_on"]["nodes"]):
                definition["schedules"] = self._schedules
            text = json.dumps([self._basis, definition], sort_keys=True)
            self._fingerprints[unique_id] = hashlib.sha256(text.encode()).hexdigest()
        return self._fingerprints[unique_id]

    def _macros(self, node: Mapping[str, Any]) -> dict[str, str]:
        """The macros of this project that a model uses, directly or not, with their code."""
        found: dict[str, str] = {}
        waiting = [
            *node["depends_on"]["macros"],
            "macro.inbox_warehouse.materialization_"
            f"{node['config']['materialized']}_{self._manifest['metadata']['adapter_type']}",
        ]
        while waiting:
            unique_id = waiting.pop()
            macro = self._manifest["macros"].get(unique_id)
            if macro and unique_id not in found and unique_id.startswith("macro.inbox_warehouse."):
                found[unique_id] = macro["macro_sql"]
                waiting.extend(macro["depends_on"]["macros"])
        return found


def layer_of(model: Mapping[str, Any]) -> str:
    """The schema of a model's relation, whichever name it has with an engine."""
    return str(model["config"]["schema"])


def is_interrupted(batch_number: int, models: Models, states: Mapping[str, ModelState]) -> bool:
    """Whether a batch has not come to every table that it could be applied to."""
    return any(
        state.batch_number == batch_number - 1
        and state.fingerprint == models.fingerprints.get(name)
        for name, state in states.items()
    )


def plan_batch(
    batch_number: int,
    models: Models,
    states: Mapping[str, ModelState],
    rebuild: frozenset[str] = frozenset(),
) -> BatchPlan:
    """What each model has to do so that its table has had the batch.

    A table that has had it stays; one that has had the batch before it gets the changes; any other
    is built anew, as is one of whose parents in this batch is or was, since their changes are not
    known. rebuild: models to build anew all the same.
    """
    actions: dict[str, str] = {}
    for name in _in_order(models.parents):
        state = states.get(name)
        if name in rebuild or state is None or state.fingerprint != models.fingerprints[name]:
            actions[name] = "build"
        elif state.batch_number == batch_number:
            actions[name] = state.action
            # Its changes are a view of changes that went when the table before it was built anew.
            if (
                name in models.views
                and state.action == "applied"
                and any(actions[parent] in ("build", "built") for parent in models.parents[name])
            ):
                actions[name] = "build"
        elif state.batch_number != batch_number - 1:
            actions[name] = "build"
        else:
            known = all(actions[parent] in ("apply", "applied") for parent in models.parents[name])
            actions[name] = "apply" if known else "build"
    return BatchPlan(batch_number, actions, models.fingerprints)


def _in_order(parents: Mapping[str, set[str]]) -> list[str]:
    ordered: list[str] = []
    waiting = sorted(parents)
    while waiting:
        ready = [name for name in waiting if parents[name] <= set(ordered)]
        ordered.extend(ready)
        waiting = [name for name in waiting if name not in ready]
    return ordered
