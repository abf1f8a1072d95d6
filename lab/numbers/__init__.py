"""The files that follow from the register of numbers: YAML of dbt, the table of the docs.

The register is the macro `numbers()` of the dbt project. dbt takes columns, measures and metrics
from YAML alone, in which no macro can be called, so `make numbers` writes those files, and a test
fails where one is out of date. Belongs here: writing these files, a module each. Does not: what a
number is.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import yaml

from lab.numbers.models import models
from lab.numbers.semantic import metrics, semantic_models
from lab.numbers.table import docs_table

PROJECT = Path(__file__).resolve().parents[2]
MODELS = PROJECT / "dbt_project" / "models" / "_numbers__models.yml"
SEMANTIC = PROJECT / "dbt_project" / "models" / "semantic" / "_semantic__numbers.yml"
DOCS = PROJECT / "docs" / "metrics.md"

_HEAD = "# Written by `make numbers` from macros/metrics/numbers.sql: change that.\nversion: 2\n\n"
_TABLE = re.compile(r"(?<=<!-- numbers -->\n).*?(?=<!-- end of the numbers -->)", re.DOTALL)


def files() -> dict[Path, str]:
    """By file that follows from the register: its text as it has to be now."""
    return {
        MODELS: _HEAD + _yaml({"models": models()}),
        SEMANTIC: _HEAD + _yaml({"semantic_models": semantic_models(), "metrics": metrics()}),
        DOCS: _TABLE.sub(lambda _: docs_table(), DOCS.read_text(encoding="utf-8")),
    }


def main() -> None:
    """Writes the files."""
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]
    """Lists within mappings indented, as the other files of the project are."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)


def _yaml(content: dict[str, Any]) -> str:
    text = io.StringIO()
    yaml.dump(content, text, Dumper=_Dumper, sort_keys=False, width=110, allow_unicode=True)
    return text.getvalue()
