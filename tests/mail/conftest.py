"""Mail servers on this machine, and settings that lead to them."""

import asyncio
import contextlib
import os
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from playwright.async_api import Browser, async_playwright

from adapters.mail import MailSettings
from tests.browser.conftest import ARGUMENTS
from tests.mail.certificates import Authority
from tests.mail.letters import SENDER

USER, PASSWORD = "chat", "pass-Wörd 7"


@dataclass
class Taken:
    """What a real mail server has taken."""

    port: int = 0
    envelopes: list[Envelope] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.envelopes.append(envelope)
        self.sessions.append(session)
        return "250 2.0.0 taken"

    def content(self) -> bytes:
        content = self.envelopes[-1].original_content
        assert content is not None
        return content


def knows(server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: Any) -> AuthResult:
    assert isinstance(login, LoginPassword)
    is_known = (login.login, login.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_known, handled=False)


@contextlib.asynccontextmanager
async def mailbox(*, tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[Taken]:
    """A real server; `tls` from the first byte, else what aiosmtpd is told."""
    taken = Taken()
    loop = asyncio.get_running_loop()
    servers: list[SMTP] = []

    def opened() -> SMTP:
        servers.append(SMTP(taken, loop=loop, hostname="mail.example", **options))
        return servers[-1]

    listening = await loop.create_server(opened, "127.0.0.1", 0, ssl=tls)
    taken.port = listening.sockets[0].getsockname()[1]
    try:
        yield taken
    finally:
        listening.close()
        for server in servers:
            if isinstance(server.transport, asyncio.Transport):
                server.transport.abort()
        for _ in range(3):
            await asyncio.sleep(0)  # what was aborted ends in the loop's next rounds


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def settings(authority: Authority) -> Callable[..., MailSettings]:
    """Settings for a server on a port of this machine; unprotected and without a login, if not told."""

    def chosen(port: int, **more: Any) -> MailSettings:
        usual: dict[str, Any] = {
            "host": "127.0.0.1",
            "security": "none",
            "user": "",
            "password": "",
            "sender": SENDER,
            "timeout": 10.0,
            "ca_file": str(authority.file),
        }
        return MailSettings(port=port, **(usual | more))

    return chosen


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    path = os.environ.get("SILTA_TEST_BROWSER", "/usr/bin/chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()
