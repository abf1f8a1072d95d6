"""A second home made of what has landed in one: to build it anew, or as it was known on a day.

Landed files are linked, since nobody changes them; all else is copied. The manifests come last,
because a day is what its manifest names.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from orchestration.errors import InboxError
from orchestration.exports.manifest import Retention, read_manifests
from orchestration.settings import Settings

_DAY = re.compile(r"(?:export_date=)?(\d{4}-\d{2}-\d{2})(?:\.json)?")
_NOT_COPIED = frozenset({".incoming", ".lock", "target", "logs"})


class NotKnownAnyMore(InboxError):
    """What was known on a day cannot be told: what it was made of is gone, or never was."""


@contextmanager
def home_beside(settings: Settings, name: str, until: date | None = None) -> Iterator[Path]:
    """A home of its own in this one, gone afterwards: what landed, and the parsed project.

    name: how its folder begins; such that a killed process left are removed. until: the last export
    day that there is in it. The caller holds the warehouse's lock.
    """
    for left in settings.home.glob(f"{name}*"):
        shutil.rmtree(left, ignore_errors=True)
    home = Path(tempfile.mkdtemp(prefix=name, dir=settings.home))
    try:
        copy_landed(settings, home, until)
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def copy_landed(settings: Settings, home: Path, until: date | None = None) -> None:
    """Brings what has landed in a home to another, with the parsed project.

    That is export days, decisions, who was erased, and how far sources have come.
    """
    raw = home / settings.raw_folder.name

    def later(_: str, names: list[str]) -> set[str]:
        return {name for name in names if _is_after(name, until)}

    _copy(settings.dbt_folder, home / settings.dbt_folder.name)
    _copy(settings.sources_folder, home / settings.sources_folder.name)
    _copy(settings.raw_folder, raw, lambda folder, names: later(folder, names) | {"manifests"})
    _copy(settings.raw_folder / "manifests", raw / "manifests", later)


def _is_after(name: str, until: date | None) -> bool:
    match = _DAY.fullmatch(name)
    return until is not None and match is not None and match[1] > until.isoformat()


def _copy(
    source: Path, target: Path, ignore: Callable[[str, list[str]], set[str]] | None = None
) -> None:
    def ignored(folder: str, names: list[str]) -> set[str]:
        return {*_NOT_COPIED} & {*names} | (ignore(folder, names) if ignore else set())

    if source.is_dir():
        shutil.copytree(source, target, copy_function=_link, ignore=ignored, dirs_exist_ok=True)


def _link(source: str, target: str) -> None:
    """A link for a landed file, which nobody changes; a copy of anything else."""
    if source.endswith(".parquet"):
        with suppress(FileExistsError):
            _link_or_copy(source, target)
    else:
        shutil.copyfile(source, target)


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.copyfile(source, target)  # on another file system


def check_known(settings: Settings, day: date) -> None:
    """Sees that what was known on a day can still be told. Raises NotKnownAnyMore."""
    manifests = read_manifests(settings.raw_folder)
    if not any(loaded <= day for loaded in manifests):
        raise NotKnownAnyMore(
            f"No export day up to {day} is loaded: nothing was known then",
            advice="give --as-known a later day, or load the earlier ones",
        )
    closed = [loaded for loaded, m in manifests.items() if m.retention is not Retention.OPEN]
    if closed and day < max(closed):
        raise NotKnownAnyMore(
            f"What was known on {day} cannot be told: the days up to {max(closed)} are closed, and "
            "versions that one of them superseded are gone (INBOX_RETENTION_DAYS)",
            advice=f"give --as-known {max(closed)} or a later day",
        )
