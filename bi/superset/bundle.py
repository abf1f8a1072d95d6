"""The dashboard's assets as the zip file that Superset imports.

Belongs here: which files it holds, the address of the database in it, and of which kind it is. Does
not: sending it anywhere.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Literal

import yaml

ASSETS = Path(__file__).with_name("assets")
DATABASE = ASSETS / "databases" / "inbox.yaml"
METADATA = ASSETS / "metadata.yaml"
ROOT = "inbox_report"
# What Superset calls a bundle that its Dashboards page takes, and one that replaces all it names.
Kind = Literal["Dashboard", "assets"]


def database_uri(database: Path) -> str:
    """The published file as SQLAlchemy's address of it."""
    return f"duckdb:///{database.resolve()}"


def write_bundle(bundle: Path, uri: str, kind: Kind) -> None:
    """Writes the assets as a zip file, with the database at the address."""
    bundle.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(ASSETS.rglob("*.yaml")):
            content = file.read_text(encoding="utf-8")
            if file == DATABASE:
                content = _with(content, "sqlalchemy_uri", uri)
            elif file == METADATA:
                content = _with(content, "type", kind)
            archive.writestr(f"{ROOT}/{file.relative_to(ASSETS)}", content)


def _with(document: str, key: str, value: str) -> str:
    changed: str = yaml.safe_dump(yaml.safe_load(document) | {key: value}, sort_keys=False)
    return changed
