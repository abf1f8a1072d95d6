"""What every test starts from: no setting of the machine, and no file of the project touched."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def no_inherited_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("INBOX_", "DBT_", "DAGSTER_")):
            monkeypatch.delenv(name)
