"""The dbt project as parsed, and hashes of what its tables are made by; nothing here runs dbt."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from typing import Any

from orchestration.engines import Engine, engine_of
from orchestration.exports.manifest import FORMAT_VERSION
from orchestration.settings import DBT_PROJECT, Settings


def project_fingerprint() -> str:
    """A hash of every file of the dbt project and of the versions that run it."""
    digest = hashlib.sha256()
    for path in sorted(DBT_PROJECT.rglob("*")):
        relative = path.relative_to(DBT_PROJECT)
        if path.is_file() and relative.parts[0] not in ("target", "logs"):
            digest.update(str(relative).encode() + b"\0" + path.read_bytes() + b"\0")
    for package in ("dbt-core", "dbt-duckdb", "duckdb"):
        digest.update(f"{package}=={version(package)}".encode())
    return digest.hexdigest()


def basis(settings: Settings) -> str:
    """What besides the project decides over the rows of its tables: settings and versions."""
    engine = engine_of(settings)
    packages = ("dbt-core", f"dbt-{engine.name}", "duckdb")
    versions = [version(package) for package in packages]
    return json.dumps(
        [settings.timezone, settings.week_start, FORMAT_VERSION, *versions, *engine.form]
    )


class ParsedFiles:
    """What is kept of a project parsed for a target, and what it was parsed from.

    Not the variables of the settings: dbt reads them where it compiles a statement.
    """

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.engine = engine
        ending = "" if engine.has_readers_names else f".{engine.name}"
        self.manifest = settings.dbt_folder / f"manifest{ending}.json"
        self.parsed = settings.dbt_folder / f"parsed{ending}.msgpack"
        self.stamp = settings.dbt_folder / f"manifest{ending}.fingerprint"
        of_target = (
            [] if engine.has_readers_names else [version(f"dbt-{engine.name}"), *engine.form]
        )
        self.key = f"{project_fingerprint()} {json.dumps(of_target)}"

    @property
    def are_current(self) -> bool:
        """Whether they are all there, and of the project and settings of now."""
        files = (self.manifest, self.parsed, self.stamp)
        return all(file.exists() for file in files) and self.stamp.read_text() == self.key

    def load(self) -> Any:
        """The project as dbt parsed it last, if that is still so: reading it is far less work."""
        from dbt.contracts.graph.manifest import Manifest

        if not self.are_current:
            return None
        manifest = Manifest.from_msgpack(self.parsed.read_bytes())
        if self.engine.asks_graph:
            # What macros know as `graph`, which dbt makes where it parses.
            manifest.build_flat_graph()  # type: ignore[no-untyped-call]
        return manifest
