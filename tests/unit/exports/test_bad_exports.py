"""Every kind of bad export is told as docs/bad-exports.md says, and nothing of it is lost."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestration.exports import (
    BadExportFile,
    ExportsNotFound,
    find_export_days,
    layout,
    load_day,
    read_manifests,
    validate_files,
)
from orchestration.exports.loading import load_days
from orchestration.privacy.record import Door
from orchestration.settings import load_settings

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


def test_an_exports_folder_that_may_not_be_read_is_told(open_folder: Path) -> None:
    exports = write_records(open_folder / "exports", "ratings.csv", [rating()]).parent.parent
    exports.chmod(0o000)
    with somebody_else(), pytest.raises(ExportsNotFound, match="cannot be read") as raised:
        find_export_days(exports)
    assert str(exports) in str(raised.value)
    exports.chmod(0o755)


def test_a_day_that_may_not_be_read_fails_alone_and_loads_once_it_may(open_folder: Path) -> None:
    exports, raw = open_folder / "exports", open_folder / "home" / "raw"
    settings = load_settings(exports=exports, home=open_folder / "home")
    after = DAY + timedelta(days=1)
    for day in (DAY, after):
        folder = write_records(exports, "ratings.csv", [rating()], day=day).parent
    (exports / str(DAY)).chmod(0o000)
    folder.chmod(0o755)
    with somebody_else():
        outcome = load_days(settings, Door())
        validated = validate_files(exports)
    assert [manifest.export_date for manifest in outcome.loaded] == [after]
    (told,) = outcome.failed
    assert told == (
        f"Export day folder {exports / str(DAY)} cannot be read (Permission denied). Nothing of "
        f"{DAY} was loaded; let this user read it, or mend the disk, and run again."
    )
    (bad_file,) = validated.bad_files
    assert bad_file.bad_reason == "its folder cannot be read (Permission denied)"
    (exports / str(DAY)).chmod(0o755)
    with somebody_else():
        assert load_days(settings, Door()).failed == []
    assert list(read_manifests(raw)) == [DAY, after]


@pytest.mark.parametrize("call", ["scandir", "stat"])
def test_a_day_on_a_broken_part_of_the_disk_fails_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """A file that cannot be looked at must not be passed over: a part of the day would load."""
    after = DAY + timedelta(days=1)
    for day in (DAY, after):
        write_records(tmp_path / "exports", "ratings.csv", [rating()], day=day)
    if call == "scandir":
        real = os.scandir

        def scandir(path: Any) -> Any:
            if Path(path).name == str(DAY):
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return real(path)

        monkeypatch.setattr(os, "scandir", scandir)
    else:
        lying = tmp_path / "exports" / str(DAY)
        real_inside = layout._is_inside

        def inside(entry: os.DirEntry[str], exports: Path, *, folder: bool) -> bool:
            if Path(entry.path).parent == lying:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return real_inside(entry, exports, folder=folder)

        monkeypatch.setattr(layout, "_is_inside", inside)
    first, second = find_export_days(tmp_path / "exports")
    assert second.problem is None
    assert [file.name for file in second.files] == ["ratings.csv"]
    with pytest.raises(BadExportFile, match="Input/output error"):
        load_day(first, tmp_path / "raw", Door())
