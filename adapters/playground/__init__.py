"""A strict pretend Slack on the wire. Imports nothing of ours: it is the other end."""

from adapters.playground.errors import Refused
from adapters.playground.rules import APP_TOKEN, BOT_TOKEN, HttpTarget, Rules
from adapters.playground.server import Playground
from adapters.playground.values import Bot, Channel, Person, Team
from adapters.playground.workspace import Workspace

__all__ = [
    "APP_TOKEN",
    "BOT_TOKEN",
    "Bot",
    "Channel",
    "HttpTarget",
    "Person",
    "Playground",
    "Refused",
    "Rules",
    "Team",
    "Workspace",
]
