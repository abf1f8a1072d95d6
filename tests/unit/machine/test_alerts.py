from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.machine import alerts
from orchestration.machine.advice import advice_for
from orchestration.machine.alerts import failure_text, payload, post, tell_outcome
from orchestration.settings import Settings, SettingsError, load_settings
from tests.webhook import SECRET, Webhook, listening

JOB = "job load_exports"


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    monkeypatch.setattr(alerts, "WAIT_SECONDS", 0.0)
    with listening() as webhook:
        yield webhook


@pytest.fixture
def settings(tmp_path: Path, webhook: Webhook) -> Settings:
    return load_settings(home=tmp_path, alert_url=webhook.url, dagster_url="https://dagster/")


def test_a_failure_tells_what_why_and_where(settings: Settings, webhook: Webhook) -> None:
    reasons = ["Bad export file 2024-01-05/threads.csv: empty.", "2024-01-06: has not arrived"]
    assert tell_outcome(settings, JOB, reasons, "abc")
    assert webhook.bodies == [
        {
            "text": "Inbox warehouse: job load_exports failed.\n"
            "Bad export file 2024-01-05/threads.csv: empty.\n"
            "And 1 more; the run lists them.\n"
            "https://dagster/runs/abc"
        }
    ]


def test_what_to_do_about_a_fault_of_the_machine_is_told(settings: Settings) -> None:
    fault = "IO Error: No space left on device"
    text = failure_text(settings, JOB, [f"{fault}\n{advice_for(fault)}."])
    assert text.splitlines()[1:-1] == [fault, f"{advice_for(fault)}."]


def test_recovery_is_told_once_and_of_the_same_thing(settings: Settings, webhook: Webhook) -> None:
    assert not tell_outcome(settings, JOB, [])
    tell_outcome(settings, JOB, ["first"])
    tell_outcome(settings, JOB, ["second"])
    assert not tell_outcome(settings, "job build_and_publish", [])
    assert tell_outcome(settings, JOB, [], "abc")
    assert not tell_outcome(settings, JOB, [], "def")
    assert [text.splitlines()[0] for text in webhook.texts] == [
        "Inbox warehouse: job load_exports failed.",
        "Inbox warehouse: job load_exports failed.",
        "Inbox warehouse: job load_exports is well again.",
    ]


def test_recovery_that_could_not_be_told_is_told_next_time(
    settings: Settings, webhook: Webhook
) -> None:
    tell_outcome(settings, JOB, ["first"])
    webhook.answers = [404]
    assert not tell_outcome(settings, JOB, [])
    assert tell_outcome(settings, JOB, [])


@pytest.mark.parametrize(
    ("answers", "is_sent", "tries"), [([503, 429], True, 3), ([404], False, 1)]
)
def test_only_what_may_pass_is_tried_again(
    settings: Settings, webhook: Webhook, answers: list[int], is_sent: bool, tries: int
) -> None:
    webhook.answers = answers
    assert post(settings, "hello") is is_sent
    assert len(webhook.bodies) == tries


def test_a_webhook_that_is_not_there_breaks_nothing_and_stays_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(alerts, "WAIT_SECONDS", 0.0)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        # Nobody listens there, and nobody else may.
        port = unused.getsockname()[1]
        settings = load_settings(home=tmp_path, alert_url=f"http://127.0.0.1:{port}/{SECRET}")
        logging.getLogger("inbox").propagate = True
        with caplog.at_level(logging.DEBUG):
            assert not tell_outcome(settings, JOB, ["it broke"])
    assert "could not be reached (ConnectionRefusedError)" in caplog.text
    assert SECRET not in caplog.text
    assert SECRET not in repr(settings)
    assert SECRET not in (tmp_path / "failing.json").read_text()


def test_without_a_webhook_nothing_is_kept(tmp_path: Path) -> None:
    assert not tell_outcome(load_settings(home=tmp_path), JOB, ["it broke"])
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_address_is_not_shown() -> None:
    with pytest.raises(SettingsError) as error:
        load_settings(alert_url=f"hooks.example/{SECRET}")
    assert "INBOX_ALERT_URL" in str(error.value)
    assert SECRET not in str(error.value)


def test_a_long_reason_is_cut(settings: Settings) -> None:
    text = failure_text(settings, JOB, ["x" * 10_000])
    assert len(text) < 800


def test_slack_cannot_be_made_to_call_a_channel() -> None:
    body = payload("https://hooks.slack.com/services/T/B/X", "file <!channel> & more")
    assert body == {"text": "file &lt;!channel&gt; &amp; more"}


def test_workflows_of_teams_get_a_card() -> None:
    body = payload("https://prod-1.westeurope.logic.azure.com:443/workflows/1", "one\ntwo")
    (attachment,) = body["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert [block["text"] for block in attachment["content"]["body"]] == ["one", "two"]
    json.dumps(body)
