"""Who may read what is written, whoever writes it: the command, Dagster's processes, a reader."""

from __future__ import annotations

import grp
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration.machine.access import make_private
from orchestration.publishing import published_file
from orchestration.settings import PROJECT_ROOT, Settings, load_settings

NOBODY = 65_534


@contextmanager
def somebody_of(group: int) -> Iterator[None]:
    """Another user, of a group alone; who is not the administrator can be nobody else."""
    user, own_group, groups = os.geteuid(), os.getegid(), os.getgroups()
    os.setgroups([group])
    os.setegid(group)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)
        os.setegid(own_group)
        os.setgroups(groups)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def group_settings(home: Path) -> Settings:
    return load_settings(home=home, group=grp.getgrgid(os.getegid()).gr_name)


def test_a_group_reads_what_is_published_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = group_settings(tmp_path / "home")
    monkeypatch.setattr(os, "getegid", lambda: -1)  # as one who is of the group beside their own
    make_private(settings)
    monkeypatch.undo()
    (settings.published_folder / "parquet").mkdir()
    file = settings.published_folder / "parquet" / "table"
    file.write_text("published")
    (settings.raw_folder / "landed").write_text("raw")
    assert mode(settings.home) == 0o710
    assert mode(settings.published_folder) == 0o2750
    assert mode(file) == 0o640
    assert mode(file.parent) == 0o2750
    assert mode(settings.raw_folder) == 0o700
    if os.geteuid() == 0:
        settings = load_settings(
            home=Path("/tmp") / f"inbox-access-{os.getpid()}", group=grp.getgrgid(NOBODY).gr_name
        )
        make_private(settings)
        try:
            file = settings.published_folder / "table"
            file.write_text("published")
            (settings.raw_folder / "landed").write_text("raw")
            with somebody_of(NOBODY):
                assert file.read_text() == "published"
                with pytest.raises(PermissionError):
                    (settings.raw_folder / "landed").read_text()
                with pytest.raises(PermissionError):
                    file.write_text("mine")
        finally:
            shutil.rmtree(settings.home)


def test_a_process_of_the_group_sets_no_bit_that_a_service_may_not_set(tmp_path: Path) -> None:
    settings = group_settings(tmp_path / "home")
    make_private(settings)
    assert mode(settings.published_folder) == 0o750


@pytest.mark.parametrize(
    "started", [["-m", "orchestration.cli", "prepare"], ["-c", "import orchestration.definitions"]]
)
def test_a_home_that_dagster_makes_is_the_owners_alone(tmp_path: Path, started: list[str]) -> None:
    home = tmp_path / "home"
    done = subprocess.run(
        [sys.executable, *started],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(PROJECT_ROOT),
            "INBOX_HOME": str(home),
            "INBOX_EXPORTS": str(tmp_path),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    written = [home, *home.rglob("*")]
    assert len(written) > 5
    assert [path for path in written if not path.is_symlink() and mode(path) & 0o077] == []


def test_what_a_readers_engine_spills_is_theirs_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published_file.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(published_file.tempfile, "tempdir", str(tmp_path))
    folder = published_file._spill_folder()
    assert mode(folder) == 0o700
    assert published_file._spill_folder() == folder
    folder.rmdir()
    (tmp_path / "elsewhere").mkdir()
    folder.symlink_to(tmp_path / "elsewhere")
    other = published_file._spill_folder()
    assert other not in (folder, tmp_path / "elsewhere")
    assert mode(other) == 0o700
