"""Which workplaces there are. An adapter is imported only when it is configured."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Protocol

from adapters.settings import Settings
from bridge.agents import AgentDesk
from bridge.ports import Workplace


class Connection(Protocol):
    """A workplace with its events."""

    @property
    def workplace(self) -> Workplace:
        """The way out."""

    def listen(self, desk: AgentDesk) -> None:
        """Name the desk for what comes in; before the start."""

    async def start(self) -> None:
        """Begin to take events; returns at once, also when the other side is down."""

    async def stop(self) -> None:
        """Take no more events; ends within a bounded time, and the way out still works."""

    async def close(self) -> None:
        """Let go of the network."""

    async def faults(self) -> tuple[str, ...]:
        """What keeps us from being heard or from hearing, a sentence each that says what to do."""

    def health(self) -> dict[str, Any]:
        """How the connection stands."""


async def connect(settings: Settings) -> Connection:
    """The configured workplace. Raises Refused when its settings are wrong."""
    slack = import_module("adapters.slack")
    chosen = slack.SlackSettings(
        bot_token=settings.slack_bot_token,
        app_token=settings.slack_app_token,
        api_url=settings.slack_api_url,
        paced=settings.slack_pace == "on",
    )
    connection: Connection = await slack.open_slack(chosen)
    return connection
