"""How a stranger reads a mail: by the standard parsers, new and old, and a page by what is in it."""

import email
import email.policy
import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import getaddresses
from html.parser import HTMLParser

HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Content-Language",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
]
TAGS = {"html", "head", "meta", "title", "body", "div", "p", "h1", "h2", "strong", "em", "s", "code", "pre"}
TAGS |= {"blockquote", "ul", "ol", "li", "a", "span", "bdi", "br"}
ATTRIBUTES = {"style", "lang", "dir", "role", "charset", "name", "content", "href", "rel", "start"}
ACTIVE_STYLE = re.compile(r"url\(|expression|@|behavior|binding|position|\\|/\*", re.IGNORECASE)
FOLLOWED = ("http://", "https://", "mailto:")


@dataclass
class Page(HTMLParser):
    """The words of a page, its links, and everything in it that a mail must not have."""

    html: str
    words: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.html)
        self.close()
        self.wrong += [f"never closed: {tag}" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)
        if tag not in TAGS:
            self.wrong.append(f"tag {tag}")
        if tag == "br":
            self.words.append("\n")
        for name, value in attrs:
            self._attribute(tag, name, value or "")

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name not in ATTRIBUTES or (name == "style" and ACTIVE_STYLE.search(value)):
            self.wrong.append(f"{tag} {name}={value}")
        if name == "href":
            self.links.append(value)
            if not value.lower().startswith(FOLLOWED):
                self.wrong.append(f"leads to {value}")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"closes {tag}")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.wrong.append(f"comment {data}")

    def handle_pi(self, data: str) -> None:
        self.wrong.append(f"instruction {data}")

    def unknown_decl(self, data: str) -> None:
        self.wrong.append(f"declaration {data}")

    @property
    def text(self) -> str:
        return "".join(self.words)


def squeezed(text: str) -> str:
    """Without white space, which wrapping moves."""
    return "".join(text.split())


def parts(message: EmailMessage) -> tuple[str, str]:
    """The plain text and the page, as somebody who got the bytes reads them."""
    arrived = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
    found = [arrived.get_body((kind,)) for kind in ("plain", "html")]
    text, html = (part.get_content() for part in found if part is not None)
    return text, html


def assert_harmless(message: EmailMessage, to: str, sender: str) -> None:
    """One recipient, our headers and no other, a page that does nothing, by every parser there is."""
    content = message.as_bytes()
    for arrived in (email.message_from_bytes(content, policy=email.policy.default), email.message_from_bytes(content)):
        assert arrived.keys() == HEADERS
        assert arrived.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in arrived.walk()][1:] == ["text/plain", "text/html"]
        assert [address for _, address in getaddresses([str(arrived["From"])])] == [sender]
        assert [address for _, address in getaddresses([str(arrived["To"])])] == [to]
    new = email.message_from_bytes(content, policy=email.policy.default)
    for name in ("From", "To", "Subject", "Date", "Message-ID", "Content-Type"):
        assert new[name].defects == ()
    assert max(map(len, content.split(b"\r\n"))) < 200
    assert Page(parts(message)[1]).wrong == []
