"""The pretend mail server: aiosmtpd's protocol on the playground's own loop, with faults between its steps."""

from __future__ import annotations

import asyncio
import hmac
import logging
from email.utils import parseaddr
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session, TLSSetupException

from adapters.playground.mail import Post
from adapters.playground.mail_faults import MailFault
from adapters.playground.mailbox import KEPT, Mailbox

HOST = "playground.invalid"
TAKEN = "250 2.0.0 OK"
GARBAGE = b"\x00\xff<html>not a mail server"
KEEPING = ("cut_after_store", "slow", "garbage")
# It writes whole mails into its log, and a warning at every login.
logging.getLogger("mail.log").setLevel(logging.ERROR)


class Hooks:
    """What the protocol asks of its owner."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_EHLO(
        self, _door: SMTP, session: Session, _envelope: Envelope, name: str, lines: list[str]
    ) -> list[str]:
        session.host_name = name
        has_login = bool(self._mailbox.rules.mail_door.user)
        return [line for line in lines if has_login or not line.startswith("250-AUTH")]

    async def handle_DATA(self, door: Door, _session: Session, envelope: Envelope) -> str | bytes:
        """After the dot."""
        post = Post(envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.original_content or b"")
        mail, fault = self._mailbox.read(post), self._mailbox.faults.take("dot")
        is_kept = fault is None or fault.kind in KEEPING
        if is_kept:
            self._mailbox.keep(mail)
        self._mailbox.tried(mail, fault.kind if fault else KEPT, is_kept=is_kept)
        return await _answer(door, fault) if fault else TAKEN


async def _answer(door: Door, fault: MailFault) -> str | bytes:
    if fault.code:
        return fault.reply
    if fault.kind == "garbage":
        return GARBAGE
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return TAKEN
    door.cut()
    raise asyncio.CancelledError


class Door(SMTP):
    """One connection."""

    def __init__(self, mailbox: Mailbox, doors: set[Door]) -> None:
        self._mailbox, self._doors, self._rules = mailbox, doors, mailbox.rules.mail_door
        super().__init__(
            Hooks(mailbox),
            data_size_limit=mailbox.rules.mail_size,
            enable_SMTPUTF8=True,
            hostname=HOST,
            ident="pretend mail",
            tls_context=self._rules.tls,
            require_starttls=self._rules.tls is not None and self._rules.needs_tls,
            auth_require_tls=self._rules.tls is not None,
            auth_callback=self._knows,
            loop=asyncio.get_running_loop(),
        )

    def _knows(self, _mechanism: str, login: bytes, password: bytes) -> bool:
        known = f"{self._rules.user}\0{self._rules.password}".encode()
        return bool(self._rules.user) and hmac.compare_digest(known, login + b"\0" + password)

    def cut(self) -> None:
        for transport in (self.transport, self._original_transport):
            if transport is not None:
                cast(asyncio.WriteTransport, transport).abort()

    async def closed(self) -> None:
        """Cut, and wait until the conversation has ended: one in a handshake does not hear of the cut."""
        self.cut()
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()
            await asyncio.wait([self._handler_coroutine])

    # the connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._doors.add(self)
        if self._handler_coroutine is not None:
            # A client that went away in the middle is no news.
            self._handler_coroutine.add_done_callback(lambda task: task.cancelled() or task.exception())

    def connection_lost(self, error: Exception | None) -> None:
        self._doors.discard(self)
        super().connection_lost(error)

    async def _handle_client(self) -> None:
        fault = self._take("greeting")
        if fault is None:
            await super()._handle_client()
        elif fault.code:
            await self.push(fault.reply)
            self._writer.close()
        else:
            self.cut()

    async def handle_exception(self, error: Exception) -> str:
        """A client that did not trust the certificate is no news either."""
        return "" if isinstance(error, TLSSetupException) else await super().handle_exception(error)

    # the steps at which it can refuse

    def _take(self, step: str, recipients: tuple[str, ...] = ()) -> MailFault | None:
        fault = self._mailbox.faults.take(step)
        if fault is not None:
            self._mailbox.failed(fault.kind, recipients)
        return fault

    async def _refuses(self, step: str, *more: str) -> bool:
        known = self.envelope.rcpt_tos if self.envelope else []
        fault = self._take(step, (*known, *more))
        if fault is not None:
            await self.push(fault.reply)
        return fault is not None

    async def check_auth_needed(self, _step: str) -> bool:
        is_needed = bool(self._rules.user) and not (self.session and self.session.authenticated)
        if is_needed:
            await self.push("530 5.7.0 Authentication required")
        return is_needed

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self._refuses("auth"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if not await self._refuses("mail"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        if not await self._refuses("rcpt", parseaddr((arg or "").partition(":")[2])[1]):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if not await self._refuses("data"):
            await super().smtp_DATA(arg)

    async def smtp_STARTTLS(self, arg: str) -> None:
        if self.tls_context is None or self._take("starttls") is None:
            await super().smtp_STARTTLS(arg)
            return
        await self.push("220 Ready to start TLS")
        await self._reader.read(1)
        await self.push(GARBAGE)
        self._writer.close()
        raise asyncio.CancelledError


class MailServer:
    """Listens on loopback between `start` and `stop`."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._doors: set[Door] = set()
        self._server: asyncio.Server | None = None
        self.host = ""
        self.port = 0

    async def start(self, host: str, port: int) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Door(self._mailbox, self._doors), host, port)
        self.host, self.port = host, int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        if self._server is None:
            return
        self._server.close()
        await asyncio.gather(*(door.closed() for door in list(self._doors)))
        await self._server.wait_closed()
