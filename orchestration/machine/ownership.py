"""Whose the home is: one of somebody else, or that others may write, is refused.

Who can write a home has written what is built from it. `.env` is looked at where settings are read.
"""

from __future__ import annotations

import os
from pathlib import Path

from orchestration.settings.ownership import refuse_foreign


def refuse_foreign_home(home: Path) -> None:
    """Raise NotOurs for a home that is not ours alone.

    One that is not there yet, or is ours and empty, is made ours alone by what comes next.
    """
    try:
        is_used = any(home.iterdir())
    except OSError:
        is_used = True
    refuse_foreign(home, "everything is written there", {os.geteuid()}, is_used=is_used)
