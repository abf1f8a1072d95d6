"""A line of JSON as values of a contract: what it holds, or what is wrong with it."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from orchestration.exports.reading.blocks import Failure
from orchestration.exports.reading.schema import LABEL_SEPARATOR, Column, Contract, Kind

_WANTED = {
    Kind.IDENTIFIER: "text",
    Kind.TEXT: "text",
    Kind.TIMESTAMP: "a time",
    Kind.INTEGER: "a number",
    Kind.BOOLEAN: "true or false",
    Kind.CHOICE: "text",
    Kind.LABELS: "a list of texts",
    Kind.BODY: "text",
}

_HALF_A_CHARACTER = "holds half of a character (a lone surrogate)"

_REPEATED_KEYS = object()  # the entry of a decoded object that lists its repeated keys

_MEMBER = re.compile(
    r'\s*(?P<key>"(?:[^"\\]|\\.)*+")\s*:'
    r'\s*(?P<value>"(?:[^"\\]|\\.)*+"|-?\d[\d.eE+-]*+|true|false|null)\s*,'
)


class Number(str):
    """A number, as the file writes it."""


class _Constant(str):
    """Infinity or -Infinity, which are no JSON."""


def _constant(text: str) -> _Constant | None:
    return None if text == "NaN" else _Constant(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[Any, Any]:
    found: dict[Any, Any] = dict(pairs)
    if len(found) != len(pairs):
        names = Counter(name for name, _ in pairs)
        found[_REPEATED_KEYS] = {name for name, count in names.items() if count > 1}
    return found


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=Number,
    parse_int=Number,
    parse_constant=_constant,
)


UNTERMINATED = "is no JSON (Unterminated string"
"""How the reason of a line begins that ends within a text."""


def decoded(line: str, contract: Contract) -> dict[str, Any] | str:
    """A line's object, or why it is none."""
    try:
        row = _DECODER.decode(line)
    except json.JSONDecodeError as error:
        return f"is no JSON ({error.msg}, character {error.pos + 1})"
    except RecursionError:
        return "is no JSON that can be read (nested too deep)"
    if not isinstance(row, dict):
        return "is no JSON object"
    repeated = row.pop(_REPEATED_KEYS, set()) & contract.by_name.keys()
    if repeated:
        return f"has the key {', '.join(sorted(repeated))} more than once"
    return row


def cell_of(value: object, column: Column) -> str | list[str] | Failure | None:
    """A value as text (or a list of texts), or what is wrong with it."""
    if value is None or value == "":
        return None
    if isinstance(value, _Constant):
        return Failure("is not a value", str(value))
    if isinstance(value, Number) and column.kind is Kind.LABELS:
        return Failure("is a number and should be a list of texts", str(value))
    if isinstance(value, bool):
        text = "true" if value else "false"
        return (
            text
            if column.kind is Kind.BOOLEAN
            else Failure(f"is {text} and should be {_WANTED[column.kind]}")
        )
    if isinstance(value, str):
        return _text(value, column)
    if isinstance(value, list) and column.kind is Kind.LABELS:
        return _labels(value)
    return Failure("is nested and should be " + _WANTED[column.kind])


def _text(value: str, column: Column) -> str | list[str] | Failure:
    if _holds_lone_surrogate(value):
        if column.kind is not Kind.BODY:
            return Failure(_HALF_A_CHARACTER, value)
        value = value.encode("utf-8", "replace").decode("utf-8")  # as many characters as before
    return value.split(LABEL_SEPARATOR) if column.kind is Kind.LABELS else value


def _labels(values: list[object]) -> list[str] | Failure:
    labels = []
    for value in values:
        if value is None:
            continue
        if not isinstance(value, str) or isinstance(value, _Constant):
            return Failure("holds something that is no text")
        if _holds_lone_surrogate(value):
            return Failure(_HALF_A_CHARACTER, value)
        labels.append(value)
    return labels


def _holds_lone_surrogate(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def cells_before_body(line: str, contract: Contract) -> dict[str, object]:
    """The known members at the start of a broken line, up to its `body` or to where it breaks."""
    cells: dict[str, object] = {}
    start = line.find("{") + 1
    if line[:start].strip() != "{":
        return cells
    while match := _MEMBER.match(line, start):
        try:
            name, value = json.loads(match["key"]), json.loads(match["value"])
        except ValueError:
            break
        if name == "body":
            break
        if name in contract.by_name:
            cells[name] = value
        start = match.end()
    return cells
