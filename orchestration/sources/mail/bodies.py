"""The length of what a mail's author wrote: its plain text without the mail that it quotes."""

from __future__ import annotations

import re
from email.message import Message
from html.parser import HTMLParser

from .limits import MAX_HTML_CHARACTERS, MAX_NESTED, MAX_PARTS

_QUOTED_MAIL = re.compile(
    r"^-{2,}[ ]?(?:Original Message|Forwarded message|Ursprüngliche Nachricht|Message d'origine|"
    r"Mensaje original|Messaggio originale|Oorspronkelijk bericht)[ ]?-{2,}[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
# Lines that quote, and before them the one or two lines that say whom.
_QUOTED_LINES = re.compile(
    r"(?:(?:^(?:On|Am|Den|Em|El|Il|Le|Op|W) [^\n]{0,300}\n)?^[^\n]{0,300}:[ \t]*\n(?:[ \t]*\n)?)?"
    r"(?:^[ \t]?>[^\n]*(?:\n|\Z))+",
    re.MULTILINE,
)
_BOUNDARY = re.compile(rb'boundary\s{0,4}=\s{0,4}(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))', re.I)
_HOLDS_PARTS = re.compile(rb"^content-type\s{0,4}:\s{0,4}(?:multipart|message)/", re.I | re.M)
_BLANKS = re.compile(r"\s+")
_SKIPPED_TAGS = frozenset({"script", "style", "head", "title", "blockquote"})
_BREAKING_TAGS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3"})


def is_within_limits(octets: bytes) -> bool:
    """Whether a mail's parts are few enough to be taken apart."""
    if len(_HOLDS_PARTS.findall(octets)) > MAX_NESTED:
        return False
    boundaries = {quoted or plain for quoted, plain in _BOUNDARY.findall(octets)}
    return sum(octets.count(b"\n--" + boundary) for boundary in boundaries) <= MAX_PARTS


def text_length(mail: Message) -> int:
    """The characters of the text that a mail's author wrote; 0 where there is none."""
    plain = markup = None
    for part in _texts(mail):
        if part.get_content_type() == "text/plain" and plain is None:
            plain = _decoded(part)
        if part.get_content_type() == "text/html" and markup is None:
            markup = _decoded(part)
    if plain is None:
        plain = _without_tags(markup) if markup is not None else ""
    return len(own_words(plain))


def own_words(text: str) -> str:
    """A text without the lines that quote another mail, and the line that announces them."""
    text = text.replace("\r\n", "\n")
    if found := _QUOTED_MAIL.search(text):
        text = text[: found.start()]
    return _QUOTED_LINES.sub("", text).strip()


def _texts(mail: Message) -> list[Message]:
    """The texts of a mail that are no attachment and no mail within it."""
    found: list[Message] = []
    waiting: list[Message] = [mail]
    while waiting:
        part = waiting.pop()
        if part.get_content_type().startswith("message/"):
            continue
        if part.is_multipart():
            waiting.extend(reversed(part.get_payload()))  # type: ignore[arg-type]
        elif (
            part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment"
        ):
            found.append(part)
    return found


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    octets = payload if isinstance(payload, bytes) else b""
    try:
        return octets.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):  # an encoding that nobody knows
        return octets.decode("latin-1")


class _Text(HTMLParser):
    """The text of a page, without what is hidden or quoted."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._skipped += tag in _SKIPPED_TAGS
        if tag in _BREAKING_TAGS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._skipped = max(self._skipped - (tag in _SKIPPED_TAGS), 0)

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.pieces.append(_BLANKS.sub(" ", data))


def _without_tags(markup: str) -> str:
    reader = _Text()
    reader.feed(markup[:MAX_HTML_CHARACTERS])
    reader.close()
    lines = "".join(reader.pieces).split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())
