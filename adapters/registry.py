"""Which workplaces there are. An adapter is imported only when it is configured."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from importlib import import_module
from typing import Any, Protocol

from aiohttp import web

from adapters.settings import Settings
from bridge.agents import AgentDesk
from bridge.ports import Mailer, Workplace

Serve = Callable[[Iterable[web.RouteDef]], AbstractAsyncContextManager[object]]


class Finding(Protocol):
    """One thing that was tried on the other side."""

    @property
    def what(self) -> str:
        """What was tried."""

    @property
    def is_well(self) -> bool:
        """Whether it is as we need it."""

    @property
    def seen(self) -> str:
        """What was seen, and what to do if it is not well."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """All that was found, by name, as JSON can hold it; empty but in the last one."""


class Connection(Protocol):
    """A workplace with its events."""

    @property
    def workplace(self) -> Workplace:
        """The way out."""

    def has_channel(self, ref: str) -> bool:
        """Whether this is written like one of its channels."""

    def recall(self, facts: Mapping[str, str]) -> None:
        """What was kept for it in earlier runs; a start recalls it by itself."""

    def note(self, channel: str) -> str:
        """What is worth knowing about a channel that is well; empty: nothing."""

    def listen(self, desk: AgentDesk) -> None:
        """Name the desk for what comes in; before the start."""

    def routes(self) -> Sequence[web.RouteDef]:
        """Requests of the other side that the web server leads here; each proves by itself who sent it. After `listen`.

        They answer from `start` on; before, and after `stop`, they ask to be repeated.
        """

    async def start(self) -> None:
        """Begin to take events; returns at once, also when the other side is down."""

    async def stop(self) -> None:
        """Take no more events; ends within a bounded time, and the way out still works."""

    async def close(self) -> None:
        """Let go of the network."""

    async def faults(self) -> tuple[str, ...]:
        """What keeps us from being heard or from hearing, a sentence each that says what to do."""

    def probe(self, channel: str, person: str, serve: Serve) -> AsyncIterator[Finding]:
        """Try in this channel what only the real other side can tell, one finding after the other, and clean up.

        `person` may be shown a private line; nobody is, if it is empty. `serve` runs a web server for routes, where
        events come by it. Not beside `listen`.
        """

    def health(self) -> dict[str, Any]:
        """How the connection stands."""

    @property
    def hears(self) -> bool:
        """Whether events can come in now."""


async def connect(settings: Settings) -> tuple[Connection, ...]:
    """The configured workplaces. Raises Refused when the settings of one are wrong."""
    async with AsyncExitStack() as stack:
        connections = []
        for is_used, opened in ((settings.uses_slack, _slack), (settings.uses_teams, _teams)):
            if is_used:
                connections.append(await opened(settings))
                stack.push_async_callback(connections[-1].close)
        stack.pop_all()
        return tuple(connections)


async def _slack(settings: Settings) -> Connection:
    slack = import_module("adapters.slack")
    chosen = slack.SlackSettings(
        bot_token=settings.slack_bot_token,
        app_token=settings.slack_app_token,
        signing_secrets=settings.slack_signing_secret,
        public_url=settings.origin,
        api_url=settings.slack_api_url,
        paced=settings.slack_pace == "on",
    )
    connection: Connection = await slack.open_slack(chosen)
    return connection


async def _teams(settings: Settings) -> Connection:
    teams = import_module("adapters.teams.connection")
    chosen = teams.TeamsSettings(
        app_id=settings.teams_app_id.lower(),
        app_password=settings.teams_app_password,
        app_type=settings.teams_app_type,
        tenant_id=settings.teams_tenant_id.lower(),
        app_name=settings.teams_app_name,
        cloud=settings.teams_cloud,
        login_url=settings.teams_login_url,
        openid_url=settings.teams_openid_url,
        service_url=settings.teams_service_url,
        public_url=settings.origin,
        paced=settings.teams_pace == "on",
    )
    connection: Connection = await teams.open_teams(chosen)
    return connection


class CheckedMailer(Mailer, Protocol):
    """A way to send mail that can be tried without sending any."""

    async def fault(self) -> str:
        """Why no mail can be sent now, and what to do; empty when all is well."""


def mailer(settings: Settings) -> CheckedMailer | None:
    """The way to send mail; None if none is set up. Raises Refused when its settings are wrong."""
    if not settings.smtp_host:
        return None
    mail = import_module("adapters.mail")
    chosen = mail.MailSettings(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password,
        sender=settings.mail_from,
        ca_file=settings.smtp_ca_file,
    )
    sending: CheckedMailer = mail.SmtpMailer(chosen)
    return sending


def manifest(form: str, public_url: str = "") -> str:
    """What a Slack app must be made of: `yaml`, `json` or a `link`; with an address its events come by HTTP."""
    words: str = import_module("adapters.slack").written(form, public_url)
    return words


def teams_package(settings: Settings, version: str) -> bytes:
    """The package of the Teams app, a zip. Raises Refused with a line for each fault."""
    teams = import_module("adapters.teams.package")
    values = teams.PackageValues(
        app_id=settings.teams_app_id,
        name=settings.teams_app_name,
        public_url=settings.origin,
        developer_name=settings.teams_developer_name,
        developer_url=settings.teams_developer_url,
        privacy_url=settings.teams_privacy_url,
        terms_url=settings.teams_terms_url,
        version=version,
    )
    made: bytes = teams.package(values)
    return made
