"""How a call to Slack ended, in the words of the bridge.

Only a connection that never stood proves that nothing happened. A reset, a silence, a server's
error or an unreadable answer after it stood leaves a write in doubt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError

from bridge.errors import ROOT_GONE, Rejected, Unknown, Unreachable, WorkplaceError

STANDING_WAIT: Final = 30.0
_LIMITED_WAIT: Final = 30.0
_LONGEST_WAIT: Final = 3600.0

LIMITED: Final = frozenset({"ratelimited", "rate_limited", "message_rate_limited"})

# A person has to mend these: the token, the app's rights, the channel, the workspace's rules.
STANDING: Final = frozenset(
    {
        "token_revoked", "account_inactive", "invalid_auth", "not_authed", "token_expired",
        "team_access_not_granted", "missing_scope", "no_permission", "not_allowed_token_type",
        "access_denied", "accesslimited", "two_factor_setup_required", "org_login_required",
        "enterprise_is_restricted", "team_added_to_org", "app_missing_action_url",
        "channel_not_found", "not_in_channel", "is_archived", "is_inactive",
        "message_limit_exceeded", "posting_to_general_channel_denied", "link_disabled",
        "socket_mode_not_enabled",
    }
)  # fmt: skip
_AGAIN = "copy the bot token again from the app's page OAuth & Permissions"
ADVICE: Final = {
    "not_in_channel": "invite the app with /invite in the channel",
    "channel_not_found": "check the channel's id; if it is private, invite the app with /invite in it",
    "is_archived": "unarchive the channel, or choose another one",
    "token_revoked": _AGAIN,
    "invalid_auth": _AGAIN,
    "not_authed": _AGAIN,
    "account_inactive": "the app was uninstalled; install it again and copy the bot token",
    "posting_to_general_channel_denied": "let the app post in the channel, or choose another one",
}  # what a person can do about a fault that waits for them
_STANDING_PREFIXES: Final = ("restricted_action", "ekm_")

# What an edit of a deleted card and a reply into its thread say.
NO_ROOT: Final = frozenset({"cannot_reply_to_message", "thread_not_found", "message_not_found"})

# Part of the work may be done. The `duplicate_` ones say that a post of this id was seen, and not
# where it is.
DOUBTFUL: Final = frozenset(
    {
        "fatal_error", "internal_error", "service_unavailable", "request_timeout", "unknown_error",
        "team_not_available", "duplicate_message_not_found", "duplicate_channel_not_found",
    }
)  # fmt: skip

# What the client library can raise for a call: an answer that is no JSON object ends in the last
# four.
FAILURES: Final = (
    SlackApiError, aiohttp.ClientError, OSError, asyncio.TimeoutError,
    AttributeError, TypeError, ValueError, RecursionError,
)  # fmt: skip


def outcome(error: BaseException, *, wrote: bool) -> WorkplaceError:
    """The named outcome of a failed call; `wrote` tells whether doubt is possible."""
    if isinstance(error, SlackApiError):
        return _answered(error, wrote=wrote)
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


def named(code: str, *, wrote: bool, detail: str = "") -> WorkplaceError:
    """The outcome that an error's name in a readable answer stands for."""
    if code in LIMITED:
        return Unreachable("limited", wait=_LIMITED_WAIT, limited=True)
    if code in STANDING or code.startswith(_STANDING_PREFIXES):
        return Unreachable(code, detail, wait=STANDING_WAIT, standing=True)
    if code in DOUBTFUL:
        return in_doubt(code, wrote=wrote)
    return Rejected(ROOT_GONE if wrote and code in NO_ROOT else code, detail)


def _answered(error: SlackApiError, *, wrote: bool) -> WorkplaceError:
    status = _status(error.response)
    if status == 429:
        return Unreachable("limited", wait=_retry_after(error.response), limited=True)
    code = _code(error.response)
    if status >= 500 or not code:
        return in_doubt(f"http_{status}" if status >= 400 else "unreadable", wrote=wrote)
    if code in LIMITED:
        return Unreachable("limited", wait=_retry_after(error.response), limited=True)
    return named(code, wrote=wrote, detail=_detail(error.response, code))


def _status(response: Any) -> int:
    """The library hands over its own answer or, for broken JSON, the HTTP client's."""
    status = getattr(response, "status_code", None) or getattr(response, "status", None)
    return status if isinstance(status, int) else 0


def _body(response: Any) -> Mapping[str, Any]:
    body = response if isinstance(response, dict) else getattr(response, "data", None)
    return body if isinstance(body, dict) else {}


def _code(response: Any) -> str:
    code = _body(response).get("error")
    return code if isinstance(code, str) else ""


def _detail(response: Any, code: str) -> str:
    """The missing scope is what the person who mends it needs to read."""
    needed = _body(response).get("needed")
    if isinstance(needed, str):
        return f"{code}: {needed} is needed; add the scope on the app's page and install it again"
    return f"{code}: {ADVICE[code]}" if code in ADVICE else ""


def _retry_after(response: Any) -> float:
    headers = getattr(response, "headers", None) or {}
    value = headers.get("Retry-After") or headers.get("retry-after") or ""
    if not (isinstance(value, str) and value.isascii() and value.isdigit()):
        return _LIMITED_WAIT
    return min(max(float(value), 1.0), _LONGEST_WAIT)
