"""Chatwoot's records as its API tells them, and the same in its tables, composed for the tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.unit.sources.desk import at
from tests.unit.sources.tables import Tables, written

ANN, BEA = 45, 46
ADA, BEN = 2, 3
SURVEY = 9
"""The number that tables have for a message that asks for a rating."""

_STATUS = ("open", "resolved", "pending", "snoozed")
_SENDERS = {"contact": "Contact", "user": "User", "agent_bot": "AgentBot"}


class Chatwoot:
    """An account's records, numbered as they come; written as answers or as tables."""

    def __init__(self) -> None:
        self.conversations: list[dict[str, Any]] = []
        self.messages: list[dict[str, Any]] = []
        self.ratings: list[dict[str, Any]] = []
        self.reports: list[dict[str, Any]] = []

    def conversation(
        self, number: int = 1, created: str = "01 09:00", status: str = "open", **changed: Any
    ) -> dict[str, Any]:
        """A conversation of the customer, with its first message."""
        row = {
            "number": number, "created": created, "status": status, "contact": ANN,
            "assignee": None, "assignee_type": "User", "team": None, "labels": [],
            "priority": None, "updated": created, "active": created, **changed,
        }  # fmt: skip
        self.conversations.append(row)
        self.message(number, created, ("contact", row["contact"]), "0123456789")
        return row

    def message(
        self,
        conversation: int,
        when: str,
        sender: tuple[str, int] | None = None,
        text: str = "hello",
        **changed: Any,
    ) -> int:
        """A message: incoming of a contact, outgoing of anyone else; its number."""
        kind = 0 if sender is not None and sender[0] == "contact" else 1
        row = {
            "number": 500 + len(self.messages), "conversation": conversation, "when": when,
            "type": kind, "sender": sender, "text": text, "private": False, "content": "text",
            "campaign": None, "deleted": None, **changed,
        }  # fmt: skip
        self.messages.append(row)
        return int(row["number"])

    def activity(self, conversation: int, when: str, text: str) -> int:
        """A line that tells of a change."""
        return self.message(conversation, when, None, text, type=2)

    def report(self, conversation: int, when: str, user: int | None, name: str) -> None:
        """What the tables tell of a closing or an opening."""
        self.reports.append(
            {"conversation": conversation, "when": when, "user": user, "name": name}
        )

    def rating(self, conversation: int, when: str, score: int | None, agent: int = ADA) -> None:
        """An answer to a survey, or a survey without one."""
        self.ratings.append(
            {"conversation": conversation, "when": when, "score": score, "agent": agent}
        )

    def answers(self, folder: Path) -> None:
        """The answers of the API, as they were saved."""
        listed = {"meta": {}, "payload": [_conversation(row) for row in self.conversations]}
        _save(folder / "conversations_1.json", {"data": listed})
        for row in self.conversations[:1]:  # a page and a single answer overlap
            _save(folder / "conversations_single.json", _conversation(row))
        for number in {row["conversation"] for row in self.messages}:
            found = [_message(row) for row in self.messages if row["conversation"] == number]
            _save(folder / f"messages_{number}.json", {"meta": {"labels": []}, "payload": found})
        rated = [_rating(number, row) for number, row in enumerate(self.ratings, start=1)]
        _save(folder / "csat_survey_responses.json", rated)
        names = {ADA: "Ada Agent", BEN: "Ben Agent"}
        _save(folder / "agents.json", [{"id": key, "name": name} for key, name in names.items()])

    def streams(self) -> dict[str, list[dict[str, Any]]]:
        """The records as the API has them, by what they are."""
        return {
            "conversations": [_conversation(row) for row in self.conversations],
            "messages": [_message(row) for row in self.messages],
            "ratings": [_rating(number, row) for number, row in enumerate(self.ratings, start=1)],
            "agents": [{"id": ADA, "name": "Ada Agent"}, {"id": BEN, "name": "Ben Agent"}],
        }

    def tables(self, folder: Path) -> None:
        """The same in tables, whose conversations have other numbers there."""
        tables = Tables(_TABLES)
        tables.add("inboxes", id=5, channel_type="Channel::WebWidget")
        tables.add("users", id=ADA, name="Ada Agent", updated_at=written("01 00:00"))
        tables.add("users", id=BEN, name="Ben Agent", updated_at=written("01 00:00"))
        for row in self.conversations:
            tables.add(
                "conversations", id=row["number"] + 900, account_id=1, display_id=row["number"],
                inbox_id=5, status=_STATUS.index(row["status"]), contact_id=row["contact"],
                assignee_id=row["assignee"] or "", team_id=row["team"] or "",
                cached_label_list=", ".join(row["labels"]),
                created_at=written(row["created"]), updated_at=written(row["updated"]),
                last_activity_at=written(row["active"]),
            )  # fmt: skip
        # Another account, whose conversations have the same numbers for its users.
        tables.add("conversations", id=1, account_id=2, display_id=1, status=0)
        for row in self.messages:
            kind, who = row["sender"] or ("", "")
            tables.add(
                "messages", id=row["number"], conversation_id=row["conversation"] + 900,
                message_type=row["type"], private=row["private"], content=row["text"],
                content_type=SURVEY if row["content"] == "input_csat" else 0,
                sender_type=_SENDERS.get(kind, ""), sender_id=who,
                content_attributes=json.dumps({"deleted": True}) if row["deleted"] else "{}",
                additional_attributes=json.dumps({"campaign_id": row["campaign"]}),
                created_at=written(row["when"]), updated_at=written(row["deleted"] or row["when"]),
            )  # fmt: skip
        for number, row in enumerate(self.ratings, start=1):
            tables.add(
                "csat_survey_responses", id=number, conversation_id=row["conversation"] + 900,
                rating=row["score"] or "", assigned_agent_id=row["agent"],
                created_at=written(row["when"]), updated_at=written(row["when"]),
            )  # fmt: skip
        for row in self.reports:
            tables.add(
                "reporting_events", name=row["name"], conversation_id=row["conversation"] + 900,
                user_id=row["user"] or "", event_end_time=written(row["when"]),
            )  # fmt: skip
        tables.write(folder)


_TABLES = {
    "conversations": "id account_id display_id inbox_id status contact_id assignee_id team_id"
    " priority cached_label_list created_at updated_at last_activity_at",
    "messages": "id conversation_id message_type content_type content private sender_type"
    " sender_id content_attributes additional_attributes created_at updated_at",
    "reporting_events": "id name conversation_id user_id event_end_time",
    "csat_survey_responses": "id conversation_id rating assigned_agent_id created_at updated_at",
    "users": "id name updated_at",
    "inboxes": "id channel_type",
    "teams": "id name updated_at",
}


def _seconds(when: str) -> int:
    return int(at(when).timestamp())


def _conversation(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["number"], "account_id": 1, "inbox_id": 5, "status": row["status"],
        "priority": row["priority"], "created_at": _seconds(row["created"]),
        "updated_at": _seconds(row["updated"]) + 0.0, "first_reply_created_at": 0,
        "last_activity_at": _seconds(row["active"]), "labels": row["labels"],
        "meta": {
            "sender": {"id": row["contact"], "name": "a secret", "email": "secret@x.example"},
            "channel": "Channel::WebWidget",
            "assignee": row["assignee"] and {"id": row["assignee"], "name": "Agent"},
            "assignee_type": row["assignee_type"], "team": row["team"] and {"id": row["team"]},
        },
    }  # fmt: skip


def _message(row: dict[str, Any]) -> dict[str, Any]:
    told = {
        "id": row["number"], "conversation_id": row["conversation"], "message_type": row["type"],
        "content_type": row["content"], "content": row["text"], "private": row["private"],
        "created_at": _seconds(row["when"]),
        "content_attributes": {"deleted": True} if row["deleted"] else {},
        "additional_attributes": {"campaign_id": row["campaign"]},
    }  # fmt: skip
    if row["deleted"]:
        told["updated_at"] = _seconds(row["deleted"])
    if row["sender"] is not None:
        told["sender"] = {"type": row["sender"][0], "id": row["sender"][1], "name": "a secret"}
    return told


def _rating(number: int, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": number, "rating": row["score"], "feedback_message": "a secret",
        "conversation_id": row["conversation"], "assigned_agent": {"id": row["agent"]},
        "created_at": _seconds(row["when"]),
    }  # fmt: skip


def _save(path: Path, answer: object) -> None:
    path.write_text(json.dumps(answer, indent=1), encoding="utf-8")
