"""A Zendesk account behind its API: the records of the tests, in pages and by cursors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.unit.sources.api_server import NOT_FOUND, Answer, Asked

Records = Sequence[Mapping[str, Any]]
CUTS = 2
"""Records a page, of which the last comes again with the next one."""


class ZendeskAccount:
    """Its tickets and users in the order in which they were changed; a cursor is a place in it."""

    def __init__(self, records: Mapping[str, Records]) -> None:
        self.streams = {name: list(of_stream) for name, of_stream in records.items()}
        self.without: set[str] = set()
        self.gone: set[int] = set()
        self.last_cursor = 10_000

    def __call__(self, asked: Asked) -> Answer:
        """An answer of the API."""
        path = asked.path.removeprefix("/api/v2/").removesuffix(".json")
        match path.split("/"):
            case ["incremental", stream, "cursor"]:
                return self._exported(stream, asked.query)
            case ["tickets", number, "audits"]:
                return self._audits(int(number), asked.query)
            case [*_, stream] if stream in self.without:
                return Answer({"error": "a secret"}, 403)
            case [*_, stream]:
                return Answer({stream: self.streams.get(stream, []), "meta": {"has_more": False}})
        return NOT_FOUND

    def _exported(self, stream: str, query: Mapping[str, str]) -> Answer:
        assert ("cursor" in query) != ("start_time" in query)
        place = int(query.get("cursor", "0"))
        of_stream = self.streams[stream]
        found = of_stream[max(0, place - 1) : place + CUTS]
        after = min(place + CUTS, len(of_stream), self.last_cursor)
        return Answer(
            {
                stream: found,
                "after_cursor": str(after),
                "end_of_stream": after >= len(of_stream),
            }
        )

    def _audits(self, number: int, query: Mapping[str, str]) -> Answer:
        if number in self.gone:
            return NOT_FOUND
        found = [audit for audit in self.streams["ticket_audits"] if audit["ticket_id"] == number]
        place = int(query.get("page[after]", "0"))
        more = place + CUTS < len(found)
        meta = {"has_more": more, "after_cursor": str(place + CUTS) if more else None}
        return Answer({"audits": found[place : place + CUTS], "meta": meta})
