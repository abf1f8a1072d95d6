"""Who may read what is written: the owner everything, a group what is published, nobody else.

Folders keep others out whatever the mode of a file in them; the umask does the same for files that
are copied elsewhere. A set-group-id bit on the published folder gives what is written there to the
group; where the process is the group's own, what it writes is the group's without.
"""

from __future__ import annotations

import grp
import os
import stat
from pathlib import Path

from orchestration.machine.ownership import refuse_foreign_home
from orchestration.settings import Settings

OWNER_ONLY = 0o700
GROUP_ENTERS = 0o710
GROUP_READS = 0o750
SET_GROUP_ID = 0o2000


def make_private(settings: Settings) -> None:
    """Make the home and its folders with their modes, and let this process write accordingly.

    Safe to call again; only the process's umask and folders' modes are touched, never files.
    Raises NotOurs for a home that is somebody else's, or that others may write.
    """
    refuse_foreign_home(settings.home)
    os.umask(0o077 if settings.group is None else 0o027)
    settings.home.mkdir(parents=True, exist_ok=True)
    for folder in (
        settings.raw_folder,
        settings.sources_folder,
        settings.warehouse_folder,
        settings.dbt_folder,
        settings.dagster_home,
    ):
        _make(folder, OWNER_ONLY)
    if settings.sources is not None and settings.generated_exports != settings.exports:
        _make(settings.generated_exports, OWNER_ONLY)
    if settings.group is None:
        _make(settings.published_folder, OWNER_ONLY)
        _make(settings.home, OWNER_ONLY)
        return
    group = grp.getgrnam(settings.group).gr_gid
    # A service may have been forbidden to set the bit: it then runs as the group.
    inherits = 0 if group == os.getegid() else SET_GROUP_ID
    _make(settings.published_folder, GROUP_READS | inherits, group)
    _make(settings.home, GROUP_ENTERS, group)


def _make(folder: Path, mode: int, group: int | None = None) -> None:
    folder.mkdir(exist_ok=True)
    status = folder.stat()
    if status.st_uid != os.geteuid():
        return  # somebody else's: who may write in it is theirs to say
    if group is not None and status.st_gid != group:
        os.chown(folder, -1, group)
    if stat.S_IMODE(status.st_mode) != mode:
        folder.chmod(mode)
