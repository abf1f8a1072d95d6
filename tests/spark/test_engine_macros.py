"""Each macro that an engine has its own SQL for gives on Spark the rows that it gives elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pyhive import exc, hive

from orchestration.settings import DBT_PROJECT
from tests.engines.evaluate import MACRO_ROWS, Rows, evaluate, is_equal, plain
from tests.services.spark import SparkCluster

Read = Callable[[str], Rows]


@pytest.fixture(scope="module")
def read_spark(cluster: SparkCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    folder = tmp_path_factory.mktemp("macros-spark")
    evaluate("spark", DBT_PROJECT, folder, cluster.environment)
    with hive.connect("127.0.0.1", cluster.port) as connection:
        cursor = connection.cursor()

        def read(query: str) -> Rows:
            cursor.execute(query)
            return [tuple(row) for row in cursor.fetchall()]

        yield read


@pytest.mark.parametrize("macro", MACRO_ROWS)
def test_a_macro_gives_the_same_rows(macro: str, read_spark: Read) -> None:
    rows = [tuple(map(plain, row)) for row in read_spark(f"select * from inbox.{macro}")]
    assert is_equal(rows, MACRO_ROWS[macro]), rows


def test_an_error_is_raised_with_its_message(read_spark: Read) -> None:
    with pytest.raises(exc.OperationalError, match="it's wrong"):
        read_spark("select * from inbox.raised_errors")


def test_a_cast_that_fails_is_an_error(read_spark: Read) -> None:
    """So the target asks for it; the cluster's own default is null."""
    with pytest.raises(exc.OperationalError, match="no number"):
        read_spark("select * from inbox.failed_casts")
