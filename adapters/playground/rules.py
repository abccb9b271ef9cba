"""What a test may set about the pretend Slack: how fast, how late, how strict."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass

BOT_TOKEN = "xoxb-playground"  # noqa: S105 - opens nothing but this
APP_TOKEN = "xapp-playground"  # noqa: S105
VERIFICATION_TOKEN = "verification-token"  # noqa: S105


GRANTED = frozenset(
    (
        "channels:history",
        "channels:join",
        "channels:read",
        "chat:write",
        "chat:write.customize",
        "commands",
        "emoji:read",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:write",
        "metadata.message:read",
        "reactions:read",
        "reactions:write",
        "team:read",
        "usergroups:read",
        "users:read",
        "users:read.email",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailDoor:
    """How the mailbox lets mail in. With `tls` it offers STARTTLS; with a user it wants a login before anything."""

    tls: ssl.SSLContext | None = None
    needs_tls: bool = False
    user: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamsRules:
    """What holds for the pretend Teams alone. `repeat_refused` repeats an event that was answered
    with 4xx or 5xx too; `holds` is how long an operation keeps its conversation to itself, with 412
    for every other; `members_page` makes the pages of the roster smaller than asked.
    """

    limits: bool = True
    token_lifetime: int = 3599
    ack_timeout: float = 15.0
    invoke_timeout: float = 5.0
    retry_delays: tuple[float, ...] = (1.0, 5.0, 20.0)
    repeat_refused: bool = False
    holds: float = 0.0
    members_page: int = 0
    reactions_to_people: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Seconds everywhere. `limits=False` switches every rate limit off; the sizes are always
    enforced.
    """

    clock: Callable[[], float] = time.time
    scopes: frozenset[str] = GRANTED
    limits: bool = True
    burst: int = 5
    per_second: float = 1.0
    read_lag: float = 0.0
    ack_timeout: float = 3.0
    retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
    refresh_notice: float = 10.0
    ping_every: float = 30.0
    file_delay: float = 0.05
    kept_messages: int = 20000
    kept_calls: int = 10000
    kept_mails: int = 500
    mail_size: int = 10 * 1024 * 1024
    mail_door: MailDoor = MailDoor()
    teams: TeamsRules = TeamsRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpTarget:
    """Where signed events and interactivity go when the app has no sockets."""

    events_url: str
    signing_secret: str
    interactivity_url: str = ""

    @property
    def buttons_url(self) -> str:
        return self.interactivity_url or self.events_url
