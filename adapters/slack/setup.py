"""What must be configured for Slack, declared as data, and what is wrong with it, as sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from bridge.policies.addresses import is_loopback, parts

API: Final = "https://slack.com/api/"
EVENTS_PATH: Final = "/slack/events"
INTERACTIVITY_PATH: Final = "/slack/interactivity"
_BOT = re.compile(r"xoxb-[A-Za-z0-9-]+")
_APP = re.compile(r"xapp-[A-Za-z0-9-]+")
_SECRET = re.compile(r"[A-Za-z0-9]{16,128}")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,20}")
_APP_ID = re.compile(r"xapp-\d+-(A[A-Z0-9]+)-")
_MOST_CONNECTIONS: Final = 10  # what Slack allows one app
_MOST_SECRETS: Final = 2  # the new one, and the old one for the day that it stays valid


@dataclass(frozen=True, slots=True)
class Field:
    """One setting, as the settings table, the example file and the admin page show it."""

    name: str
    kind: type
    default: object
    help: str
    secret: bool = False


FIELDS: Final = (
    Field("bot_token", str, "", "Bot User OAuth Token of the Slack app (xoxb-…)", secret=True),
    Field("app_token", str, "", "App-level token with connections:write (xapp-…): events by sockets", secret=True),
    Field("api_url", str, API, "Slack's Web API; another address only on this machine"),
    Field("name", str, "slack", "The workplace's name in the database; never change it later"),
    Field("connections", int, 2, "Open sockets; two, so that one stays while the other is renewed"),
    Field("timeout", float, 10.0, "Seconds that one call may take"),
    Field("paced", bool, True, "Keep to Slack's pace; only a benchmark on this machine goes without"),
    Field("signing_secrets", tuple, (), "Signing Secret, or the new and the old one: events by HTTP", secret=True),
    Field("public_url", str, "", "Where Slack reaches this bridge when its events come by HTTP"),
)


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """What the adapter is told at start. The tokens and secrets never show in a repr.

    An app-level token opens sockets, a signing secret the door for HTTP; either may be missing, not both.
    """

    bot_token: str = field(repr=False)
    app_token: str = field(default="", repr=False)
    api_url: str = API
    name: str = "slack"
    connections: int = 2
    timeout: float = 10.0
    paced: bool = True
    signing_secrets: tuple[str, ...] = field(default=(), repr=False)
    public_url: str = ""


def faults(settings: SlackSettings) -> list[str]:
    """Everything wrong with the settings, one sentence each; empty when nothing is."""
    checks = (
        (
            _BOT.fullmatch(settings.bot_token),
            "The Slack bot token must start with xoxb-: copy the Bot User OAuth Token from the"
            " app's page OAuth & Permissions.",
        ),
        (
            settings.app_token or settings.signing_secrets,
            "Slack's events have no way in: set the app-level token (sockets) or the signing secret (HTTP).",
        ),
        (
            not settings.app_token or _APP.fullmatch(settings.app_token),
            "The Slack app token must start with xapp-: create an app-level token with the scope"
            " connections:write on the app's page Basic Information.",
        ),
        (
            len(settings.signing_secrets) <= _MOST_SECRETS
            and all(_SECRET.fullmatch(secret) for secret in settings.signing_secrets),
            "The Slack signing secret must be 32 letters and digits, or two such with a comma between while it is"
            " renewed: copy the Signing Secret from the app's page Basic Information.",
        ),
        (
            settings.api_url == API or is_loopback(settings.api_url),
            f"The Slack API address must be {API} (http is for this machine alone): tokens are sent there.",
        ),
        (settings.name, "The Slack workplace needs a name."),
        (
            1 <= settings.connections <= _MOST_CONNECTIONS,
            f"Slack allows 1 to {_MOST_CONNECTIONS} connections.",
        ),
        (0 < settings.timeout <= 60, "The Slack timeout must be between 0 and 60 seconds."),
        (
            settings.paced or is_loopback(settings.api_url),
            "The pace of calls may be off only when the Slack API is a pretend one on this machine.",
        ),
    )
    return [sentence for fine, sentence in checks if not fine]


def is_channel(ref: str) -> bool:
    """Whether this is written like a channel's id."""
    return _CHANNEL.fullmatch(ref) is not None


def may_be_socket(settings: SlackSettings, address: str) -> bool:
    """Whether a socket's address is one of Slack's own, or on this machine when the API is too."""
    if settings.api_url != API:
        return is_loopback(address, scheme="ws")
    found = parts(address)
    host = found.hostname or "" if found else ""
    return found is not None and found.scheme == "wss" and host.endswith(".slack.com")


def app_id(settings: SlackSettings) -> str:
    """The app's id, which its app-level token carries; empty when it does not."""
    match = _APP_ID.match(settings.app_token)
    return match.group(1) if match else ""
