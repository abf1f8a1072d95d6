"""A desk's facts, as imported, beside what the story says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tests.desks.story import MESSAGES, THREADS, Said, Told
from tests.unit.sources.desk import Desk

Person = Callable[[str], str]


def threads_told(
    numbers: Mapping[str, str], person: Person, holders: Mapping[str, str]
) -> dict[str, Told]:
    """What the story says, with the desk's own numbers of people, and who holds what."""
    return {
        case: _of(replace(told, agent=holders.get(case, told.agent)), numbers, person)
        for case, told in THREADS.items()
    }


def threads_found(desk: Desk, numbers: Mapping[str, str]) -> dict[str, Told]:
    """The same of what was imported."""
    standing = desk.standing("threads")
    return {case: _found(standing[numbers[case]]) for case in THREADS if numbers[case] in standing}


def messages_told(numbers: Mapping[str, str], person: Person) -> list[Said]:
    """What was said in tickets that stand, with the desk's own numbers."""
    return sorted(
        Said(
            numbers[said.case], said.sent_at, said.author_type,
            None if said.author is None else person(said.author), said.length, said.is_private,
        )
        for said in MESSAGES
    )  # fmt: skip


def messages_found(desk: Desk) -> list[Said]:
    """The same of what was imported, without what a desk says of itself.

    Whom a desk names for an automatic message is its own matter.
    """
    standing = desk.live("threads")
    return sorted(
        Said(
            row["thread_id"], row["sent_at"], row["author_type"],
            None if row["author_type"] == "bot" else row["author_id"],
            row["body_length"], row["is_private"],
        )
        for row in desk.live("messages").values()
        if row["thread_id"] in standing and row["author_type"] != "system"
    )  # fmt: skip


def _of(told: Told, numbers: Mapping[str, str], person: Person) -> Told:
    def known(name: str | None) -> str | None:
        return None if name is None else person(name)

    return Told(
        told.created_at, person(told.user), told.status, known(told.agent),
        told.first_closed_at, told.closed_at, known(told.closed_by), told.reopenings,
        numbers[told.merged_into] if told.merged_into else None, told.gone_at,
    )  # fmt: skip


def _found(row: Mapping[str, Any]) -> Told:
    return Told(
        row["created_at"], row["user_id"], row["status"], row["assigned_agent_id"],
        row["first_closed_at"], row["closed_at"], row["closed_by_agent_id"],
        row["reopen_count"] or 0, row["merged_into_thread_id"], row["deleted_at"],
    )  # fmt: skip
