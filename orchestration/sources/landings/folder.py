"""A landing in a folder: files of JSON lines, CSV or Parquet, a table or several in each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import duckdb

from ..errors import LandingIncomplete, SourceUnreachable
from ..language import literal_paths
from ..model import Part, Table
from ..unpacking import ENDINGS
from .copies import Copies
from .json_lines import json_relation
from .layout import Layout
from .sniffing import FirstLines, Wrap, ends_whole, look_at
from .typed import described, typed_relation

_FORMATS = {"jsonl": "json", "ndjson": "json", "json": "json", "csv": "csv", "parquet": "parquet"}
DEEPEST = 5
LONGEST_ROW = 64 * 2**20  # a desk's own tables hold attachments
_SHORT_ROW = 2 * 2**20


@dataclass(frozen=True)
class LandedFile:
    """A file of a landing: how it is written, how it was when it was listed, how it is reached."""

    name: str  # below the landing's folder
    format: str
    identity: str
    locate: Callable[[], Path]

    @cached_property
    def path(self) -> Path:
        """Where it can be opened; one that lies elsewhere is brought here first."""
        return self.locate()

    @cached_property
    def first_lines(self) -> FirstLines:
        """What its first lines tell, of a file of JSON lines."""
        return look_at(self.path)


def list_files(where: Path, folder: Path) -> list[LandedFile]:
    """The files below a folder that may hold records, ordered by name.

    folder: gets links to copies of what cannot be read where it lies.
    """
    copies = Copies(folder)
    try:
        paths = [where] if where.is_file() else sorted(where.rglob("*"))
        found = [file for path in paths if (file := _landed_file(path, where, copies)) is not None]
    except OSError as error:
        raise SourceUnreachable(f"{where} cannot be read: {error.strerror}") from None
    return found


def _landed_file(path: Path, where: Path, copies: Copies) -> LandedFile | None:
    name = path.name if path == where else str(path.relative_to(where))
    kind = format_of(name)
    if kind is None or not path.is_file() or not path.resolve().is_relative_to(where.resolve()):
        return None
    status = path.stat()
    locate = partial(copies.without_mark, path) if kind == "json" else lambda: path
    return LandedFile(name, kind, f"{status.st_size}:{status.st_mtime_ns}", locate)


def format_of(name: str) -> str | None:
    """How a file below a landing's folder is written; None where it holds no records."""
    path = Path(name)
    if len(path.parts) > DEEPEST or any(part.startswith((".", "_")) for part in path.parts):
        return None
    stem = path.with_suffix("") if path.suffix in ENDINGS else path
    return _FORMATS.get(stem.suffix.removeprefix(".").lower())


def is_named(name: str, table: str) -> bool:
    """Whether a file (or one of the folders that it lies in) is named for a table."""
    parts = [part.lower() for part in Path(name).parts]
    wanted = table.lower()
    # `tickets.jsonl`, `tickets_2024_01_05.jsonl`, `tickets-1.csv`; not `tickets_deleted.jsonl`.
    of_file = re.fullmatch(rf"{re.escape(wanted)}([._-]*(\d|part|page|data|\W).*)?", parts[-1])
    return wanted in parts[:-1] or of_file is not None


class FolderLanding:
    """Files of a connector's layout."""

    reads_once = False

    def __init__(self, layout: Layout, files: Sequence[LandedFile]) -> None:
        self.name = layout.name
        self.layout = layout
        self.files = files

    def parts(self, table: Table) -> Sequence[Part]:
        """The files of a table. Raises LandingIncomplete where one is cut off."""
        return [
            Part(file.name, file.identity, self._is_shared(file)) for file in self._files(table)
        ]

    def relation(
        self, connection: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[Part]
    ) -> str:
        """The original records of files of one table, whatever they are written in."""
        wanted = {part.name for part in parts}
        groups: dict[tuple[str, Wrap], list[LandedFile]] = {}
        for file in self._files(table):
            if file.name in wanted:
                _see_that_it_is_whole(file)
                wrap = file.first_lines.wrap if file.format == "json" else Wrap.PLAIN
                groups.setdefault((file.format, wrap), []).append(file)
        return " union all by name ".join(
            f"({self._of_group(connection, table, kind, wrap, files)})"
            for (kind, wrap), files in groups.items()
        )

    def unknown_columns(
        self, connection: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[Part]
    ) -> Iterable[str]:
        """Names that are there and not read: of JSON, as far as the first lines show."""
        wanted = {part.name for part in parts}
        names: set[str] = set()
        for file in self._files(table):
            if file.name in wanted:
                names |= self._names(connection, table, file)
        return self.layout.unread(names, table.columns)

    def _names(
        self, connection: duckdb.DuckDBPyConnection, table: Table, file: LandedFile
    ) -> set[str]:
        if file.format == "json":
            keys = file.first_lines.keys
            return {
                key for name in (table.name, *table.other_names, "") for key in keys.get(name, ())
            }
        return set(described(connection, _scan(file.format, [str(file.path)])))

    def _files(self, table: Table) -> list[LandedFile]:
        names = (table.name, *table.other_names)
        return [file for file in self.files if self._is_of(file, names)]

    def _is_of(self, file: LandedFile, names: tuple[str, ...]) -> bool:
        if any(is_named(file.name, name) for name in names):
            return True
        return is_named(file.name, "records") and self._is_shared(file)

    def _is_shared(self, file: LandedFile) -> bool:
        return file.format == "json" and file.first_lines.wrap.has_many_tables

    def _of_group(
        self,
        connection: duckdb.DuckDBPyConnection,
        table: Table,
        kind: str,
        wrap: Wrap,
        files: list[LandedFile],
    ) -> str:
        paths = [str(file.path) for file in files]
        if kind == "json" and not self.layout.parts_lists:
            return json_relation(table, paths, wrap, self.layout)
        scan = _scan(kind, paths)
        return typed_relation(connection, table, scan, self.layout, self._child_scan)

    def _child_scan(self, name: str) -> str | None:
        files = [file for file in self.files if is_named(file.name, name)]
        if not files or not self.layout.parts_lists:
            return None
        return _scan(files[0].format, [str(file.path) for file in files])


def _scan(kind: str, paths: Sequence[str]) -> str:
    match kind:
        case "csv":
            # Left alone, the engine sets sixteen of the longest rows aside for each file.
            longest = _longest_row(paths)
            options = (
                "all_varchar = true, header = true, union_by_name = true,"
                f" quote = '\"', escape = '\"', max_line_size = {longest}, buffer_size = {longest}"
            )
            return f"read_csv({literal_paths(paths)}, {options})"
        case "parquet":
            return f"read_parquet({literal_paths(paths)}, union_by_name = true)"
    # Keys whose values are null vanish in such files, so every line is looked at.
    return (
        f"read_json({literal_paths(paths)}, format = 'newline_delimited', maximum_depth = 1,"
        " sample_size = -1, union_by_name = true)"
    )


def _longest_row(paths: Sequence[str]) -> int:
    """How long a row of these files may be: as long as a whole file, up to a limit."""
    largest = max(
        LONGEST_ROW if path.endswith(ENDINGS) else Path(path).stat().st_size for path in paths
    )
    return min(max(largest, _SHORT_ROW), LONGEST_ROW)


def _see_that_it_is_whole(file: LandedFile) -> None:
    if file.format == "json" and not ends_whole(file.path):
        raise LandingIncomplete(
            f"{file.name} is cut off in its last line: it may still be written; import again later"
        )
