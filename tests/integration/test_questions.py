"""The page of questions: each query is run on the sample, and says what the page says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import duckdb
import pytest

from orchestration.settings import PROJECT_ROOT, Settings

PAGE = (PROJECT_ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(
    r"^## \d+\. (.+?)$.*?^```sql\n(.+?)^```$\n\nOn the sample, first: (.+?)$",
    PAGE,
    re.DOTALL | re.MULTILINE,
)


@pytest.fixture(scope="module")
def published(published_sample: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    path = str(published_sample.published_database)
    with closing(duckdb.connect(path, read_only=True)) as connection:
        # A reader's clocks, which no answer may depend on but for how instants are shown.
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def test_there_are_fifteen() -> None:
    assert len(QUESTIONS) == PAGE.count("\n## ") == 15


@pytest.mark.parametrize(("question", "query", "first"), QUESTIONS, ids=[q[0] for q in QUESTIONS])
def test_a_query_answers_what_the_page_says(
    published: duckdb.DuckDBPyConnection, question: str, query: str, first: str
) -> None:
    row = published.execute(query).fetchone()
    assert row is not None, question
    assert " | ".join(map(shown, row)) == first


def shown(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return "null" if value is None else str(value)
