"""A real spreadsheet, LibreOffice Calc: what a CSV file is to whoever opens it there."""

from __future__ import annotations

import os
import subprocess
import xml.etree.ElementTree as ElementTree
from datetime import date
from pathlib import Path
from typing import Any

_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"
_TABLE, _TEXT, _OFFICE = (f"{{{_NAMESPACE.format(name)}}}" for name in ("table", "text", "office"))


class Formula(str):
    """What a cell would run."""


def open_in_calc(file: Path) -> list[list[Any]]:
    """The cells of a CSV file by rows: numbers, booleans, days, texts, formulas; None is empty.

    The file is converted in its folder.
    """
    done = subprocess.run(
        [
            *("soffice", "--headless", "--norestore"),
            f"-env:UserInstallation=file://{file.parent}/user",
            # Parted by commas, texts in quotes, UTF-8, from the first line.
            *("--infilter=CSV:44,34,76,1", "--convert-to", "fods"),
            *("--outdir", str(file.parent), str(file)),
        ],
        env={"PATH": os.environ["PATH"], "HOME": str(file.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert file.with_suffix(".fods").exists(), done.stdout  # it tells failure by words alone
    document = ElementTree.parse(file.with_suffix(".fods"))
    rows = []
    for row in document.iter(f"{_TABLE}table-row"):
        cells: list[Any] = []
        for cell in row.iter(f"{_TABLE}table-cell"):
            times = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            cells += [_value(cell)] * times
        rows += [cells] * int(row.get(f"{_TABLE}number-rows-repeated", "1"))
    return rows


def _value(cell: ElementTree.Element) -> Any:
    formula = cell.get(f"{_TABLE}formula")
    if formula is not None:
        return Formula(formula)
    match cell.get(f"{_OFFICE}value-type"):
        case None:
            return None
        case "float":
            return float(cell.get(f"{_OFFICE}value", ""))
        case "boolean":
            return cell.get(f"{_OFFICE}boolean-value") == "true"
        case "date":
            return date.fromisoformat(cell.get(f"{_OFFICE}date-value", ""))
        case kind:
            assert kind == "string", kind
            return "\n".join(_text(line) for line in cell.iter(f"{_TEXT}p"))


def _text(element: ElementTree.Element) -> str:
    """A line; spaces and tabs are elements of their own."""
    own = {f"{_TEXT}s": " " * int(element.get(f"{_TEXT}c", "1")), f"{_TEXT}tab": "\t"}
    inside = "".join(_text(child) + (child.tail or "") for child in element)
    return own.get(element.tag, "") + (element.text or "") + inside
