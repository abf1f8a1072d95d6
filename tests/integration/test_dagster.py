"""The code location as an operator uses it: its graph, partitions, checks, jobs and sensors.

The tests tell one story in one instance, in their order.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from dagster import (
    AssetCheckKey,
    AssetKey,
    DagsterEventType,
    DagsterInstance,
    DagsterRunStatus,
    Definitions,
    ExecuteInProcessResult,
)

from orchestration.dagster_app import assets_dbt
from orchestration.dagster_app.build import build_defs
from orchestration.settings import Settings, load_settings
from orchestration.warehouse.dbt import DbtFailed
from tests.homes import parsed_dbt_folder
from tests.oracle.generate import generate_inbox, write_inbox

ZONE = "America/New_York"
DAYS = [f"2024-03-{day:02d}" for day in range(8, 13)]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Days around a clock change, of which the one before the last has not arrived."""
    folder = tmp_path_factory.mktemp("operator")
    write_inbox(generate_inbox(5, date(2024, 3, 8), 5, 4, ZONE), folder / "exports")
    shutil.move(folder / "exports" / DAYS[3], folder / DAYS[3])
    settings = load_settings(exports=folder / "exports", home=folder / "home", timezone=ZONE)
    shutil.copytree(parsed_dbt_folder(), settings.dbt_folder)
    return settings


@pytest.fixture(scope="module")
def definitions(settings: Settings) -> Definitions:
    return build_defs(settings)


@pytest.fixture(scope="module")
def instance() -> Iterator[DagsterInstance]:
    with DagsterInstance.ephemeral() as instance:
        yield instance


def execute(
    definitions: Definitions, instance: DagsterInstance, job: str, **arguments: Any
) -> ExecuteInProcessResult:
    return definitions.resolve_job_def(job).execute_in_process(
        instance=instance, raise_on_error=False, **arguments
    )


def test_one_graph_leads_from_the_exports_to_every_published_table(
    definitions: Definitions,
) -> None:
    graph = definitions.resolve_asset_graph()
    published = [key for key in graph.get_all_asset_keys() if key.path[0] == "published"]
    assert len(published) > 25
    for key in published:
        assert AssetKey("inbox_exports") in graph.get_ancestor_asset_keys(key)
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description, key
        assert "Raw SQL" not in node.description, key
        assert node.group_name != "default", key
        assert node.owners, key
        assert node.kinds, key


def test_partitions_are_days_of_the_workspace_zone(definitions: Definitions) -> None:
    partitions = definitions.resolve_asset_graph().get(AssetKey("raw_messages")).partitions_def
    assert partitions is not None
    keys = partitions.get_partition_keys()
    assert keys[:5] == DAYS
    assert partitions.timezone == ZONE  # type: ignore[attr-defined]


def test_a_range_is_one_run_and_only_what_arrived_is_loaded(
    definitions: Definitions, instance: DagsterInstance
) -> None:
    result = execute(
        definitions,
        instance,
        "load_exports",
        tags={
            "dagster/asset_partition_range_start": DAYS[0],
            "dagster/asset_partition_range_end": DAYS[4],
        },
    )
    assert result.success, "a day that has not arrived is missing, and no failure"
    for entity in ("threads", "messages", "ratings", "agents", "manifests"):
        loaded = instance.get_materialized_partitions(AssetKey(f"raw_{entity}"))
        assert loaded == {*DAYS[:3], DAYS[4]}
    run = instance.get_run_by_id(result.run_id)
    assert run is not None
    assert run.tags["inbox/days"] == f"{DAYS[0]} to {DAYS[4]} (4 days)"
    assert overview(instance)["What has arrived?"].startswith("4 export days are loaded")
    assert overview(instance)["Is that the newest?"].startswith("No: what is loaded is not")


def overview(instance: DagsterInstance) -> dict[str, str]:
    """What the overview says now, by question."""
    event = instance.get_latest_materialization_event(AssetKey("at_a_glance"))
    assert event is not None
    assert event.asset_materialization is not None
    metadata = event.asset_materialization.metadata
    return {name: str(entry.value) for name, entry in metadata.items()}


def test_a_build_reports_its_tests_as_checks_and_publishes(
    definitions: Definitions, instance: DagsterInstance, settings: Settings
) -> None:
    result = execute(definitions, instance, "build_and_publish")
    assert result.success
    evaluations = result.get_asset_check_evaluations()
    assert len(evaluations) > 40
    assert all(evaluation.passed for evaluation in evaluations if evaluation.blocking)
    assert all(evaluation.description for evaluation in evaluations)
    told = overview(instance)
    assert told["What do readers have?"].startswith(f"The data to {int(DAYS[4][-2:])} ")
    assert told["Is that the newest?"] == "Yes: readers have all that is loaded."
    run = instance.get_run_by_id(result.run_id)
    assert run is not None
    assert run.tags["inbox/data_to"] == DAYS[4]
    event = instance.get_latest_materialization_event(AssetKey(["published", "mart_inbox_daily"]))
    assert event is not None
    assert event.asset_materialization is not None
    metadata = event.asset_materialization.metadata
    assert metadata["dagster/row_count"].value > 0
    assert metadata["as_of_date"].value == DAYS[4]
    assert settings.published_database.exists()


def test_one_model_or_one_check_can_be_run_by_itself(
    definitions: Definitions, instance: DagsterInstance
) -> None:
    build = definitions.resolve_job_def("build_and_publish")
    check = AssetCheckKey(AssetKey("mart_inbox_daily"), "periods_are_contiguous")
    one = build.execute_in_process(
        instance=instance, asset_selection=[AssetKey("mart_labels_daily")], raise_on_error=False
    )
    assert one.success
    assert [event.asset_key for event in one.asset_materializations_for_node("dbt_models")] == [
        AssetKey("mart_labels_daily")
    ]
    job = build.get_subset(asset_selection=set(), asset_check_selection={check})
    checked = job.execute_in_process(instance=instance, raise_on_error=False)
    assert [evaluation.asset_check_key for evaluation in checked.get_asset_check_evaluations()] == [
        check
    ]


def test_without_partitions_a_load_takes_what_is_due(
    definitions: Definitions, instance: DagsterInstance, settings: Settings
) -> None:
    shutil.copytree(settings.exports_folder.parent / DAYS[3], settings.exports_folder / DAYS[3])
    result = execute(definitions, instance, "load_exports")
    assert result.success
    loaded = {
        entry.dagster_event.partition
        for entry in instance.all_logs(result.run_id, DagsterEventType.ASSET_MATERIALIZATION)
        if entry.dagster_event is not None
    }
    assert loaded == {DAYS[3]}


def test_the_overview_is_told_of_a_build_that_dies(
    definitions: Definitions, instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> None:
        raise DbtFailed("dbt run could not be run: a macro is missing")

    monkeypatch.setattr(assets_dbt, "build_warehouse", die)
    assert not execute(definitions, instance, "build_and_publish").success
    assert overview(instance)["Is that the newest?"] == (
        "No: the last build could not be ended, so readers keep what they have. "
        "dbt run could not be run: a macro is missing."
    )


def test_the_workspace_loads(tmp_path: Path, settings: Settings) -> None:
    import subprocess
    import sys

    from orchestration.settings import PROJECT_ROOT

    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("dagster")),
            "definitions",
            "validate",
            "-w",
            str(PROJECT_ROOT / "workspace.yaml"),
        ],
        cwd=tmp_path,
        env={
            "PATH": str(Path(sys.executable).parent),
            "HOME": str(tmp_path),
            "INBOX_HOME": str(settings.home),
            "INBOX_EXPORTS": str(settings.exports),
            "INBOX_TIMEZONE": ZONE,
        },
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All code locations passed validation" in done.stdout + done.stderr


def test_a_failed_run_ends_in_a_message(
    definitions: Definitions, instance: DagsterInstance, settings: Settings
) -> None:
    unreadable = settings.exports_folder / "2024-03-13" / "threads.parquet"
    unreadable.parent.mkdir()
    unreadable.write_bytes(b"PAR1 cut off")
    result = execute(definitions, instance, "load_exports")
    run = instance.get_run_by_id(result.run_id)
    assert run is not None
    assert run.status == DagsterRunStatus.FAILURE
    (failure,) = result.get_step_failure_events()
    assert failure.step_failure_data.user_failure_data is not None
    assert "threads.parquet" in failure.step_failure_data.user_failure_data.description
