"""What dbt writes to make landed files readable, taken apart so that it serves other files too.

The macro `register_raw_records` makes two views an entity: of all landed files, and of those that a
batch brought and replaced. A view's text depends on which lists of files it has, and has them in
full. Kept is a text for each set of lists that was seen, with marks in their place, and one in the
place of the home's path: a home that is moved, copied or restored goes on with what it had.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.machine.sql import literal, literal_path
from orchestration.warehouse.catalog import Catalog, landed_name

Lists = Mapping[str, str]
"""By kind, entity and form: a list of landed files as the macro writes it."""

_VIEW = "create or replace view "

_HOME = "'<home>/"


@dataclass
class Part:
    """One statement. view: that it makes, if any. texts: by the names of the lists in it."""

    view: str
    texts: dict[str, str] = field(default_factory=dict)


def file_lists(catalog: Catalog) -> dict[str, str]:
    """The lists of files of a catalog, wherever the home is."""
    paths: dict[str, list[str]] = {}
    for kind in ("landed_files", "incoming_files", "replaced_files"):
        for file in sorted(getattr(catalog, kind), key=lambda one: (one.entity, one.export_date)):
            name = f"{kind} {file.entity} {file.format_version}"
            paths.setdefault(name, []).append(f"{_HOME}raw/{landed_name(file.path)}'")
    return {name: f"[{', '.join(some)}]" for name, some in paths.items()}


def take_apart(sql: str, lists: Lists, home: Path) -> list[Part] | None:
    """The statements of a hook with marks for lists of files; None where one is not found.

    None too where the home's path stands elsewhere than at the head of a file's.
    """
    parts = []
    unplaced = sql.replace(_head(home), _HOME)
    if has_path(unplaced, home):
        return None
    for text in filter(None, map(str.strip, unplaced.split(";"))):
        view = text.removeprefix(_VIEW).split()[0] if text.startswith(_VIEW) else ""
        names = _names(view, lists)
        if not all(lists[name] in text for name in names):
            return None
        for name in names:
            text = text.replace(lists[name], _mark(name))
        parts.append(Part(view, {_key(names): text}))
    return parts


def put_together(parts: Sequence[Part], lists: Lists, home: Path) -> str | None:
    """The statements with the files of a home; None where a view has lists as it never had."""
    statements = []
    for part in parts:
        names = _names(part.view, lists)
        text = part.texts.get(_key(names))
        if text is None:
            return None
        for name in names:
            text = text.replace(_mark(name), lists[name])
        statements.append(text)
    # The path comes last, so that nothing in it is taken for a mark.
    return ";\n".join(statements).replace(_HOME, _head(home))


def has_path(sql: str, home: Path) -> bool:
    """Whether a text has something in it that lies in the home, as a path or as a pattern."""
    forms = (f"{home}/", literal(f"{home}/")[1:-1], _head(home)[1:])
    # Not within a path that begins elsewhere.
    return any(re.search(rf"(?<![\w>]){re.escape(form)}", sql) for form in forms)


def merged(before: Sequence[Part], now: Sequence[Part]) -> list[Part]:
    """What is known of statements with what was known of them before."""
    known = {part.view: part.texts for part in before if part.view}
    return [Part(part.view, {**known.get(part.view, {}), **part.texts}) for part in now]


def _head(home: Path) -> str:
    """How a path in the home begins where it is read."""
    return literal_path(f"{home}/")[:-1]


def _names(view: str, lists: Lists) -> list[str]:
    """The lists of files that a view has."""
    names = []
    for name in lists:
        kind, entity, _ = name.split()
        if view == f"raw.{'' if kind == 'landed_files' else 'changed_'}{entity}":
            names.append(name)
    return names


def _key(names: Sequence[str]) -> str:
    return ", ".join(names)


def _mark(name: str) -> str:
    return f"<{name}>"
