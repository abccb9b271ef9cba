"""One connection to the mail server, step by step, so that it is known how far it came."""

from __future__ import annotations

import ssl
from typing import Final

from aiosmtplib import SMTP, SMTPDataError, SMTPException, SMTPServerDisconnected

from adapters.mail.addresses import domain_of
from adapters.mail.outcome import Stage, standing
from adapters.mail.setup import MailSettings
from bridge.errors import Rejected

_GO_ON: Final = 354
_FAREWELL: Final = 2.0  # seconds that a goodbye may take
_LOGINS: Final = ("plain", "login", "cram-md5")  # one of them, once: a second try could lock the account


class Talk:
    """What is said to the server. Every method raises what the library raises, or a named error of ours."""

    def __init__(self, settings: MailSettings, context: ssl.SSLContext) -> None:
        self.stage = Stage.CONNECT
        self._settings = settings
        self._smtp = SMTP(
            hostname=settings.host,
            port=settings.port,
            use_tls=settings.security == "tls",
            start_tls=False,
            tls_context=context,
            local_hostname=domain_of(settings.sender),
            timeout=None,
        )

    async def begin(self) -> None:
        """Connect, protect the connection, log in: as the settings say."""
        await self._smtp.connect()
        await self._smtp.ehlo()
        if self._settings.security == "starttls":
            await self._protect()
        if self._settings.user:
            await self._log_in()

    async def deliver(self, content: bytes, sender: str, to: str) -> None:
        """Hand over one mail to one address."""
        options = self._options(len(content), is_international=not f"{sender}{to}".isascii())
        self.stage = Stage.SENDER
        await self._smtp.mail(sender, options=options, encoding="utf-8")
        self.stage = Stage.RECIPIENT
        await self._smtp.rcpt(to, encoding="utf-8")
        self.stage = Stage.DATA
        await self._hand_over(content)

    async def nothing(self) -> None:
        """A step that changes nothing, to see that the server listens."""
        self.stage = Stage.CONNECT
        await self._smtp.noop()

    async def end(self) -> None:
        """Say goodbye; whether it is answered does not matter."""
        try:
            await self._smtp.quit(timeout=_FAREWELL)
        except (SMTPException, OSError):
            self.close()

    def close(self) -> None:
        """Let go of the connection. Twice is harmless."""
        self._smtp.close()

    async def _protect(self) -> None:
        self.stage = Stage.PROTECT
        if not self._smtp.supports_extension("starttls"):
            raise standing("no_starttls", _NO_STARTTLS)
        await self._smtp.starttls()
        await self._smtp.ehlo()

    async def _log_in(self) -> None:
        self.stage = Stage.LOGIN
        offered = self._smtp.server_auth_methods
        way = next((name for name in _LOGINS if name in offered), "")
        if not way:
            raise standing("no_login", _NO_LOGIN)
        if self._smtp.get_transport_info("sslcontext") is None:
            raise standing("unprotected", _UNPROTECTED)
        ways = {"plain": self._smtp.auth_plain, "login": self._smtp.auth_login, "cram-md5": self._smtp.auth_crammd5}
        await ways[way](self._settings.user, self._settings.password)

    def _options(self, size: int, *, is_international: bool) -> list[str]:
        options = [f"SIZE={size}"] if self._smtp.supports_extension("size") else []
        if not is_international:
            return options
        if not self._smtp.supports_extension("smtputf8"):
            raise Rejected("no_smtputf8", _NO_SMTPUTF8)
        return [*options, "SMTPUTF8", "BODY=8BITMIME"]

    async def _hand_over(self, content: bytes) -> None:
        """The answer to the last dot is what counts. The library's own step does not tell on which side of it it broke.

        Nothing is awaited between writing and reading, so the answer cannot come before somebody waits for it.
        """
        answer = await self._smtp.execute_command(b"DATA")
        if answer.code != _GO_ON:
            raise SMTPDataError(answer.code, answer.message)
        line = self._smtp.protocol
        if line is None:
            raise SMTPServerDisconnected("lost before the mail was written")
        line.write(dotted(content))
        self.stage = Stage.SENT
        answer = await line.read_response()
        if not 200 <= answer.code < 300:
            raise SMTPDataError(answer.code, answer.message)
        self.stage = Stage.TAKEN


def dotted(content: bytes) -> bytes:
    """The mail as it is written: a dot before a dot that begins a line, a lone one at the end."""
    lines = content.removesuffix(b"\r\n").split(b"\r\n")
    return b"".join((b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines) + b".\r\n"


_NO_STARTTLS: Final = (
    "The mail server does not offer STARTTLS, and nothing is sent unprotected: set the mail security to tls (mostly on"
    " port 465), or to none for a server on a network that you trust."
)
_NO_LOGIN: Final = (
    "The mail server offers no login that we know (PLAIN, LOGIN, CRAM-MD5): leave the mail user and password empty if"
    " it needs none, or use its port for submission, mostly 587."
)
_UNPROTECTED: Final = "The mail login would travel unprotected: set the mail security to starttls or tls."
_NO_SMTPUTF8: Final = (
    "The address has letters that the mail server cannot write to: it does not offer SMTPUTF8. Ask for another address."
)
