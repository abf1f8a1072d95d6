"""A setting that is wrong is told with how it is written."""

from __future__ import annotations

import pytest

from orchestration.settings import SettingsError, load_settings


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("covered_from", "2024-02-30", "'2024-02-30' is wrong: write it as 2024-01-31"),
        ("deadline", "25:00", "'25:00' is wrong: write it as 08:00"),
        ("memory_limit", "much", "'much' is wrong: write it as 8GB"),
        ("page_url", "reports", "write it as https://reports.example"),
        ("dagster_url", "ui", "write it as https://dagster.example"),
        ("thread_url", "https://desk.example/", "write it as https://desk.example/tickets/{thread"),
        ("spark_schema", "My-Inbox", "write it as inbox, in small letters, digits and _"),
    ],
)
def test_how_a_setting_is_written_is_told(name: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings(**{name: value})
    assert f"INBOX_{name.upper()}: " in str(raised.value)
    assert said in str(raised.value)
