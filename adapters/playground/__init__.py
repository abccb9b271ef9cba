"""A strict pretend Slack, a pretend Teams and a mailbox on the wire. Imports nothing of ours: it is the
other end.
"""

from adapters.playground.errors import Refused
from adapters.playground.mail import Mail
from adapters.playground.mailbox import MailAttempt
from adapters.playground.rules import APP_TOKEN, BOT_TOKEN, HttpTarget, MailDoor, Rules, TeamsRules
from adapters.playground.server import Playground
from adapters.playground.values import Bot, Channel, Person, Team
from adapters.playground.workspace import Workspace

__all__ = [
    "APP_TOKEN",
    "BOT_TOKEN",
    "Bot",
    "Channel",
    "HttpTarget",
    "Mail",
    "MailAttempt",
    "MailDoor",
    "Person",
    "Playground",
    "Refused",
    "Rules",
    "Team",
    "TeamsRules",
    "Workspace",
]
