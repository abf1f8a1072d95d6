"""One cluster for all tests that need Spark (`make test-spark`)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.services.spark import SparkCluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[SparkCluster]:
    """A cluster with a zone and a leniency of its own, which no number may follow."""
    conf = {"spark.sql.session.timeZone": "Pacific/Auckland", "spark.sql.ansi.enabled": "false"}
    with SparkCluster(conf) as cluster:
        yield cluster
