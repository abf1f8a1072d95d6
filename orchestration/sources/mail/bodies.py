"""The length of what a mail's author wrote: its plain text without the mail that it quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from html.parser import HTMLParser

from .limits import MAX_HEADER_OCTETS, MAX_HTML_CHARACTERS, MAX_NESTED, MAX_PARTS

_QUOTED_MAIL = re.compile(
    r"^-{2,}[ ]?(?:Original Message|Forwarded message|Ursprüngliche Nachricht|Message d'origine|"
    r"Mensaje original|Messaggio originale|Oorspronkelijk bericht)[ ]?-{2,}[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_ANNOUNCES = re.compile(r"(?:On|Am|Den|Em|El|Il|Le|Op|W) ")
_HEADERS_END = re.compile(rb"\r?\n\r?\n")
_BLANKS = re.compile(r"\s+")
_SKIPPED_TAGS = frozenset({"script", "style", "head", "title", "blockquote"})
_BREAKING_TAGS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3"})


class TooManyParts(Exception):
    """A mail of more parts, or more deeply nested ones, than anybody writes."""


def text_length(mail: Message, body: bytes) -> int:
    """The characters of the text that a mail's author wrote; 0 where there is none.

    mail: its headers; body: the octets after them. Raises `TooManyParts`.
    """
    plain = markup = None
    for part, octets in _texts(mail, body):
        if part.get_content_type() == "text/plain":
            plain = _decoded(part, octets)
            break
        if part.get_content_type() == "text/html" and markup is None:
            markup = _decoded(part, octets)
    if plain is None:
        plain = _without_tags(markup) if markup is not None else ""
    return len(own_words(plain))


def own_words(text: str) -> str:
    """A text without the lines that quote another mail, and the line that announces them."""
    text = text.replace("\r\n", "\n")
    if found := _QUOTED_MAIL.search(text):
        text = text[: found.start()]
    return (_without_quotes(text) if ">" in text else text).strip()


def _without_quotes(text: str) -> str:
    """A text without the lines that quote.

    What announces them is searched from their first line backwards, as few texts have any.
    """
    lines = text.split("\n")
    kept: list[str] = []
    for number, line in enumerate(lines):
        if not _is_quoted(line):
            kept.append(line)
        elif number and not _is_quoted(lines[number - 1]):
            _drop_announcement(kept)
    return "\n".join(kept)


def _is_quoted(line: str) -> bool:
    return line.startswith((">", " >"))


def _drop_announcement(lines: list[str]) -> None:
    """Take away the end of lines that says who wrote what is quoted after them."""
    end = len(lines) - (not lines[-1].strip())
    if end > 0 and lines[end - 1].rstrip().endswith(":"):
        has_two = end > 1 and _ANNOUNCES.match(lines[end - 2]) and len(lines[end - 2]) < 300
        del lines[end - (2 if has_two else 1) :]


def _texts(mail: Message, body: bytes) -> Iterator[tuple[Message, bytes]]:
    """The texts of a mail that are no attachment and no mail within it, each with its octets."""
    seen = 0
    waiting = [iter([(mail, body)])]
    while waiting:
        if (found := next(waiting[-1], None)) is None:
            waiting.pop()
            continue
        seen += 1
        if seen > MAX_PARTS or len(waiting) > MAX_NESTED:
            raise TooManyParts
        part, octets = found
        boundary = part.get_boundary() if part.get_content_maintype() == "multipart" else None
        if boundary:
            waiting.append(_parts(octets, boundary.encode("utf-8", "replace")))
        elif (
            part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment"
        ):
            yield found


def _parts(octets: bytes, boundary: bytes) -> Iterator[tuple[Message, bytes]]:
    """The parts between the lines of a boundary, one after the other as they are asked for."""
    delimiter = b"--" + boundary
    begins = None
    at = _delimiter(octets, delimiter, 0)
    while True:
        if begins is not None:
            yield parted(octets[begins : at if at >= 0 else len(octets)])
        line_end = octets.find(b"\n", at) if at >= 0 else -1
        if line_end < 0 or octets.startswith(b"--", at + len(delimiter)):
            return
        begins = line_end + 1
        at = _delimiter(octets, delimiter, begins)


def _delimiter(octets: bytes, delimiter: bytes, start: int) -> int:
    """Where the next line of a boundary begins, or -1."""
    at = octets.find(delimiter, start)
    while at >= 0:
        line = octets[at + len(delimiter) : at + len(delimiter) + 1_000].partition(b"\n")[0]
        if (at == 0 or octets[at - 1 : at] == b"\n") and line.strip() in (b"", b"--"):
            return at
        at = octets.find(delimiter, at + 1)
    return -1


def parted(octets: bytes) -> tuple[Message, bytes]:
    """The headers of a mail or a part of one, at most so many octets of them, and its body."""
    if octets[:1] in (b"\n", b"\r"):
        return BytesParser().parsebytes(b""), octets.lstrip(b"\r\n")
    found = _HEADERS_END.search(octets)
    end = found.end() if found else len(octets)
    headers = octets[: min(end, MAX_HEADER_OCTETS)]
    return BytesParser().parsebytes(headers, headersonly=True), octets[end:]


def _decoded(part: Message, octets: bytes) -> str:
    part.set_payload(octets.decode("ascii", "surrogateescape"))
    payload = part.get_payload(decode=True)
    plain = payload if isinstance(payload, bytes) else b""
    try:
        return plain.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):  # an encoding that nobody knows
        return plain.decode("latin-1")


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
