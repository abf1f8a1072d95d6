"""Mails composed for the tests, and archives of them."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from orchestration.privacy.users import UserIdentifiers
from orchestration.sources.mail.reading import hashed
from orchestration.sources.persons import hash_key
from tests.unit.sources.desk import Desk, at


def mail(
    key: str | None,
    when: str | None = "01 09:00",
    sender: str = "ann@customer.example",
    text: str = "Hello",
    **headers: str,
) -> str:
    """A mail; `in_reply_to="a"` and `references="a b"` name other mails by their keys."""
    lines = [f"From: {sender}", "To: care@desk.example"]
    if when is not None:
        lines.append(f"Date: {_written(at(when))}")
    if key is not None:
        lines.append(f"Message-ID: {_identifier(key)}")
    for name, value in headers.items():
        if name in ("in_reply_to", "references"):
            value = " ".join(_identifier(key) for key in value.split())
        lines.append(f"{name.replace('_', '-')}: {value}")
    return "\n".join([*lines, "", text, ""])


def write_mbox(path: Path, *mails: str, line: str = "From - Mon Mar  4 10:00:00 2024") -> Path:
    """An mbox of mails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n{one}\n" for one in mails), encoding="utf-8")
    return path


def write_mail(path: Path, one: str) -> Path:
    """A file of one mail."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(one, encoding="utf-8")
    return path


def _identifier(key: str) -> str:
    return f"<{key}@mail.example>"


def _written(instant: datetime) -> str:
    return format_datetime(instant)


STAFF = ("ada@desk.example", "ben@desk.example")
ADA = "Ada <Ada@Desk.example>"
BEA = "bea@customer.example"


def desk_of(folder: Path, **source: Any) -> Desk:
    options = {"plain_addresses": "true", **source.pop("options", {})}
    return Desk(folder, "mbox", **{"staff": STAFF, "options": options, **source})


def bring(desk: Desk, *mails: str, name: str = "inbox.mbox") -> Desk:
    write_mbox(desk.landing / name, *mails)
    desk.bring()
    return desk


def key(name: str) -> str:
    return hashed(hash_key(UserIdentifiers()), "mail", f"{name}@mail.example")


def threads(desk: Desk) -> list[set[str]]:
    """Which mails are a thread, by the names of those that these tests use."""
    names = {key(name): name for name in "abcdefgh"}
    found: dict[str, set[str]] = {}
    for row in desk.live("messages").values():
        found.setdefault(row["thread_id"], set()).add(names[row["message_id"]])
    return sorted(found.values(), key=sorted)


def only_thread(desk: Desk) -> dict[str, Any]:
    (thread,) = desk.standing("threads").values()
    return thread
