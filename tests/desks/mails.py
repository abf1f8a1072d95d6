"""Mails as people's programs send them."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage
from itertools import count

_NUMBERS = count(1)


def written_mail(
    sender: str, to: str, subject: str, text: str, headers: Mapping[str, str] | None = None
) -> bytes:
    """A mail with a plain text; it has no `Date`, so that only the desk's clock counts."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = f"<{next(_NUMBERS)}.{sender}>"
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content(text, cte="quoted-printable")
    return mail.as_bytes()
