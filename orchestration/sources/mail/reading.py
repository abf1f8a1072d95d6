"""A mail's record, out of its octets.

What is kept of a mail is what the record lists: keys are keyed hashes, for a Message-ID often holds
an address; the text is a number of characters; the subject is nothing, or a keyed hash of it where
threads are to be joined by it.
"""

from __future__ import annotations

import csv
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr

from .bodies import TooManyParts, parted, text_length
from .cutting import RawMail
from .limits import MAX_HEADER_CHARACTERS, MAX_HEADER_OCTETS, MAX_LABELS, MAX_REFERENCES
from .times import sent_at

SENT, DRAFT, TRASH, SPAM = "sent", "draft", "trash", "spam"

_IDENTIFIER = re.compile(r"<\s*([^<>\s]{1,2000})\s*>")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_ADDRESS = re.compile(r"[^\s<>\"(),;:@]{1,200}@[^\s<>\"(),;:@]{1,255}")
_MASKED_ADDRESS = re.compile(r"^\s*([^\s<>\"(),;:@]{1,200}) at ([^\s<>\"(),;:@]{1,255})\s*(?:\(|$)")
_REPLY_MARK = re.compile(
    r"^\s*(?:(?:re|fw|fwd|aw|wg|sv|vs|tr|rv|ref|odp|pd|antw)(?:\[\d+\])?\s*[::]|\[[^\]]{1,80}\])\s*",
    re.IGNORECASE,
)
_GMAIL_THREAD = re.compile(r"\d{1,20}")
_NO_TELLING_LABELS = frozenset({"inbox", "sent", "opened", "unread", "important", "archived"})
_STATE_OF_LABEL = {
    "drafts": DRAFT,
    "draft": DRAFT,
    "trash": TRASH,
    "bin": TRASH,
    "deleted": TRASH,
    "deleted items": TRASH,
    "deleted messages": TRASH,
    "spam": SPAM,
    "junk": SPAM,
}
_MOZILLA_DELETED = 0x0008


@dataclass(frozen=True)
class ReadingOptions:
    """How mails are read.

    key: of the hashes. zone: in which a time without a known zone is told. latest: an instant
    after which no mail can have been sent, a day after the import began.
    """

    key: bytes = field(repr=False)
    latest: datetime
    zone: tzinfo = UTC
    join_by_subject: bool = False


@dataclass(frozen=True)
class Place:
    """What the file or folder of a mail tells of it: its state, and the way it is quoted."""

    state: str = SENT
    is_mbox: bool = False


@dataclass(frozen=True)
class Mail:
    """What is kept of a mail; in this order the columns of the kept records."""

    mail_key: str
    sent_at: datetime
    sender: str | None
    is_automatic: bool
    references: list[str]
    subject_key: str | None
    gmail_thread_id: str | None
    labels: list[str]
    has_labels: bool
    body_length: int | None
    state: str
    is_limited: bool


def read_mail(raw: RawMail, place: Place, options: ReadingOptions) -> Mail | None:
    """The record of a mail, or None where nothing tells when it was sent."""
    octets = raw.octets
    if place.is_mbox and b">From " in octets:
        octets = _QUOTED_FROM.sub(rb"\1", octets)
    message, body = parted(octets)
    headers = _Headers(message)
    instant = _sent_at(headers, raw, options)
    if instant is None:
        return None
    sender = _address(headers.one("from"))
    labels = _labels(headers)
    length = _text_length(message, body)
    return Mail(
        mail_key=_mail_key(headers, instant, sender, body, options.key),
        sent_at=instant,
        sender=sender,
        is_automatic=_is_automatic(headers),
        references=_references(headers, options.key),
        subject_key=_subject_key(headers, options.key) if options.join_by_subject else None,
        gmail_thread_id=_gmail_thread_id(headers),
        labels=[] if labels is None else _telling(labels),
        has_labels=labels is not None,
        body_length=length,
        state=_state(headers, labels or [], place),
        is_limited=(raw.is_cut or length is None or len(octets) - len(body) > MAX_HEADER_OCTETS),
    )


def state_of_name(name: str) -> str:
    """The state of the mails in a folder or under a label of this name."""
    return _STATE_OF_LABEL.get(name.strip().lower(), SENT)


def hashed(key: bytes, kind: str, value: str) -> str:
    """What stands for an identifier that may name a person; without the key no way back."""
    octets = f"{kind} {value}".encode("utf-8", "replace")
    return hmac.digest(key, octets, "sha256")[:16].hex()


class _Headers:
    """The headers of a mail by their name in lower case, looked through once."""

    def __init__(self, message: Message) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in message.items():
            self._values.setdefault(name.lower(), []).append(str(value)[:MAX_HEADER_CHARACTERS])

    def one(self, name: str) -> str | None:
        values = self._values.get(name)
        return values[0] if values else None

    def all(self, name: str) -> list[str]:
        return self._values.get(name, [])


def _text_length(message: Message, body: bytes) -> int | None:
    """The length of a mail's text, or None where its parts cannot be made out.

    The library's own readers stumble over parameters and markup that nobody would write.
    """
    try:
        return text_length(message, body)
    except (TooManyParts, TypeError, ValueError, LookupError, AssertionError):
        return None


def _sent_at(headers: _Headers, raw: RawMail, options: ReadingOptions) -> datetime | None:
    received = headers.all("received")[:20]
    return sent_at(headers.one("date"), received, raw.from_time, options.zone, options.latest)


def _mail_key(
    headers: _Headers, instant: datetime, sender: str | None, body: bytes, key: bytes
) -> str:
    """A mail's key: of its Message-ID, else of when, by whom and how its text begins."""
    identifiers = _identifiers(headers.one("message-id"))
    if identifiers:
        return hashed(key, "mail", identifiers[0])
    beginning = body.replace(b"\r\n", b"\n")[:200].decode("latin-1")
    date = headers.one("date") or instant.isoformat()
    return hashed(key, "mail without identifier", f"{date.strip()}\n{sender}\n{beginning}")


def _identifiers(value: str | None) -> list[str]:
    """The identifiers in a header; without angle brackets its first word with an @."""
    if not value:
        return []
    found = _IDENTIFIER.findall(value)
    return found or [word for word in value.split()[:20] if "@" in word.strip("@")][:1]


def _references(headers: _Headers, key: bytes) -> list[str]:
    """The keys of the mails that a mail refers to, the oldest first, each once."""
    found = [
        *_IDENTIFIER.findall(headers.one("references") or ""),
        *_IDENTIFIER.findall(headers.one("in-reply-to") or ""),
    ]
    return [hashed(key, "mail", identifier) for identifier in dict.fromkeys(found)][:MAX_REFERENCES]


def _address(value: str | None) -> str | None:
    """The address in a header: without a name, in lower case."""
    if not value:
        return None
    if masked := _MASKED_ADDRESS.match(value):
        return f"{masked[1]}@{masked[2]}".lower()
    address = parseaddr(value[:2_000])[1].strip()
    if not _ADDRESS.fullmatch(address):
        found = _ADDRESS.findall(value)
        address = found[-1] if found else ""
    return address.lower() or None


def _is_automatic(headers: _Headers) -> bool:
    """Whether a mail says that a program sent it of itself."""
    submitted = (headers.one("auto-submitted") or "no").partition(";")[0].partition("(")[0]
    if submitted.strip().lower() not in ("no", ""):
        return True
    reply = headers.one("x-autoreply")
    return reply is not None and reply.strip().lower() not in ("no", "false", "")


def _subject_key(headers: _Headers, key: bytes) -> str | None:
    subject = " ".join(_decoded(headers.one("subject") or "").split())
    while (shorter := _REPLY_MARK.sub("", subject, count=1)) != subject:
        subject = shorter
    return hashed(key, "subject", subject.casefold()) if subject else None


def _gmail_thread_id(headers: _Headers) -> str | None:
    found = _GMAIL_THREAD.fullmatch((headers.one("x-gm-thrid") or "").strip())
    return found[0] if found else None


def _labels(headers: _Headers) -> list[str] | None:
    """The labels of a mail, as Gmail writes them; None where it has no such header."""
    value = headers.one("x-gmail-labels")
    if value is None:
        return None
    line = " ".join(_decoded(value).split())
    try:
        rows = list(csv.reader([line], skipinitialspace=True))
    except csv.Error:  # a quote without end, a character that is none
        rows = [line.split(",")]
    labels = [_clean(label).strip() for label in rows[0]] if rows else []
    return [label for label in labels if label]


def _clean(text: str) -> str:
    """A text that can be written down: half of a character, as some encodings hold, is a mark."""
    return text.encode("utf-8", "replace").decode()


def _telling(labels: Iterable[str]) -> list[str]:
    """Labels without those that only say where Gmail shows a mail, each once."""
    kept = [
        label
        for label in labels
        if label.lower() not in _NO_TELLING_LABELS
        and not label.lower().startswith("category ")
        and state_of_name(label) == SENT
    ]
    return sorted(dict.fromkeys(kept))[:MAX_LABELS]


def _state(headers: _Headers, labels: Iterable[str], place: Place) -> str:
    """Whether a mail was sent and stands, from its labels, its flags and where it lies."""
    states = {state_of_name(label) for label in labels} | {place.state}
    if _is_deleted_by_thunderbird(headers):
        states.add(TRASH)
    return next((state for state in (DRAFT, SPAM, TRASH) if state in states), SENT)


def _is_deleted_by_thunderbird(headers: _Headers) -> bool:
    try:
        status = int((headers.one("x-mozilla-status") or "0").strip()[:8], 16)
    except ValueError:
        return False
    return bool(status & _MOZILLA_DELETED)


def _decoded(value: str) -> str:
    """A header's text, out of RFC 2047 where it is written so."""
    if "=?" not in value:
        return value
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, MessageError, LookupError, ValueError):
        return value
