"""The framework's part: what arrives is led to the inbox, and answered by how that ended.

An event's answer waits for its listener, so a listener that raises is not acknowledged. Nothing
goes unanswered for want of a listener: that would count as a failed delivery.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse

from adapters.slack.calls import QUIET
from adapters.slack.inbox import cause_of
from adapters.slack.workplace import SlackWorkplace
from bridge.errors import BridgeError
from bridge.policies.foreign import mapping

log = logging.getLogger("silta.slack")

Body = dict[str, Any]


class Taker(Protocol):
    """Who takes what arrives. What a verb raises is not acknowledged."""

    async def take_event(self, body: Body) -> None:
        """Something happened in the workspace."""

    async def take_press(self, body: Body) -> None:
        """Somebody pressed a button."""

    async def take_limit(self) -> None:
        """Slack dropped events, because there were too many in an hour."""


def build(workplace: SlackWorkplace, inbox: Taker) -> AsyncApp:
    """The app with its three listeners. Makes no call by itself."""

    async def authorize() -> AuthorizeResult:
        own = await workplace.identity()
        return AuthorizeResult(
            enterprise_id=own.enterprise or None,
            team_id=own.team,
            bot_user_id=own.user,
            bot_id=own.bot,
        )

    app = AsyncApp(
        name="bolt",
        logger=QUIET,
        client=workplace.tokenless(),
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,  # none travels over a socket; over HTTP it is checked before parsing
        ignoring_self_events_enabled=False,  # ours would miss a post that somebody else took away
        ssl_check_enabled=False,
        url_verification_enabled=False,
    )
    _listen(app, inbox)
    return app


def _listen(app: AsyncApp, inbox: Taker) -> None:
    async def event(body: Body) -> None:
        await inbox.take_event(body)

    async def press(body: Body, ack: AsyncAck) -> None:
        await inbox.take_press(body)
        await ack()

    async def rest(body: Body, next: Callable[[], Awaitable[None]]) -> BoltResponse | None:
        return await everything_else(body, next, inbox)

    app.middleware(rest)
    app.event(re.compile(""))(event)
    app.block_action(re.compile(""))(press)
    app.error(failed)


async def everything_else(body: Body, next: Callable[[], Awaitable[None]], inbox: Taker) -> BoltResponse | None:
    """What no listener is for is acknowledged and left alone."""
    if _is_event(body) or _is_press(body):
        await next()
        return None
    if body.get("type") == "app_rate_limited":  # it wraps no event, so that no listener can match it
        await inbox.take_limit()
        return BoltResponse(status=200, body="")
    log.debug("ignored: %s", str(body.get("type"))[:60])
    return BoltResponse(status=200, body="")


async def failed(error: Exception) -> BoltResponse:
    """Not acknowledged: Slack sends an event again, and tells who pressed that it failed."""
    known = isinstance(error, (BridgeError, TimeoutError))
    log.warning("not acknowledged: %s", cause_of(error), exc_info=None if known else error)
    return BoltResponse(status=500, body="")


def _is_event(body: Body) -> bool:
    kind = mapping(body.get("event")).get("type")
    return body.get("type") == "event_callback" and isinstance(kind, str)


def _is_press(body: Body) -> bool:
    actions = body.get("actions")
    if body.get("type") != "block_actions" or not isinstance(actions, list) or not actions:
        return False
    return isinstance(mapping(actions[0]).get("action_id"), str)
