"""Every kind of bad export is told as docs/bad-exports.md says, and nothing of it is lost."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration.exports import ExportsNotFound, find_export_days, read_manifests

from .bad_exports import GROUPS, PAGE, BadExport, table_row, what_the_operator_sees
from .builders import DAY, rating, write_records

KINDS = [bad_export for kinds in GROUPS.values() for bad_export in kinds]


def test_there_are_many_kinds_and_each_is_told_once() -> None:
    assert len({bad_export.kind for bad_export in KINDS}) == len(KINDS) >= 60
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    assert len([row for row in rows if "| ---" not in row]) == len(KINDS) + len(GROUPS)


@pytest.mark.parametrize("bad_export", KINDS, ids=[bad_export.kind for bad_export in KINDS])
def test_a_bad_export_is_told_as_the_page_says(tmp_path: Path, bad_export: BadExport) -> None:
    row = table_row(bad_export, tmp_path)
    assert row.count("\n") == 1
    assert row in PAGE.read_text()
    is_bad_file = "| bad file:" in row or "; bad file:" in row
    assert bool(read_manifests(tmp_path / "raw")) != is_bad_file, "a bad file lands nothing"
    assert not list((tmp_path / "raw").glob(".incoming/*"))


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that anybody may enter, unlike those of pytest."""
    folder = Path(tempfile.mkdtemp(prefix="inbox-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@contextmanager
def somebody_else() -> Iterator[None]:
    """Without the rights of the administrator, who may read everything."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_file_that_may_not_be_read_fails_its_day(open_folder: Path) -> None:
    path = write_records(open_folder / "exports", "ratings.csv", [rating()])
    path.chmod(0o000)
    with somebody_else():
        seen = what_the_operator_sees(open_folder / "exports", open_folder / "raw")
    assert seen == "bad file: it cannot be read (Permission denied)"


def test_a_folder_that_may_not_be_read_is_told(open_folder: Path) -> None:
    path = write_records(open_folder / "exports", "ratings.csv", [rating()])
    for folder in (path.parent, path.parent.parent):
        folder.chmod(0o000)
        with somebody_else(), pytest.raises(ExportsNotFound, match="cannot be read") as raised:
            find_export_days(open_folder / "exports")
        assert str(folder) in str(raised.value)
        folder.chmod(0o700 if folder.name == str(DAY) else 0o755)
