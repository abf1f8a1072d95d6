"""What dbt writes to make landed files readable, taken apart so that it serves other files too.

The macro `register_raw_records` makes two views an entity: of all landed files, and of those that a
batch brought and replaced. A view's text depends on which lists of files it has, and has them in
full. Kept is a text for each set of lists that was seen, with marks in their place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orchestration.machine.sql import literal_path
from orchestration.warehouse.catalog import Catalog

Lists = Mapping[str, str]
"""By kind, entity and form: a list of landed files as the macro writes it."""

_VIEW = "create or replace view "


@dataclass
class Part:
    """One statement. view: that it makes, if any. texts: by the names of the lists in it."""

    view: str
    texts: dict[str, str] = field(default_factory=dict)


def file_lists(catalog: Catalog) -> dict[str, str]:
    """The lists of files of a catalog."""
    paths: dict[str, list[str]] = {}
    for kind in ("landed_files", "incoming_files", "replaced_files"):
        for file in sorted(getattr(catalog, kind), key=lambda one: (one.entity, one.export_date)):
            name = f"{kind} {file.entity} {file.format_version}"
            paths.setdefault(name, []).append(literal_path(file.path))
    return {name: f"[{', '.join(some)}]" for name, some in paths.items()}


def take_apart(sql: str, lists: Lists) -> list[Part] | None:
    """The statements of a hook with marks for lists of files; None where one is not found."""
    parts = []
    for text in filter(None, map(str.strip, sql.split(";"))):
        view = text.removeprefix(_VIEW).split()[0] if text.startswith(_VIEW) else ""
        names = _names(view, lists)
        if not all(lists[name] in text for name in names):
            return None
        for name in names:
            text = text.replace(lists[name], _mark(name))
        parts.append(Part(view, {_key(names): text}))
    return parts


def put_together(parts: Sequence[Part], lists: Lists) -> str | None:
    """The statements with other files; None where a view has lists as it never had."""
    statements = []
    for part in parts:
        names = _names(part.view, lists)
        text = part.texts.get(_key(names))
        if text is None:
            return None
        for name in names:
            text = text.replace(_mark(name), lists[name])
        statements.append(text)
    return ";\n".join(statements)


def merged(before: Sequence[Part], now: Sequence[Part]) -> list[Part]:
    """What is known of statements with what was known of them before."""
    known = {part.view: part.texts for part in before if part.view}
    return [Part(part.view, {**known.get(part.view, {}), **part.texts}) for part in now]


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
