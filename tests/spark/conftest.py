"""One cluster for all tests that need Spark (`make test-spark`)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.services.spark import SparkCluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[SparkCluster]:
    """A cluster with a zone and a leniency of its own, which no number may follow."""
    conf = {"spark.sql.session.timeZone": "Pacific/Auckland", "spark.sql.ansi.enabled": "false"}
    # Of minutes of planning over a handful of rows, compiling Java well costs more than it gives.
    for process in ("driver", "executor"):
        conf[f"spark.{process}.extraJavaOptions"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    with SparkCluster(conf) as cluster:
        yield cluster
