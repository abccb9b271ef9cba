"""How an attempt to send a mail ended, in the words of the bridge.

Until the last dot is written nothing can have happened; after it only a readable answer proves anything. The server's
own words are told only while it knows neither the recipient nor the text, which it might repeat.
"""

from __future__ import annotations

import re
import ssl
from base64 import b64encode
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from aiosmtplib import SMTPException, SMTPResponseException, SMTPServerDisconnected

from adapters.mail.addresses import masked
from adapters.mail.setup import MailSettings
from bridge.errors import Rejected, Unknown, Unreachable, WorkplaceError
from bridge.policies import inert

# What the library, the sockets and the TLS layer can raise for an attempt.
FAILURES: Final = (SMTPException, OSError, TimeoutError, ValueError)

STANDING_WAIT: Final = 30.0
LATER_WAIT: Final = 60.0  # what a server that says "later" has in mind is minutes
_LOGIN_FIRST: Final = (530, 534, 535, 538)
_ABOUT_SENDER = re.compile(r"\b5\.1\.[78]\b|sender (address|verify)", re.IGNORECASE)
_ABOUT_RELAYING = re.compile(r"\brelay", re.IGNORECASE)
_TOO_LARGE: Final = 552
_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+")


class Stage(IntEnum):
    """What an attempt is at. `SENT`: the last dot may be written and the answer is not there."""

    CONNECT = 0
    PROTECT = 1
    LOGIN = 2
    SENDER = 3
    RECIPIENT = 4
    DATA = 5
    SENT = 6
    TAKEN = 7


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's readable answer."""

    code: int
    words: str

    @property
    def codes(self) -> str:
        """The numbers alone."""
        enhanced = _ENHANCED.match(self.words)
        return f"{self.code} {enhanced[1]}" if enhanced else str(self.code)


def outcome(stage: Stage, error: BaseException, settings: MailSettings, to: str = "") -> WorkplaceError:
    """The named outcome of a failed attempt to reach this stage's end."""
    reply = _reply(error)
    if reply and 400 <= reply.code < 500:
        return _later(stage, reply, settings)
    if reply and 500 <= reply.code < 600:
        return _refused(stage, reply, settings, to)
    cause = _cause(error, stage)
    if stage >= Stage.SENT:
        return Unknown(cause, "The mail server may have taken the mail: its answer did not arrive.")
    tls = _tls_error(error) if stage <= Stage.PROTECT else None
    return _unprotected(tls, settings) if tls else Unreachable(cause, _unanswered(cause, stage, settings))


def standing(cause: str, detail: str) -> Unreachable:
    """A fault that waits for a person."""
    return Unreachable(cause, detail, wait=STANDING_WAIT, standing=True)


def _reply(error: BaseException) -> Reply | None:
    """The answer that an error stands for; none where it was no SMTP answer."""
    if isinstance(error, SMTPResponseException) and 200 <= error.code < 600:
        return Reply(error.code, str(error.message))
    return None


def _later(stage: Stage, reply: Reply, settings: MailSettings) -> Unreachable:
    words = f"The mail server put us off{_said(stage, reply, settings)}; it is tried again."
    return Unreachable("put_off", words, wait=LATER_WAIT)


def _refused(stage: Stage, reply: Reply, settings: MailSettings, to: str) -> WorkplaceError:
    said = _said(stage, reply, settings)
    if stage is Stage.LOGIN:
        return standing("login_refused", f"The mail server refused the login{said}: check the mail user and password.")
    if stage < Stage.LOGIN:
        return _not_welcome(stage, said)
    if reply.code in _LOGIN_FIRST:
        return standing("login_needed", f"The mail server wants a login{said}: set the mail user and password.")
    if reply.code == _TOO_LARGE:
        return Rejected(
            "too_large", f"The mail for {masked(to)} is too large for the mail server or the mailbox{said}."
        )
    if stage is Stage.SENDER or _ABOUT_SENDER.search(reply.words):
        return standing("sender_refused", f"The mail server refused the sender{said}: {_SENDER_ADVICE}")
    return _not_taken(stage, reply, said, to)


def _not_welcome(stage: Stage, said: str) -> Unreachable:
    if stage is Stage.PROTECT:
        return standing("starttls_refused", f"The mail server refused STARTTLS{said}: {_SECURITY_ADVICE}")
    return standing("greeting_refused", f"The mail server does not talk to us{said}: ask who runs it to let us in.")


def _not_taken(stage: Stage, reply: Reply, said: str, to: str) -> WorkplaceError:
    if stage is not Stage.RECIPIENT:
        return Rejected("content_refused", f"The mail server refused the mail for {masked(to)}{said}.")
    if _ABOUT_RELAYING.search(reply.words):
        advice = "set the mail user and password, or let this machine relay there."
        return standing("relaying_denied", f"The mail server does not pass mails on for us{said}: {advice}")
    return Rejected("recipient_refused", f"The mail server refused {masked(to)}{said}.")


_SENDER_ADVICE: Final = "choose a mail sender that this login may use."
_SECURITY_ADVICE: Final = "set the mail security to what it offers (starttls, mostly on port 587, or tls on port 465)."
_CERTIFICATE_ADVICE: Final = (
    "use the host name that its certificate is made for, renew the certificate, or name the file of the authority that"
    " signed it."
)


def _said(stage: Stage, reply: Reply, settings: MailSettings) -> str:
    if stage > Stage.SENDER:
        return f" ({reply.codes})"
    words = reply.words
    for secret in _secrets(settings):
        words = words.replace(secret, "***")
    words = inert.one_line(_ADDRESS.sub(lambda match: masked(match.group()), words), 200)
    return f" ({reply.code}{f' {words}' if words else ''})"


def _secrets(settings: MailSettings) -> tuple[str, ...]:
    """The password as it is and as it travels: some servers repeat what they did not understand."""
    if not settings.password:
        return ()
    together = b64encode(f"\0{settings.user}\0{settings.password}".encode()).decode()
    return together, b64encode(settings.password.encode()).decode(), settings.password


def _unprotected(error: ssl.SSLError, settings: MailSettings) -> Unreachable:
    if isinstance(error, ssl.SSLCertVerificationError):
        why = inert.one_line(error.verify_message or "not valid", 200).rstrip(".")
        words = f"The certificate of {settings.host} is not trusted ({why}): {_CERTIFICATE_ADVICE}"
        return standing("bad_certificate", words)
    why = inert.one_line(error.reason or "no reason given", 80).replace("_", " ").lower()
    return standing("tls_failed", f"No protected connection to {settings.host} ({why}): {_SECURITY_ADVICE}")


def _unanswered(cause: str, stage: Stage, settings: MailSettings) -> str:
    where = f"The mail server {settings.host}, port {settings.port},"
    if cause == "unreachable":
        return f"{where} cannot be reached: check host and port, and whether it runs."
    if cause == "timeout":
        advice = " If this stays so, check host, port and security: port 465 wants tls."
        words = f"{where} did not answer within {settings.timeout:g} seconds."
        return words + (advice if stage is Stage.CONNECT else "")
    return f"{where} broke off, or answered what is not SMTP. If this stays so, check host, port and security."


def _cause(error: BaseException, stage: Stage) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, SMTPResponseException):
        return "unreadable"
    return "unreachable" if stage is Stage.CONNECT and not _has_stood(error) else "disconnected"


def _has_stood(error: BaseException) -> bool:
    """Whether there was a connection: else the library wraps what the socket said."""
    return isinstance(error.__cause__, SMTPException) or isinstance(error, SMTPServerDisconnected)


def _tls_error(error: BaseException | None) -> ssl.SSLError | None:
    """What TLS had against the connection; nothing when it was merely cut."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__
    return None if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)) else error
