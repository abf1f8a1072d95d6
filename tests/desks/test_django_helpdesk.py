"""django-helpdesk of PyPI, really run: what its tables give is what was done to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desks import compare
from tests.desks.clock import SetClock
from tests.desks.django_helpdesk import DjangoHelpdesk
from tests.desks.story import DELETED, Story, at
from tests.services.postgres import PASSWORD, PostgresServer
from tests.unit.sources.desk import Desk

OPTIONS = {"plain_addresses": "true"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("helpdesk")


@pytest.fixture(scope="module")
def helpdesk(folder: Path) -> Iterator[DjangoHelpdesk]:
    clock = SetClock(folder)
    clock.set(at("08:00"))
    with (
        PostgresServer() as server,
        DjangoHelpdesk(folder, server.database("helpdesk"), clock) as helpdesk,
    ):
        helpdesk.story = Story(helpdesk, clock)
        helpdesk.story.tell()
        yield helpdesk


@pytest.fixture(scope="module")
def desk(folder: Path, helpdesk: DjangoHelpdesk) -> Desk:
    """What is imported from its database."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("INBOX_SOURCE_DJANGO_HELPDESK_USER", "inbox")
        monkeypatch.setenv("INBOX_SOURCE_DJANGO_HELPDESK_TOKEN", PASSWORD)
        desk = Desk(folder / "base", "django_helpdesk", options=OPTIONS, landing="tables")
        desk.change(where=helpdesk.address)
        desk.bring(began_at=at("09:00", 31))
        return desk


def test_threads(helpdesk: DjangoHelpdesk, desk: Desk) -> None:
    told = compare.threads_told(helpdesk.story.numbers, helpdesk.person)
    assert compare.threads_found(desk, helpdesk.story.numbers) == told


def test_messages(helpdesk: DjangoHelpdesk, desk: Desk) -> None:
    told = compare.messages_told(helpdesk.story.numbers, helpdesk.person)
    assert compare.messages_found(desk) == told


def test_of_a_ticket_that_was_deleted_nothing_is_there(
    helpdesk: DjangoHelpdesk, desk: Desk
) -> None:
    assert helpdesk.story.numbers[DELETED] not in desk.standing("threads")


def test_agents(helpdesk: DjangoHelpdesk, desk: Desk) -> None:
    agents = {key: row["name"] for key, row in desk.standing("agents").items()}
    assert agents == {helpdesk.person("ada"): "Ada Agent", helpdesk.person("ben"): "Ben Agent"}


def test_its_tables_as_files_give_the_same(
    folder: Path, helpdesk: DjangoHelpdesk, desk: Desk
) -> None:
    files = Desk(folder / "files", "django_helpdesk", options=OPTIONS)
    files.look_elsewhere(helpdesk.export_tables(folder / "tables"))
    files.bring(began_at=at("09:00", 31))
    assert files.everything() == desk.everything()
