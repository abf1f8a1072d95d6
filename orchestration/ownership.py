"""Whose the files are that decide what we do: settings and a home of somebody else are refused.

Who can write a `.env` names the exports, the keys and the targets; who can write a home has written
what is built from it.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Iterable
from pathlib import Path

from orchestration.errors import WrongUse


class NotOurs(WrongUse):
    """A file or a folder that is somebody else's, or that others may write."""


def refuse_foreign_settings(path: Path) -> None:
    """Raise NotOurs for a file of settings that is not ours or the administrator's alone."""
    _refuse(path, "settings are read from it", owners={os.geteuid(), 0})


def refuse_foreign_home(home: Path) -> None:
    """Raise NotOurs for a home that is not ours alone.

    One that is not there yet, or is ours and empty, is made ours alone by what comes next.
    """
    try:
        is_used = any(home.iterdir())
    except OSError:
        is_used = True
    _refuse(home, "everything is written there", owners={os.geteuid()}, is_used=is_used)


def _refuse(path: Path, why: str, owners: set[int], *, is_used: bool = True) -> None:
    for status in _statuses(path):
        if status.st_uid not in owners:
            raise NotOurs(
                f"{path} belongs to {_user(status.st_uid)}, and {why}",
                advice="run as that user, or name another one",
            )
        if is_used and not stat.S_ISLNK(status.st_mode) and _others_may_write(status):
            raise NotOurs(
                f"Others than its owner may write {path}, and {why}",
                advice=f"see that nobody has put anything there, then chmod go-w {path}",
            )


def _statuses(path: Path) -> Iterable[os.stat_result]:
    """Of the path itself, which may be a link, and of what it leads to."""
    try:
        return path.lstat(), path.stat()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise NotOurs(
            f"{path} cannot be looked at ({error.strerror})", advice="let this user read it"
        ) from None


def _others_may_write(status: os.stat_result) -> bool:
    if status.st_mode & stat.S_IWOTH:
        return True
    return bool(status.st_mode & stat.S_IWGRP) and not _is_own_group(status)


def _is_own_group(status: os.stat_result) -> bool:
    """Whether the group is the owner's own, as many systems give each user one."""
    try:
        group, user = grp.getgrgid(status.st_gid), pwd.getpwuid(status.st_uid)
    except KeyError:
        return False
    return group.gr_name == user.pw_name and set(group.gr_mem) <= {user.pw_name}


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
