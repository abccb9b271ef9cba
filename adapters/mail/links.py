"""Where a link leads, and what is said of it to whoever reads it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from adapters.mail.addresses import ascii_host
from bridge.markup import Span, is_safe_address, plain
from bridge.policies import inert


@dataclass(frozen=True, slots=True)
class Link:
    """An address that may be followed, its words, and the place that the words do not tell; else empty."""

    address: str
    words: str
    place: str


def read(span: Span) -> Link | None:
    """The link of a span; None where its address must not be followed, and its words alone are shown."""
    if not is_safe_address(span.value):
        return None
    address, place = _led(span.value)
    if not place:
        return None
    shown = inert.address(address).removeprefix("mailto:")
    words = inert.one_line(plain(span.inside), 2_000).removeprefix("mailto:")
    words = words if inert.label(words, 2_000) else shown
    is_told = words == shown and place in shown and not _has_name(address)
    return Link(inert.address(address), words, "" if is_told else place)


def _led(address: str) -> tuple[str, str]:
    """The address to follow and the place it leads to, empty when it leads nowhere.

    Of a mail address only the address: copies and words that are filled in are nothing a reader sees.
    """
    if address.lower().startswith("mailto:"):
        to = address[len("mailto:") :].partition("?")[0]
        return f"mailto:{to}", inert.address(to)
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return address, ""
    return address, inert.address(ascii_host(host)) if len(host) < 256 else ""


def _has_name(address: str) -> bool:
    """Whether a user's name stands before the host and may be read as the host."""
    return not address.startswith("mailto:") and "@" in urlsplit(address).netloc
