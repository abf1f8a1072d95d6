"""The register of numbers as it is asked for here: which a scope shows, which are of a kind."""

from __future__ import annotations

from typing import Any

from orchestration.warehouse.numbers import read_register

Number = dict[str, Any]


def shown_numbers(scope: str) -> dict[str, Number]:
    """The numbers that a scope shows, in the order of its marts' columns."""
    return {
        name: number
        for name, number in read_register().items()
        if scope in number.get("only_in", [scope])
    }


def of_kind(*kinds: str) -> dict[str, Number]:
    """The numbers of some kinds, in the register's order."""
    return {name: n for name, n in read_register().items() if n["kind"] in kinds}
