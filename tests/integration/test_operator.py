"""The pipeline as it runs by itself: sensors, schedule, backfills and alerts of a real instance.

The tests tell one story of one inbox, in their order.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from dagster import AssetKey, DagsterRunStatus, TableMetadataValue
from playwright.sync_api import Browser, Page, expect

from orchestration.exports import ENTITIES, read_manifests
from orchestration.publishing.record import read_publication
from orchestration.settings import Settings
from orchestration.warehouse.publication import is_published
from tests.browser.chromium import open_chromium
from tests.browser.dagster_ui import ask, served, wait_until
from tests.homes import ready_dbt_folder, small_home
from tests.operator import LOCATION, REPOSITORY, Operator, operate
from tests.operator_ui import LAUNCH_BACKFILL, SCHEDULES, observations, partitions, read_checks
from tests.oracle.generate import generate_inbox, write_inbox
from tests.webhook import SECRET, Webhook, listening

ZONE = "Europe/Warsaw"
DAYS = [f"2024-03-{day}" for day in range(26, 32)]
RAW = [*(f"raw_{entity}" for entity in ENTITIES), "raw_manifests"]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Six days, of which the last two have not arrived."""
    folder = tmp_path_factory.mktemp("operated")
    write_inbox(generate_inbox(7, date(2024, 3, 26), 6, 5, ZONE), folder / "exports")
    for day in DAYS[4:]:
        shutil.move(folder / "exports" / day, folder / day)
    settings = small_home(folder, ZONE)
    shutil.copytree(ready_dbt_folder(ZONE), settings.dbt_folder)
    return settings


@pytest.fixture(scope="module")
def webhook() -> Iterator[Webhook]:
    with listening() as webhook:
        yield webhook


@pytest.fixture(scope="module")
def operator(settings: Settings, webhook: Webhook) -> Iterator[Operator]:
    with operate(
        settings, INBOX_ALERT_URL=webhook.url, INBOX_DAGSTER_URL="https://dagster.example"
    ) as operator:
        yield operator


def arrive(settings: Settings, day: str) -> Path:
    folder = settings.exports_folder / day
    shutil.copytree(settings.exports_folder.parent / day, folder)
    return folder


def loaded(settings: Settings) -> list[str]:
    return [str(day) for day in read_manifests(settings.raw_folder)]


def test_days_that_are_complete_are_loaded_in_one_run_and_published(
    operator: Operator, settings: Settings
) -> None:
    assert operator.look() == []
    assert "may still be growing" in str(operator.skip_reasons("exports_arrived"))
    runs = operator.look(times=3)
    assert [run.job_name for run in runs] == ["load_exports", "build_and_publish"]
    assert all(run.status == DagsterRunStatus.SUCCESS for run in operator.instance.get_runs())
    assert loaded(settings) == DAYS[:4]
    publication = read_publication(settings.published_folder)
    assert publication is not None
    assert str(publication.as_of_date) == DAYS[3]


def test_nothing_is_started_while_nothing_changes(operator: Operator) -> None:
    assert operator.look(times=2) == []
    assert operator.skip_reasons("exports_arrived") == "Nothing has arrived or changed."


def test_checks_are_read_with_their_figures(operator: Operator) -> None:
    late = read_checks(operator, "raw_manifests")["export_of_yesterday_is_loaded"]
    evaluation = late["executionForLatestMaterialization"]["evaluation"]
    assert evaluation["severity"] == "ERROR", "the data are more than a day late"
    assert not evaluation["success"]
    figures = {
        entry["label"]: entry.get("intValue")
        for entry in evaluation["metadataEntries"]
        if "intValue" in entry
    }
    assert figures["days_loaded"] == 4
    assert figures["days_late"] > 900
    check = read_checks(operator, "fct_export_days")["every_row_is_loaded_or_in_quarantine"]
    assert check["blocking"]
    assert check["executionForLatestMaterialization"]["evaluation"]["success"]


def test_a_file_that_grows_is_not_read(operator: Operator, settings: Settings) -> None:
    folder = arrive(settings, DAYS[4])
    file = next(folder.glob("messages*"))
    whole = file.read_bytes()
    for size in (1, 2):
        file.write_bytes(whole[:size])
        assert operator.look() == []
    file.write_bytes(whole)
    assert operator.look() == []
    load, publication = operator.look(times=2)
    assert load.tags["inbox/days"] == DAYS[4]
    assert publication.job_name == "build_and_publish"
    assert publication.tags["inbox/days"] == DAYS[4], "a build is about what was loaded before it"
    assert loaded(settings) == DAYS[:5]


def test_a_bad_day_is_told_of_and_asked_for_again_only_when_it_changes(
    operator: Operator, settings: Settings, webhook: Webhook
) -> None:
    folder = arrive(settings, DAYS[5])
    bad = folder / "threads.extra.csv"
    bad.write_text("these,are,no,threads\n1,2,3,4\n")
    (run,) = operator.look(times=3)
    (failed,) = operator.runs("load_exports", DagsterRunStatus.FAILURE)
    assert failed.run_id == run.run_id
    (text,) = webhook.texts
    assert text.splitlines() == [
        "Inbox warehouse: job load_exports failed.",
        f"Bad export file {DAYS[5]}/threads.extra.csv: it has no column thread_id, created_at, "
        f"updated_at, status. Nothing of {DAYS[5]} was loaded; correct or remove the file and run "
        "again.",
        f"https://dagster.example/runs/{run.run_id}",
    ]
    assert operator.look(times=2) == []
    assert len(webhook.texts) == 1
    assert partitions(operator, "raw_threads") == (5, 1)
    (reason,) = observations(operator, "raw_threads", DAYS[5])
    assert reason.startswith(f"Bad export file {DAYS[5]}/threads.extra.csv: it has no column")
    assert DAYS[5] in str(operator.skip_reasons("exports_arrived"))
    bad.unlink()
    runs = operator.look(times=3)
    assert [run.job_name for run in runs] == ["load_exports", "build_and_publish"]
    assert loaded(settings) == DAYS
    assert partitions(operator, "raw_threads") == (6, 0)
    (well,) = webhook.texts[1:]
    assert well.startswith(f"Inbox warehouse: export day {DAYS[5]} is well again.\n")


def test_a_failing_check_stops_the_publication_and_is_told_of(
    operator: Operator, settings: Settings, webhook: Webhook
) -> None:
    webhook.bodies.clear()
    before = read_publication(settings.published_folder)
    bad = settings.exports_folder / DAYS[5] / "ratings.bad.csv"
    rows = [f"b{number},t,{DAYS[5]}T10:00:00Z,9" for number in range(20)]
    bad.write_text("\n".join(["rating_id,thread_id,rated_at,score", *rows]) + "\n")
    runs = operator.look(times=4)
    assert [run.job_name for run in runs] == ["load_exports", "build_and_publish"]
    assert read_publication(settings.published_folder) == before
    (text,) = webhook.texts
    assert f"job build_and_publish failed.\n{DAYS[5]}: 20 of " in text
    assert SECRET not in text
    checks = read_checks(operator, "raw_manifests")
    assert checks["no_rows_are_rejected"]["executionForLatestMaterialization"]["evaluation"][
        "description"
    ].startswith("20 of ")
    materialization = operator.instance.get_latest_materialization_event(AssetKey("raw_ratings"))
    assert materialization is not None
    assert materialization.asset_materialization is not None
    metadata = materialization.asset_materialization.metadata
    assert metadata["rows_rejected"].value == 20
    preview = metadata["rejected_rows"]
    assert isinstance(preview, TableMetadataValue)
    records = preview.records
    assert len(records) == 20
    assert records[0].data["column_name"] == "score"
    assert records[0].data["reason"] == "is not between 1 and 5"
    assert "row_text" not in records[0].data
    assert operator.look(times=2) == []
    bad.unlink()
    (load,) = operator.look(times=3)
    # Readers have had what is loaded now.
    assert webhook.texts[1:] == [
        "Inbox warehouse: job build_and_publish is well again.\n"
        f"https://dagster.example/runs/{load.run_id}"
    ]


def test_a_backfill_of_a_range_is_one_run(operator: Operator, settings: Settings) -> None:
    shutil.rmtree(settings.exports_folder / DAYS[2])
    bad = settings.exports_folder / DAYS[1] / "threads.extra.csv"
    bad.write_text("these,are,no,threads\n1,2,3,4\n")
    launched = operator.ask(
        LAUNCH_BACKFILL, {"assets": [{"path": [name]} for name in RAW], "days": DAYS[1:4]}
    )
    assert launched["launchPartitionBackfill"]["__typename"] == "LaunchBackfillSuccess"
    (run,) = operator.run_backfills()
    assert run.tags["dagster/asset_partition_range_start"] == DAYS[1]
    assert run.tags["dagster/asset_partition_range_end"] == DAYS[3]
    (failed,) = operator.runs(run.job_name, DagsterRunStatus.FAILURE)[:1]
    assert failed.run_id == run.run_id
    # The bad day shows as failed with its reason; the one whose folder went stays as it was.
    for name in RAW:
        assert partitions(operator, name) == (len(DAYS) - 1, 1)
    assert len(observations(operator, "raw_manifests", DAYS[1])) == 1
    assert observations(operator, "raw_manifests", DAYS[2]) == []
    bad.unlink()
    arrive_again = settings.exports_folder.parent / DAYS[2]
    assert not arrive_again.exists()
    assert loaded(settings) == DAYS


def test_the_schedule_starts_a_load(operator: Operator) -> None:
    """At 02:30 in Warsaw, which is half past midnight in summer."""
    schedule = operator.ask(
        SCHEDULES,
        {"selector": {"repositoryLocationName": LOCATION, "repositoryName": REPOSITORY}},
    )["schedulesOrError"]["results"]
    assert schedule == [
        {
            "name": "daily_load",
            "cronSchedule": "30 2 * * *",
            "executionTimezone": ZONE,
            "scheduleState": {"status": "RUNNING"},
        }
    ]
    assert operator.tick_schedules(datetime(2027, 7, 1, 0, 29, tzinfo=UTC)) == []
    (run,) = operator.tick_schedules(datetime(2027, 7, 1, 0, 30, 5, tzinfo=UTC))
    assert run.job_name == "load_exports"
    (finished,) = operator.runs("load_exports")[:1]
    assert finished.status == DagsterRunStatus.SUCCESS


def test_the_secret_is_written_nowhere(settings: Settings) -> None:
    for path in settings.home.rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path


@pytest.fixture(scope="module")
def address(settings: Settings) -> Iterator[str]:
    """The UI and the daemon of `inbox dev`, over the home that the story has left."""
    with served(settings) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=60_000)
    with open_chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1500, "height": 1000})
    page.set_default_timeout(120_000)
    yield page
    page.close()


def test_the_graph_is_seen_with_checks_and_partitions(address: str, page: Page) -> None:
    page.goto(f"{address}/locations/{REPOSITORY}@{LOCATION}/asset-groups/raw")
    for name in ("inbox_exports", "raw_messages", "raw_manifests", "stg_inbox__messages"):
        expect(page.get_by_text(name, exact=True).first).to_be_visible()
    expect(page.get_by_text("/ 3 Passed").first).to_be_visible()
    expect(page.get_by_text("% filled").first).to_be_visible()


def test_checks_are_seen_with_what_they_found(address: str, page: Page) -> None:
    page.goto(f"{address}/assets/raw_manifests?view=checks")
    for name in ("export_of_yesterday_is_loaded", "volume_is_usual", "no_rows_are_rejected"):
        expect(page.get_by_text(name, exact=True).first).to_be_visible()
    expect(page.get_by_text("days have not arrived").first).to_be_visible()
    expect(page.get_by_text("days_late").first).to_be_visible()
    page.goto(f"{address}/assets/mart_inbox_daily?view=checks")
    expect(page.get_by_text("periods_are_contiguous", exact=True).first).to_be_visible()


def test_partitions_are_seen_with_their_state(address: str, page: Page) -> None:
    page.goto(f"{address}/assets/raw_messages?view=partitions")
    expect(page.get_by_text("Failed (1)")).to_be_visible()
    expect(page.get_by_text(f"Materialized ({len(DAYS) - 1})")).to_be_visible()


def test_the_cards_are_seen_as_a_table_and_a_picture(address: str, page: Page) -> None:
    page.goto(f"{address}/assets/published/mart_inbox_cards?view=events")
    page.get_by_text("Show Markdown").first.click()
    expect(page.get_by_role("cell", name="New inbox users")).to_be_visible()
    picture = page.get_by_role("img", name="Days of New threads")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 640)


def test_a_late_day_is_loaded_by_the_daemon_itself(address: str, settings: Settings) -> None:
    """The day whose folder went comes again, changed; processes start, work and end."""

    def states() -> list[tuple[str, str]]:
        query = "{ runsOrError { ... on Runs { results { jobName status } } } }"
        runs = ask(address, query)["runsOrError"]["results"]
        return [(run["jobName"], run["status"]) for run in runs]

    before = states()
    shutil.copytree(settings.exports_folder / DAYS[3], settings.exports_folder / DAYS[2])
    expected = [("build_and_publish", "SUCCESS"), ("load_exports", "SUCCESS")]
    wait_until(
        lambda: states()[: len(expected)] == expected and len(states()) == len(before) + 2,
        lambda: f"{states()}\n{(settings.home / 'dev.log').read_text()[-5000:]}",
    )
    assert is_published(settings)
