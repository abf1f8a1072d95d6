"""Daily sources in whole runs: two kinds, one that is half written, days that arrived beside.

The tests tell one story, in their order.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from dagster import AssetKey, DagsterInstance

from orchestration import pipeline
from orchestration.dagster_app.build import build_defs
from orchestration.dagster_app.instance import prepare_dagster_home
from orchestration.machine import zones
from orchestration.settings import Settings, load_settings
from orchestration.sources.overview import overview
from tests.homes import ready_dbt_folder
from tests.oracle.generate import generate_inbox, write_inbox
from tests.unit.sources import intercom_records, layouts, zendesk_records

ZONE = "Europe/Warsaw"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An exports folder with three days, and three sources of which one is half written."""
    folder = tmp_path_factory.mktemp("sources")
    write_inbox(generate_inbox(3, date(2024, 3, 7), 3, 8, ZONE), folder / "exports")
    comments = [zendesk_records.comment(31, "01 09:30")]
    layouts.airbyte_protocol(folder / "zendesk", zendesk_records.records(ticket_comments=comments))
    layouts.airbyte_data(folder / "intercom", intercom_records.records())
    layouts.airbyte_data(folder / "half", zendesk_records.records())
    with (folder / "half" / "tickets_2.jsonl").open("w") as file:
        file.write(json.dumps(zendesk_records.ticket(2))[:30])
    sources = folder / "sources.yaml"
    sources.write_text(
        "sources:\n"
        f"  support: {{kind: zendesk, where: {folder}/zendesk}}\n"
        f"  half: {{kind: zendesk, where: {folder}/half}}\n"
        f"  chat: {{kind: intercom, where: {folder}/intercom, prefix: ic}}\n"
    )
    sources.chmod(0o600)
    settings = load_settings(
        exports=folder / "exports", home=folder / "home", timezone=ZONE, threads=1, sources=sources
    )
    shutil.copytree(ready_dbt_folder(ZONE), settings.dbt_folder)
    return settings


@pytest.fixture
def instance(settings: Settings) -> Iterator[DagsterInstance]:
    prepare_dagster_home(settings)
    with DagsterInstance.get() as instance:
        yield instance


def published_threads(settings: Settings) -> set[str]:
    with duckdb.connect(str(settings.published_database), read_only=True) as connection:
        rows = connection.execute("select thread_id from fct_threads").fetchall()
    return {row[0] for row in rows}


def test_what_has_arrived_and_what_came_in_is_published_and_who_is_behind_is_told(
    settings: Settings,
) -> None:
    outcome = pipeline.run(settings)
    assert len(outcome.failures) == 1
    assert "half: tickets_2.jsonl is cut off" in outcome.failures[0]
    assert outcome.publication is not None
    threads = published_threads(settings)
    assert {"support:1", "ic:1"} <= threads
    assert len(threads) > 2, "the days that have arrived are there too"
    assert not any(thread.startswith("half:") for thread in threads)
    assert {told.name: told.problem is None for told in overview(settings)} == {
        "support": True,
        "half": False,
        "chat": True,
    }


def test_no_day_is_missing_since_the_first_fill(settings: Settings) -> None:
    today = zones.today(ZONE)  # perhaps a day after the run, if that was before midnight
    with duckdb.connect(str(settings.published_database), read_only=True) as connection:
        row = connection.execute("select as_of_date, covered_from from dim_report").fetchone()
        missing = connection.execute("select count(*) from dim_dates where is_missing").fetchone()
    assert row is not None
    assert row[0] in (today - timedelta(days=1), today - timedelta(days=2))
    assert row[1] == date(2024, 3, 1)
    assert missing == (0,)


def test_an_asset_a_source_with_its_counts(instance: DagsterInstance) -> None:
    event = instance.get_latest_materialization_event(AssetKey(["sources", "support"]))
    assert event is not None
    assert event.asset_materialization is not None
    metadata = event.asset_materialization.metadata
    assert metadata["rows_threads"].value == 1
    assert metadata["records_tickets"].value == 1
    assert metadata["openings_made_from_the_thread"].value == 1
    assert "ticket_audits" in str(metadata["missing"].value)
    assert instance.get_latest_materialization_event(AssetKey(["sources", "half"])) is None


def test_from_vendor_to_published_table_in_one_graph(settings: Settings) -> None:
    graph = build_defs(settings).resolve_asset_graph()
    above = graph.get_ancestor_asset_keys(AssetKey(["published", "mart_inbox_daily"]))
    assert {AssetKey(["landings", "support"]), AssetKey(["sources", "chat"])} <= above


def test_a_source_that_was_behind_comes_after(settings: Settings) -> None:
    assert settings.sources is not None
    path = settings.sources.parent / "half" / "tickets_2.jsonl"
    path.write_text(json.dumps(zendesk_records.ticket(2)) + "\n")
    outcome = pipeline.run(settings)
    assert outcome.failures == []
    assert {"half:1", "half:2"} <= published_threads(settings)
    assert all(told.problem is None for told in overview(settings))


def test_a_wrong_file_of_sources_keeps_nothing_from_loading(
    settings: Settings, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("sources: {a: {kind: jira, where: /x}}")
    wrong.chmod(0o600)
    changed = settings.model_copy(update={"sources": wrong})
    late = generate_inbox(4, date(2024, 3, 10), 1, 1, ZONE)
    assert isinstance(settings.exports, Path)
    write_inbox(late, settings.exports)
    outcome = pipeline.run(changed)
    assert any("There is no kind 'jira'" in failure for failure in outcome.failures)
    assert date(2024, 3, 10) in outcome.days
