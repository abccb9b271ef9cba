"""What must be configured for mail, and what is wrong with it, as sentences."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from typing import Final

from adapters.mail import addresses
from bridge.errors import Refused, Rejected

TIMEOUT: Final = 20.0
SECURITIES: Final = ("starttls", "tls", "none")
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*")


@dataclass(frozen=True, slots=True)
class MailSettings:
    """What the adapter is told at start. The password never shows in a repr.

    `security`: `starttls` (usually port 587), `tls` from the first byte (465) or `none`, then without a login.
    `sender` is the address that mails come from; `ca_file` holds certificates to trust beside the system's.
    """

    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)
    sender: str
    timeout: float = TIMEOUT
    ca_file: str = ""


def faults(settings: MailSettings) -> list[str]:
    """Everything wrong with the settings, one sentence each; empty when nothing is."""
    checks = (
        (_HOST.fullmatch(settings.host), "The mail server's name must be a host name like smtp.example.com."),
        (0 < settings.port < 65536, "The mail server's port must be a number from 1 to 65535; usually it is 587."),
        (settings.security in SECURITIES, "The mail server's security must be starttls, tls or none."),
        (
            settings.security != "none" or not (settings.user or settings.password),
            "A mail login would travel unprotected: choose starttls or tls, or leave user and password empty.",
        ),
        (
            bool(settings.user) == bool(settings.password),
            "The mail login needs both a user and a password, or neither.",
        ),
        (_is_sender(settings.sender), "The mail sender must be one plain address like chat@example.com."),
        (0 < settings.timeout <= 120, "The mail timeout must be between 0 and 120 seconds."),
    )
    return [sentence for fine, sentence in checks if not fine]


def tls_context(settings: MailSettings) -> ssl.SSLContext:
    """How the server's certificate is checked. Raises Refused for a file of certificates that cannot be used."""
    context = ssl.create_default_context()
    if settings.ca_file:
        try:
            context.load_verify_locations(cafile=settings.ca_file)
        except OSError as error:
            reason = "holds no certificate" if isinstance(error, ssl.SSLError) else "cannot be read"
            raise Refused(
                "settings", f"The file of trusted certificates for mail {reason}: give a PEM file."
            ) from error
    return context


def _is_sender(address: str) -> bool:
    """A sender of ASCII alone: every server takes it."""
    try:
        return addresses.accepted(address).isascii()
    except Rejected:
        return False
