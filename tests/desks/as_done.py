"""What every desk that is really run is asked: is what was imported what was done?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from tests.desks import compare
from tests.desks.story import Doors, Story, at
from tests.services.postgres import PASSWORD, PostgresServer
from tests.unit.sources.desk import Desk

BEGAN_AT = at("09:00", 31)


class ToldDesk:
    """A desk to which the story was told, and what is imported of it.

    base: from its database. files: from its tables as files, exported as docs/sources.md says.
    """

    def __init__(
        self,
        story: Story,
        kind: str,
        database: PostgresServer,
        tables: Path,
        options: Mapping[str, str],
    ) -> None:
        self.story, self.options = story, options
        self.base = Desk(tables.parent / "base", kind, options=options, landing="tables")
        self.base.change(where=f"postgresql://127.0.0.1:{database.port}/{database.name}#public")
        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setenv(f"INBOX_SOURCE_{kind.upper()}_USER", "inbox")
            monkeypatch.setenv(f"INBOX_SOURCE_{kind.upper()}_TOKEN", PASSWORD)
            self.base.bring(began_at=BEGAN_AT)
        self.files = Desk(tables.parent / "files", kind, options=options)
        self.files.look_elsewhere(tables)
        self.files.bring(began_at=BEGAN_AT)

    @property
    def doors(self) -> Doors:
        return self.story.doors


class AsDone:
    """The tests of each; `told` is a fixture of the module that has them.

    holders: of a case, the agent who holds it where the desk itself makes somebody hold it.
    """

    holders: Mapping[str, str] = MappingProxyType({})

    def test_resources(self, told: ToldDesk) -> None:
        wanted = compare.threads_told(told.story.numbers, told.doors.person, self.holders)
        assert compare.threads_found(told.base, told.story.numbers) == wanted

    def test_messages(self, told: ToldDesk) -> None:
        wanted = compare.messages_told(told.story.numbers, told.doors.person)
        assert compare.messages_found(told.base) == wanted

    def test_agents(self, told: ToldDesk) -> None:
        agents = {key: row["name"] for key, row in told.base.standing("agents").items()}
        person = told.doors.person
        assert agents == {person("ada"): "Ada Agent", person("ben"): "Ben Agent"}

    def test_its_tables_as_files_give_the_same(self, told: ToldDesk) -> None:
        assert told.files.everything() == told.base.everything()
