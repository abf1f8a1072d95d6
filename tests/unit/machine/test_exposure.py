"""What goes through a network unencrypted is told, and never with its value."""

from __future__ import annotations

import pytest

from orchestration.machine.exposure import exposures
from orchestration.settings import SettingsError, load_settings

MARK = "wagtail"


@pytest.mark.parametrize(
    ("url", "is_told"),
    [
        (f"http://hooks.example/{MARK}", True),
        (f"http://127.0.0.2:8080/{MARK}", False),
        (f"http://[::1]/{MARK}", False),
        (f"http://localhost/{MARK}", False),
        (f"https://hooks.example/{MARK}", False),
    ],
)
def test_webhooks(url: str, is_told: bool) -> None:
    told = exposures(load_settings(alert_url=url))
    assert [line.split(" ")[0] for line in told] == ["INBOX_ALERT_URL"] * is_told
    assert MARK not in str(told)


@pytest.mark.parametrize("name", ["publish_postgres", "dagster_postgres"])
@pytest.mark.parametrize(
    ("place", "is_told"),
    [
        ("db.example:5432/inbox", True),
        ("db.example/inbox?sslmode=prefer", True),
        ("db.example/inbox?sslmode=verify-full", False),
        ("db.example/inbox?application_name=x&sslmode=require", False),
        ("10.0.0.7/inbox", True),
        ("127.0.0.1:5432/inbox", False),
        ("localhost/inbox", False),
        ("/inbox?host=/run/postgresql", False),
        ("/inbox?host=db.example", True),
    ],
)
def test_databases_elsewhere(name: str, place: str, is_told: bool) -> None:
    told = exposures(load_settings(**{name: f"postgresql://inbox:{MARK}@{place}"}))
    assert [line.split(" ")[0] for line in told] == [f"INBOX_{name.upper()}"] * is_told
    assert MARK not in str(told)


def test_nothing_is_told_of_settings_that_stay_here() -> None:
    assert exposures(load_settings()) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dagster_url", f"https://ann:{MARK}@dagster.example"),
        ("dagster_url", f"https://{MARK}@dagster.example/x"),
        ("dagster_url", f"ann:{MARK}@dagster.example"),
        ("spark_host", f"ann:{MARK}@spark.example"),
    ],
)
def test_a_login_in_an_address_that_is_shown_is_refused_and_not_told(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings(**{name: value})
    assert str(raised.value).startswith(f"INBOX_{name.upper()}: ")
    assert MARK not in str(raised.value)
