"""A letter as a mail. The headers are encoded here: the library of old Pythons folds some names into two addresses."""

from __future__ import annotations

import hashlib
import textwrap
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import Parser
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from adapters.mail import addresses, page, words
from bridge.graphemes import ELLIPSIS, border
from bridge.letters import Letter
from bridge.policies import inert

# Headers leave as they are written here; bodies are ASCII, whatever server takes them.
POLICY: Final = SMTP.clone(cte_type="7bit", refold_source="none", utf8=True)
SUBJECT: Final = 200
NAME: Final = 80
_ROOM: Final = 60  # of a header line; its name and the brackets of an encoded word need the rest
_BYTES: Final = 42  # of an encoded word: 56 characters of Base64, and a dozen around them
_FOLD: Final = "\r\n "


def compose(letter: Letter, key: str, sender: str, *, at: datetime | None = None) -> EmailMessage:
    """The mail of a letter, from a name at the sender's address, dated now or `at`; one key, one Message-ID.

    Raises `Rejected("bad_address")` for a recipient or sender that is not exactly one plain address.
    """
    source, to = addresses.accepted(sender), addresses.accepted(letter.to)
    headers = {
        "From": _mailbox(inert.label(letter.sender, NAME), source),
        "To": to,
        "Subject": encoded(_subject(letter)),
        "Date": format_datetime(at or datetime.now(UTC)),
        "Message-ID": message_id(key, source),
        "Content-Language": page.language(letter.language),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return Parser(EmailMessage, policy=POLICY).parsestr(head + _body(letter))


def preview(letter: Letter) -> tuple[str, str]:
    """The letter as plain text and as a page."""
    return words.text(letter), page.html(letter)


def message_id(key: str, sender: str) -> str:
    """The same for the same key; the key cannot be read from it."""
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    return f"<{digest[:32]}@{addresses.domain_of(sender)}>"


def encoded(line: str) -> str:
    """One line as a header's value: plain ASCII as it is, everything else in encoded words."""
    pieces = textwrap.wrap(line, _ROOM, break_long_words=False, break_on_hyphens=False)
    is_plain = line.isascii() and line.isprintable() and "=?" not in line
    if is_plain and all(len(piece) <= _ROOM for piece in pieces):
        return _FOLD.join(pieces)
    return _FOLD.join(f"=?utf-8?b?{b64encode(piece).decode()}?=" for piece in _cut(line))


def _cut(line: str) -> Iterator[bytes]:
    """The line's bytes in short pieces, none of which ends inside of what a reader sees as one character."""
    while line:
        end = _BYTES
        while len(line[:end].encode()) > _BYTES:
            end -= 1
        end = border(line, end)
        yield line[:end].encode()
        line = line[end:]


def _subject(letter: Letter) -> str:
    return inert.label(letter.subject, SUBJECT) or inert.label(letter.heading, SUBJECT) or ELLIPSIS


def _mailbox(name: str, address: str) -> str:
    """One address with a name that nothing in it can end."""
    if not name:
        return address
    shown = encoded(name)
    if "=?" in shown:
        return f"{shown}{_FOLD}<{address}>"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"{_FOLD}<{address}>'


def _body(letter: Letter) -> str:
    text, html = preview(letter)
    body = EmailMessage(policy=POLICY)
    body.set_content(text)
    body.add_alternative(html, subtype="html")
    return body.as_bytes().decode("ascii")
