"""What a received mail is, and how its raw bytes are read. Nothing that a mail says makes the reading fail."""

from __future__ import annotations

import email
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parseaddr, parsedate_to_datetime

FOLD = re.compile(r"[\r\n]+[ \t]*")
LINK = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
TARGET = re.compile(r"href\s*=\s*[\"']?\s*(https?://[^\s<>\"']+)", re.IGNORECASE)
MOST_LINKS = 50


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A part that is neither the text nor the HTML."""

    name: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class Mail:
    """`number` counts the mails since the start. Headers are decoded; a missing one is an empty string. `text` and
    `html` are the first such part each, empty when there is none.
    """

    number: int
    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    received_at: float
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    enclosures: tuple[Enclosure, ...] = ()

    def header(self, name: str) -> str:
        """The first of that name, whatever its case."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), "")

    @property
    def subject(self) -> str:
        return self.header("Subject")

    @property
    def to(self) -> str:
        return self.header("To")

    @property
    def from_(self) -> str:
        return self.header("From")

    @property
    def message_id(self) -> str:
        return self.header("Message-ID").strip()

    @property
    def date(self) -> datetime | None:
        try:
            return parsedate_to_datetime(self.header("Date"))
        except (ValueError, TypeError, IndexError, OverflowError):
            return None

    @property
    def links(self) -> tuple[str, ...]:
        """The web addresses that the mail leads to, each once."""
        found = [html.unescape(one) for one in TARGET.findall(self.html)] + LINK.findall(self.text)
        return tuple(dict.fromkeys(one.rstrip(".,;:!?)") for one in found))[:MOST_LINKS]

    def is_to(self, address: str) -> bool:
        """Whether it went to that address, which counts more than what its header says."""
        return address.lower() in (one.lower() for one in self.recipients)


@dataclass(frozen=True, slots=True)
class Post:
    """What came over the wire: the envelope and the bytes between DATA and the dot."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes = b""


def read_mail(post: Post, *, number: int, received_at: float) -> Mail:
    try:
        message = email.message_from_bytes(post.raw)
        parts = list(message.walk())
    except RecursionError:
        # Parts in parts without end: its headers and its source can still be looked at.
        message, parts = BytesHeaderParser().parsebytes(post.raw), []
    bodies = {kind: next(_bodies(parts, kind), "") for kind in ("text/plain", "text/html")}
    return Mail(
        number=number,
        sender=_clean(post.sender),
        recipients=tuple(_clean(parseaddr(one)[1] or one) for one in post.recipients),
        raw=post.raw,
        received_at=received_at,
        headers=tuple((_clean(name), words(value)) for name, value in message.raw_items()),
        text=bodies["text/plain"],
        html=bodies["text/html"],
        enclosures=tuple(_enclosures(parts)),
    )


def words(header: object) -> str:
    """A header's value in one line, its encoded words decoded."""
    plain = FOLD.sub(" ", _clean(str(header))).strip()
    try:
        pieces = decode_header(plain)
    except (HeaderParseError, ValueError):
        return plain
    return "".join(one if isinstance(one, str) else _decoded(one, charset) for one, charset in pieces)


def _decoded(raw: bytes, charset: str | None) -> str:
    try:
        return raw.decode(charset or "raw-unicode-escape", errors="replace")
    except (LookupError, ValueError):
        return raw.decode("utf-8", errors="replace")


def _clean(text: str) -> str:
    """Bytes that came undecoded become UTF-8, so that the text can be encoded again."""
    return text.encode("utf-8", errors="surrogateescape").decode("utf-8", errors="replace")


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _is_enclosed(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or part.get_filename() is not None


def _bodies(parts: list[Message], kind: str) -> Iterator[str]:
    for part in parts:
        if part.get_content_type() == kind and not _is_enclosed(part):
            text = _decoded(_content(part), part.get_content_charset() or "utf-8")
            yield text.replace("\r\n", "\n")


def _enclosures(parts: list[Message]) -> Iterator[Enclosure]:
    for part in parts:
        kind = part.get_content_type()
        is_body = kind in ("text/plain", "text/html") and not _is_enclosed(part)
        if not part.is_multipart() and not is_body:
            yield Enclosure(words(part.get_filename() or ""), kind, len(_content(part)))
