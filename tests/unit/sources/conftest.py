"""What tests of sources share whose desk is of no matter."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.sources.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An account of Zendesk of which nothing has landed yet."""
    return Desk(tmp_path, "zendesk")
