"""django-helpdesk of PyPI, really run: what its tables give is what was done to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.desks.as_done import AsDone, ToldDesk
from tests.desks.clock import SetClock
from tests.desks.django_helpdesk import TABLES, DjangoHelpdesk
from tests.desks.story import DELETED, told_to
from tests.desks.tables import export_tables
from tests.services.postgres import PostgresServer


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToldDesk]:
    folder = tmp_path_factory.mktemp("helpdesk")
    clock = SetClock(folder)
    with PostgresServer() as server:
        database = server.database("helpdesk")
        with DjangoHelpdesk(folder, database, clock) as helpdesk:
            story = told_to(helpdesk, clock)
            tables = export_tables(database, TABLES, folder / "tables")
            options = {"plain_addresses": "true"}
            yield ToldDesk(story, "django_helpdesk", database, tables, options)


class TestDjangoHelpdesk(AsDone):
    def test_of_a_ticket_that_was_deleted_nothing_is_there(self, told: ToldDesk) -> None:
        assert told.story.numbers[DELETED] not in told.base.standing("threads")
