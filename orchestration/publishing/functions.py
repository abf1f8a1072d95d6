"""The arguments of the published functions: which are given by place, and which by name.

A database does not tell a macro's defaults, so that a copy of a function has to know them. Belongs
here: that rule. Does not: what a function says (the dbt project) or how a database makes it.
"""

from __future__ import annotations

from collections.abc import Sequence

FIRST_BY_NAME = "channels"
"""From this argument on, all are given by name and are null unless given."""


def by_place_and_name(parameters: Sequence[str]) -> tuple[list[str], list[str]]:
    """The arguments of a function in their order: those by place, then those by name."""
    names = list(parameters)
    by_place = names.index(FIRST_BY_NAME) if FIRST_BY_NAME in names else len(names)
    return names[:by_place], names[by_place:]
