"""Whose files settings are read from and written to: nothing that others may write is trusted."""

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


def refuse_foreign(path: Path, why: str, owners: set[int], *, is_used: bool = True) -> None:
    """Raise NotOurs for what belongs to none of these users, or what others may write.

    is_used: whether anybody else can have written anything there by now.
    """
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
