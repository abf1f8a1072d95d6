"""Mails composed for the tests, and archives of them."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from pathlib import Path

from tests.unit.sources.desk import at


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
