"""What the tests of the published sample ask it by."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import duckdb
import pytest

from orchestration.settings import Settings


@pytest.fixture
def ask(published_sample: Settings) -> Callable[..., list[tuple[Any, ...]]]:
    """SQL on the published sample."""

    def answer(query: str, *parameters: object) -> list[tuple[Any, ...]]:
        with closing(
            duckdb.connect(str(published_sample.published_database), read_only=True)
        ) as connection:
            return connection.execute(query, list(parameters)).fetchall()

    return answer
