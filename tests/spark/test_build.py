"""All models built on a Spark cluster give the facts and marts that DuckDB gives.

The exports are loaded and built with DuckDB first: Spark reads what has landed.
"""

from __future__ import annotations

from pathlib import Path

from orchestration.settings import PROJECT_ROOT, load_settings
from tests.services.spark import SparkCluster
from tests.spark.warehouse import SparkWarehouse

ZONE = "Europe/Warsaw"


def test_the_sample_gives_the_same_facts_and_marts(cluster: SparkCluster, tmp_path: Path) -> None:
    settings = load_settings(
        exports=PROJECT_ROOT / "sample" / "exports", home=tmp_path / "home", timezone=ZONE
    )
    warehouse = SparkWarehouse(settings, cluster)
    warehouse.land()
    warehouse.build_on_duckdb()
    warehouse.build()
    warehouse.assert_as_on_duckdb()
    warehouse.run_dbt("test", "--exclude-resource-type", "unit_test")
