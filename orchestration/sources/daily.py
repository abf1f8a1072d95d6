"""INBOX_SOURCES: the file that names the sources of every day, and what it must not hold."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import WrongSource
from .request import Source

FIELDS = ("kind", "landing", "where", "prefix", "staff", "options")
_SECRET_NAME = re.compile(r"(token|passw|secret|credential|api_?key|private_?key)", re.I)
# Long, and of letters and digits without a word in it.
_SECRET_VALUE = re.compile(r"(?=[^/]*\d)(?=[^/]*[A-Za-z])[A-Za-z0-9+=_-]{32,}")
_LOGIN = re.compile(r"://[^/\s]*@|[?&](user|password|token|key|sig)=", re.I)


def read_sources(path: Path) -> list[Source]:
    """The sources of a file, in its order. Raises WrongSource, naming file, source and field."""
    _see_who_may_write(path)
    named = _mapping(path, _parsed(path).get("sources"), "sources")
    found = [_source(path, name, fields) for name, fields in named.items()]
    prefixes: dict[str | None, str] = {}
    for source in found:
        if source.prefix in prefixes:
            raise WrongSource(
                f"{path}: {source.name} and {prefixes[source.prefix]} have the prefix "
                f"{source.prefix!r}: their identifiers would be mixed; give each its own"
            )
        prefixes[source.prefix] = source.name
    return found


def _see_who_may_write(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise WrongSource(f"INBOX_SOURCES: {path} cannot be read: {error.strerror}") from None
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise WrongSource(
            f"{path} may be written by others, who could send records anywhere: chmod go-w {path}"
        )


def _parsed(path: Path) -> Mapping[str, Any]:
    import yaml

    try:
        parsed = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSource(f"{path} cannot be read ({type(error).__name__})") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = "" if mark is None else f", line {mark.line + 1}"
        raise WrongSource(f"{path}{line} is no YAML: see docs/sources.md for its form") from None
    return _mapping(path, parsed, "the file")


def _mapping(path: Path, value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise WrongSource(f"{path}: {what} is no list of names with fields: see docs/sources.md")
    return value


def _source(path: Path, name: str, value: Any) -> Source:
    fields = _mapping(path, value, name)
    _see_that_no_secret_is_there(path, name, fields)
    for field in fields:
        if field not in FIELDS:
            raise WrongSource(
                f"{path}: {name} has an unknown field {field!r}: give {', '.join(FIELDS)}"
            )
    for field in ("kind", "where"):
        if not isinstance(fields.get(field), str):
            raise WrongSource(f"{path}: {name} has no {field}")
    if _LOGIN.search(fields["where"]):
        raise WrongSource(
            f"{path}: where of {name} holds a login: leave it out, and give it by "
            f"INBOX_SOURCE_{name.upper()}_USER and INBOX_SOURCE_{name.upper()}_TOKEN"
        )
    staff = fields.get("staff") or []
    if not isinstance(staff, list):
        raise WrongSource(f"{path}: staff of {name} is no list")
    try:
        source = Source(
            name,
            fields["kind"],
            fields["where"],
            landing=fields.get("landing"),
            prefix=str(fields.get("prefix", name)),
            staff=tuple(str(entry) for entry in staff),
            options=_mapping(path, fields.get("options") or {}, f"options of {name}"),
        )
        source.typed_options  # noqa: B018
    except WrongSource as error:
        raise WrongSource(f"{path}: {name}: {error}") from None
    return source


def _see_that_no_secret_is_there(path: Path, source: str, value: Any, name: str = "") -> None:
    """The value is never told."""
    if isinstance(value, dict):
        for field, inner in value.items():
            _see_that_no_secret_is_there(path, source, inner, str(field))
        return
    if isinstance(value, list):
        for inner in value:
            _see_that_no_secret_is_there(path, source, inner, name)
        return
    looks_secret = isinstance(value, str) and name != "where" and _SECRET_VALUE.fullmatch(value)
    if looks_secret or _SECRET_NAME.search(name):
        raise WrongSource(
            f"{path}: {name} of {source} looks like a secret: take it out of the file, and give "
            f"it by INBOX_SOURCE_{source.upper()}_TOKEN"
        )
