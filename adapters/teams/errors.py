"""How a call to Teams ended, in the words of the bridge.

Only a connection that never stood proves that nothing happened. A reset, a silence, a server's error or an unreadable
answer after it stood leaves a write in doubt.
https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability#status-codes
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import aiohttp

from bridge.errors import ROOT_GONE, Rejected, Unknown, Unreachable, WorkplaceError
from bridge.policies.foreign import mapping, text

STANDING_WAIT: Final = 30.0
LONGEST_WAIT: Final = 3600.0
LIMITED_WAIT: Final = 5.0
CONFLICT_WAIT: Final = 0.5
FAILURES: Final = (aiohttp.ClientError, OSError, asyncio.TimeoutError, ValueError, RecursionError)

NO_MEMBER: Final = "MemberNotFoundInConversation"
_INSTALL: Final = "add the app to the team again (Manage team, Apps)"
ADVICE: Final = {
    "BotNotInConversationRoster": f"the app is not in this team or channel: {_INSTALL}",
    "BotDisabledByAdmin": "an administrator has disabled the app: allow it in the Teams admin center",
    "BotNotRegistered": "the bot is not registered: check the Azure Bot and its Teams channel",
    "ConversationBlockedByUser": "the app is blocked in this conversation: allow it again",
    "MessageWritesBlocked": "posting in the channel is blocked: let the app write, or choose another channel",
    "ConversationNotFound": "there is no such channel: check its id, or choose another one",
    "unauthorized": "Teams does not take our token: check the app id, the secret and the tenant",
    "forbidden": f"the app may not do this here: {_INSTALL}",
}  # what a person can do about a fault that waits for them
OF_EVERYTHING: Final = ("unauthorized", "BotNotRegistered")  # those of them that say nothing of a channel


def outcome(error: BaseException, *, wrote: bool) -> WorkplaceError:
    """The named outcome of a call that got no answer."""
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)):
        return Unreachable("unreachable", str(error))
    if isinstance(error, (asyncio.TimeoutError, TimeoutError)):
        return in_doubt("timeout", wrote=wrote)
    if isinstance(error, (aiohttp.ClientError, OSError)):
        return in_doubt("disconnected", type(error).__name__, wrote=wrote)
    return in_doubt("unreadable", type(error).__name__, wrote=wrote)


def in_doubt(cause: str, detail: str = "", *, wrote: bool) -> WorkplaceError:
    """A write may have happened; a read has simply failed."""
    return Unknown(cause, detail) if wrote else Unreachable(cause, detail)


def answered(status: int, headers: Mapping[str, str], body: Any, *, wrote: bool, in_thread: bool) -> WorkplaceError:
    """The outcome that an answer other than success stands for. `in_thread`: the call was about a thread's own id."""
    code = _code(body)
    if status == 429:
        return Unreachable("limited", wait=retry_after(headers), limited=True)
    if status == 412:  # another operation on the same conversation was quicker: nothing happened
        return Unreachable("conflict", wait=CONFLICT_WAIT * (1 + random.random()))  # noqa: S311
    if status == 404:
        return _missing(code, in_thread=in_thread)
    if status in (401, 403):
        return _standing(code or ("unauthorized" if status == 401 else "forbidden"))
    if status >= 500 or status < 400:
        return in_doubt(f"http_{status}", wrote=wrote)
    return Rejected("too_long" if status == 413 else code or f"http_{status}")


def _standing(cause: str) -> WorkplaceError:
    advice = ADVICE.get(cause, "")
    return Unreachable(cause, f"{cause}: {advice}" if advice else "", wait=STANDING_WAIT, standing=True)


def _missing(code: str, *, in_thread: bool) -> WorkplaceError:
    """A person who is not there; a thread, or its root, that is no more; or a channel."""
    if code == NO_MEMBER:
        return Rejected(code)
    return Rejected(ROOT_GONE, code) if in_thread else _standing(code or "ConversationNotFound")


def _code(body: Any) -> str:
    """Errors come in two shapes: `{"error": {"code": …}}` and `{"errorCode": 209, "message": "{…subCode…}"}`."""
    named = text(mapping(mapping(body).get("error")).get("code"))
    if named:
        return named[:60]
    return "MessageWritesBlocked" if "MessageWritesBlocked" in text(mapping(body).get("message")) else ""


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds, or a date; with a little more, so that not everybody comes back at once."""
    value = headers.get("Retry-After", "").strip()
    wait = float(value) if value.isascii() and value.isdigit() else _until(value)
    return min(max(wait, 1.0), LONGEST_WAIT) * (1 + random.random() / 10)  # noqa: S311


def _until(value: str) -> float:
    try:
        return (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return LIMITED_WAIT
