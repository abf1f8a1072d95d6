"""Settings and a home that others may have written are refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestration.machine.access import make_private
from orchestration.settings import load_settings
from orchestration.settings.ownership import NotOurs

NOBODY = 65_534
is_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to another user")


@pytest.fixture
def settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / ".env"
    path.write_text("INBOX_TIMEZONE=Europe/Warsaw\n")
    path.chmod(0o600)
    return path


def test_settings_of_our_own_are_read(settings_file: Path) -> None:
    for mode in (0o600, 0o640, 0o644):
        settings_file.chmod(mode)
        assert load_settings().timezone == "Europe/Warsaw"


@pytest.mark.parametrize("mode", [0o606, 0o602, 0o666])
def test_settings_that_others_may_write_are_refused(settings_file: Path, mode: int) -> None:
    settings_file.chmod(mode)
    with pytest.raises(NotOurs, match=r"Others than its owner may write .*chmod go-w"):
        load_settings()


@is_root
def test_settings_of_somebody_else_are_refused(settings_file: Path) -> None:
    os.chown(settings_file, NOBODY, -1)
    with pytest.raises(NotOurs, match=r"\.env belongs to nobody"):
        load_settings()


@is_root
def test_a_link_of_somebody_else_to_our_file_is_refused(settings_file: Path) -> None:
    real = settings_file.rename(settings_file.with_name("real"))
    settings_file.symlink_to(real)
    assert load_settings().timezone == "Europe/Warsaw"
    os.lchown(settings_file, NOBODY, -1)
    with pytest.raises(NotOurs, match="belongs to nobody"):
        load_settings()


@is_root
def test_a_group_is_others_unless_it_is_the_owners_own(settings_file: Path) -> None:
    settings_file.chmod(0o660)
    assert load_settings().timezone == "Europe/Warsaw"
    os.chown(settings_file, -1, NOBODY)
    with pytest.raises(NotOurs):
        load_settings()


def test_a_home_that_others_may_write_is_refused_once_anything_is_in_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o777)
    make_private(load_settings(home=home))
    assert home.stat().st_mode & 0o077 == 0, "an empty one is made ours"
    home.chmod(0o777)
    with pytest.raises(NotOurs, match=f"may write {home}"):
        make_private(load_settings(home=home))


@is_root
def test_a_home_of_somebody_else_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, NOBODY, -1)
    with pytest.raises(NotOurs, match="home belongs to nobody"):
        make_private(load_settings(home=home))
    assert list(home.iterdir()) == []
