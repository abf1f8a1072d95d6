"""A tracker's tables and a mailbox, named as daily sources, to the numbers that readers get."""

from __future__ import annotations

import csv
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from orchestration import pipeline
from orchestration.settings import Settings, load_settings
from tests.unit.sources.mails import mail, write_mbox

TRACKER = Path(__file__).parents[1] / "data" / "request_tracker"

SOURCES = """
sources:
  rt:
    kind: request_tracker
    landing: tables
    where: {tracker}
    options:
      label_fields: [Tag]
      rating_field: [Rating]
      spam_queues: [Spam]
      rejected_is_spam: true
  care:
    kind: mbox
    where: {mailbox}
    prefix: mail
    staff: [ada@desk.example]
    options:
      plain_addresses: true
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Both sources, brought in by a run and published."""
    folder = tmp_path_factory.mktemp("desks")
    write_mbox(
        folder / "mails" / "Inbox",
        mail("a", "2026-03-02 09:00"),
        mail("b", "2026-03-02 09:20", "ada@desk.example", references="a", Auto_Submitted="auto"),
        mail("c", "2026-03-02 11:00", "Ada <ada@desk.example>", references="a"),
        mail("d", "2026-03-03 09:00", "bea@customer.example"),
    )
    named = folder / "sources.yaml"
    named.write_text(SOURCES.format(tracker=TRACKER / "db", mailbox=folder / "mails"))
    named.chmod(0o600)
    settings = load_settings(home=folder / "home", sources=named, threads=1)
    assert pipeline.run(settings).failures == []
    return settings


def rows(settings: Settings, query: str) -> list[tuple[object, ...]]:
    with closing(duckdb.connect(str(settings.published_database), read_only=True)) as connection:
        return connection.execute(query).fetchall()


def test_every_conversation_of_the_tracker_has_the_times_that_were_measured(
    published: Settings,
) -> None:
    with (TRACKER / "expected" / "threads.csv").open(newline="", encoding="utf-8") as file:
        expected = [row for row in csv.DictReader(file) if not row["deleted"]]
    assert rows(
        published,
        """
        select thread_id, first_response_seconds, closing_seconds, is_agent_started
        from fct_threads
        where thread_id like 'rt:%'
        order by try_cast(split_part(thread_id, ':', 2) as int)
        """,
    ) == [
        (
            f"rt:{row['case']}",
            float(row["first_response_seconds"]) if row["first_response_seconds"] else None,
            float(row["closing_seconds"]) if row["closing_seconds"] else None,
            row["agent_started"] == "true",
        )
        for row in expected
    ]


def test_a_mailbox_is_answered_by_people_and_not_by_programs(published: Settings) -> None:
    assert rows(
        published,
        """
        select user_id, messages, agent_messages, first_response_seconds, first_responder_id
        from fct_threads
        where thread_id like 'mail:%'
        order by created_at
        """,
    ) == [
        ("mail:ann@customer.example", 2, 1, 7200.0, "mail:ada"),
        ("mail:bea@customer.example", 1, 0, None, None),
    ]


def test_agents_of_both_are_told_by_name(published: Settings) -> None:
    assert rows(published, "select agent_id, name from dim_agents order by agent_id") == [
        ("mail:ada", "ada"),
        ("rt:35", "Ada Agent"),
        ("rt:37", "Ben Agent"),
    ]
