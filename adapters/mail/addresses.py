"""Mail addresses: which ones are written to, how they travel, and how they are told to those who need not know them."""

from __future__ import annotations

import unicodedata

from bridge.errors import Refused, Rejected
from bridge.policies.text import email_address


def accepted(address: str) -> str:
    """The one address as it travels. Raises `Rejected("bad_address")` for what is not exactly one plain address.

    A domain in another script becomes its ASCII form. What is still not ASCII needs a server with SMTPUTF8.
    """
    try:
        plain = email_address(address)
    except Refused as error:
        raise Rejected("bad_address", "The mail address is not one that can be written to.") from error
    if "=?" in plain:  # readers decode it, and would show another address than the one that is written to
        raise Rejected("bad_address", "The mail address looks like encoded words.")
    name, _, domain = plain.rpartition("@")
    return f"{name}@{ascii_host(domain)}"


def domain_of(address: str) -> str:
    """What follows the @."""
    return address.rpartition("@")[2]


def ascii_host(host: str) -> str:
    """The ASCII form of a host; the host itself where the form would lead elsewhere (ß and ς) or does not exist."""
    if host.isascii():
        return host
    try:
        written = host.encode("idna").decode("ascii")
        same = written.encode("ascii").decode("idna")
    except UnicodeError:
        return host
    return written if same == unicodedata.normalize("NFC", host).lower() else host


def masked(address: str) -> str:
    """The address for logs and alerts: `k***@example.com`."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}***@{domain}"
