"""Debian's Znuny 6.5, really run: what its tables give is what was done to it."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

import pytest

from tests.desks.as_done import AsDone, ToldDesk
from tests.desks.clock import SetClock
from tests.desks.story import DELETED, told_to
from tests.desks.tables import export_tables
from tests.desks.znuny import TABLES, Znuny
from tests.services.postgres import PostgresServer


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToldDesk]:
    folder = tmp_path_factory.mktemp("znuny")
    clock = SetClock(folder)
    with PostgresServer() as server:
        database = server.database("znuny")
        with Znuny(folder, database, clock) as znuny:
            story = told_to(znuny, clock)
            tables = export_tables(database, TABLES, folder / "tables")
            yield ToldDesk(story, "znuny", database, tables, {"plain_addresses": "true"})


class TestZnuny(AsDone):
    # Who opens a ticket holds it, and who merges one away does.
    holders = MappingProxyType({"contract": "ada", "broken again": "ada"})

    def test_its_automatic_answers_are_its_own(self, told: ToldDesk) -> None:
        own = [m for m in told.base.live("messages").values() if m["author_type"] == "system"]
        assert {(m["author_id"], m["is_private"]) for m in own} == {(None, False)}

    def test_of_a_ticket_that_was_deleted_nothing_is_there(self, told: ToldDesk) -> None:
        assert told.story.numbers[DELETED] not in told.base.standing("threads")
