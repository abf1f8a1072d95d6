"""Sources as assets: what an import tells, who may fail, and when each is started."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from dagster import (
    AssetKey,
    AssetsDefinition,
    ExecuteInProcessResult,
    build_schedule_context,
    materialize,
)

from orchestration.dagster_app.assets_sources import CHECK, keys_of, source_assets
from orchestration.dagster_app.schedules import daily_import
from orchestration.settings import Settings, load_settings
from tests.unit.sources import layouts
from tests.unit.sources.api_server import TOKEN, served
from tests.unit.sources.zendesk_account import ZendeskAccount
from tests.unit.sources.zendesk_records import CUSTOMER, audit, comment, records, said


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    sources = tmp_path / "sources.yaml"
    sources.write_text(
        "sources:\n"
        f"  support: {{kind: zendesk, landing: airbyte, where: {tmp_path}/lake}}\n"
        f"  billing: {{kind: zendesk, where: {tmp_path}/nothing}}\n"
    )
    sources.chmod(0o600)
    (tmp_path / "exports").mkdir()
    return load_settings(home=tmp_path / "home", exports=tmp_path / "exports", sources=sources)


def imported(settings: Settings, name: str) -> ExecuteInProcessResult:
    assets = [part for part in source_assets(settings) if isinstance(part, AssetsDefinition)]
    return materialize(
        assets, selection=[AssetKey(["sources", name])], resources={"settings": settings},
        raise_on_error=False,
    )  # fmt: skip


def land(settings: Settings, **streams: Any) -> None:
    assert settings.sources is not None
    layouts.airbyte_data(settings.sources.parent / "lake", records(**streams))


def test_the_check_warns_where_something_was_assumed(settings: Settings) -> None:
    land(settings, ticket_comments=[comment(31, "01 09:10", 4711)])
    result = imported(settings, "support")
    assert result.success
    (evaluation,) = result.get_asset_check_evaluations()
    assert (evaluation.check_name, evaluation.passed) == (CHECK, False)
    assert "messages of unknown authors: 1" in str(evaluation.description)


def test_the_check_passes_where_nothing_was(settings: Settings) -> None:
    opening = audit(11, "01 09:00", said(CUSTOMER), author=CUSTOMER)
    land(settings, ticket_audits=[opening])
    (evaluation,) = imported(settings, "support").get_asset_check_evaluations()
    assert evaluation.passed, evaluation.description


def test_a_source_that_fails_says_why(settings: Settings) -> None:
    result = imported(settings, "billing")
    assert not result.success
    (failure,) = result.get_step_failure_events()
    assert "billing: " in str(failure.step_failure_data.user_failure_data)
    assert "does not exist" in str(failure.step_failure_data.user_failure_data)


def test_a_token_is_in_no_event(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.sources is not None
    with served(ZendeskAccount(records(ticket_audits=[]))) as server:
        settings.sources.write_text(
            f"sources:\n  support: {{kind: zendesk, where: '{server.address}'}}\n"
        )
        monkeypatch.setenv("INBOX_SOURCE_SUPPORT_TOKEN", TOKEN)
        well = imported(settings, "support")
        monkeypatch.setenv("INBOX_SOURCE_SUPPORT_TOKEN", "another-token")
        refused = imported(settings, "support")
    assert (well.success, refused.success) == (True, False)
    (made,) = well.get_asset_materialization_events()
    assert made.materialization.metadata["landing"].value == "api"
    (failure,) = refused.get_step_failure_events()
    assert "refuses the token (401)" in str(failure.step_failure_data.user_failure_data)
    told = "".join(str(event) for result in (well, refused) for event in result.all_events)
    assert TOKEN not in told
    assert "another-token" not in told


def test_each_source_is_started_by_itself(settings: Settings) -> None:
    keys = keys_of(source_assets(settings))
    schedule = daily_import(settings, keys)
    context = build_schedule_context(scheduled_execution_time=datetime(2024, 3, 10, tzinfo=UTC))
    requests = schedule.evaluate_tick(context).run_requests or []
    assert [request.asset_selection for request in requests] == [[key] for key in keys]
    assert len({request.run_key for request in requests}) == 2
