"""The way out for mails: one connection for each, one attempt, one total time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from adapters.mail import addresses
from adapters.mail.compose import compose
from adapters.mail.outcome import FAILURES, Stage, outcome
from adapters.mail.setup import MailSettings, faults, tls_context
from adapters.mail.talk import Talk
from bridge.errors import Refused, WorkplaceError
from bridge.letters import Letter


class SmtpMailer:
    """A `Mailer` by SMTP. Makes no call at first; raises `Refused` with every sentence that `faults` has."""

    def __init__(self, settings: MailSettings) -> None:
        wrong = faults(settings)
        if wrong:
            raise Refused("settings", " ".join(wrong))
        self.timeout = settings.timeout
        self._settings = settings
        self._context = tls_context(settings)

    async def send(self, letter: Letter, key: str) -> None:
        """Send a letter to its one address; see `Mailer.send`."""
        sender, to = addresses.accepted(self._settings.sender), addresses.accepted(letter.to)
        content = await asyncio.to_thread(self._written, letter, key)  # a long conversation takes a while

        async def work(talk: Talk) -> None:
            await talk.begin()
            await talk.deliver(content, sender, to)

        await self._attempt(work, to=to)

    async def fault(self) -> str:
        """What is wrong with the way out, as a sentence that says what to do; empty when all is well. Sends nothing."""

        async def work(talk: Talk) -> None:
            await talk.begin()
            await talk.nothing()

        try:
            await self._attempt(work)
        except WorkplaceError as error:
            return str(error)
        return ""

    def _written(self, letter: Letter, key: str) -> bytes:
        return compose(letter, key, self._settings.sender).as_bytes()

    async def _attempt(self, work: Callable[[Talk], Awaitable[None]], *, to: str = "") -> None:
        talk = Talk(self._settings, self._context)
        try:
            async with asyncio.timeout(self.timeout):
                await work(talk)
                await talk.end()
        except FAILURES as error:
            if talk.stage is not Stage.TAKEN:
                # Not chained: what the library raises holds the address and the server's words, for whoever logs it.
                raise outcome(talk.stage, error, self._settings, to) from None
        finally:
            talk.close()
