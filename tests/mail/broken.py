"""A mail server that fails on request, at one step of the talk."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

CUT, RESET, SILENCE = "cut", "reset", "silence"
EHLO = "250-broken.example\r\n250-SIZE 10000000\r\n250-AUTH PLAIN LOGIN\r\n250-STARTTLS\r\n250 8BITMIME"
USUAL = {
    "GREET": "220 broken.example",
    "EHLO": EHLO,
    "STARTTLS": "220 go ahead",
    "AUTH": "235 2.7.0 welcome",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 go on",
    "DOT": "250 2.0.0 taken",
    "NOOP": "250 ok",
    "QUIT": "221 bye",
}


class Ended(Exception):
    """The talk is over."""


@dataclass
class BrokenServer:
    """Answers each step as usual, unless told otherwise: with other words, or with CUT, RESET or SILENCE."""

    answers: dict[str, str] = field(default_factory=dict)
    context: ssl.SSLContext | None = None
    port: int = 0
    said: list[str] = field(default_factory=list)
    protected: list[bool] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(Ended, ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self.answer("GREET", writer)
            while True:
                line = (await reader.readuntil(b"\r\n")).decode().strip()
                self.said.append(line)
                self.protected.append(writer.get_extra_info("sslcontext") is not None)
                await self.step(line.split()[0].upper(), reader, writer)
        writer.transport.abort()

    async def step(self, verb: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.answer(verb, writer)
        if verb == "STARTTLS":
            assert self.context is not None
            await writer.start_tls(self.context)
        elif verb == "DATA":
            self.mails.append(await reader.readuntil(b"\r\n.\r\n"))
            await self.answer("DOT", writer)
        elif verb == "QUIT":
            raise Ended

    async def answer(self, step: str, writer: asyncio.StreamWriter) -> None:
        answer = self.answers.get(step, USUAL[step])
        if answer == SILENCE:
            await asyncio.Event().wait()
        if answer == CUT:
            writer.close()
        if answer in (CUT, RESET):
            raise Ended
        writer.write(answer.encode("utf-8", "surrogateescape") + b"\r\n")
        await writer.drain()


@contextlib.asynccontextmanager
async def broken(
    *, context: ssl.SSLContext | None = None, tls: bool = False, **answers: str
) -> AsyncIterator[BrokenServer]:
    """Run one; `tls` from the first byte, else the context is for STARTTLS."""
    server = BrokenServer(answers, context)
    tasks: set[asyncio.Task] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        await server.talk(reader, writer)

    listening = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context if tls else None)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)
