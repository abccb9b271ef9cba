"""Finding our own posts again by their marker, after a call whose end we could not learn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import identity
from adapters.slack.calls import called
from adapters.slack.identity import Own
from bridge.errors import Rejected, Unreachable
from bridge.policies.foreign import mapping, sequence, text
from bridge.ports import Placed, ThreadRef

MARKER: Final = "silta_post"
MARGIN: Final = timedelta(seconds=60)  # our clock and Slack's may differ
PAGE: Final = 200
PAGES: Final = 20


async def carrying(
    client: AsyncWebClient, thread: ThreadRef, key: str, *, since: datetime, own: Own
) -> tuple[Placed, ...]:
    """Our posts with this key, oldest first. Raises rather than say "none" half-read."""
    found = await _since(client, thread, identity.stamp(since - MARGIN))
    stamps = {text(message.get("ts")) for message in found if _carries(message, key, own)}
    places = [identity.placed(stamp) for stamp in stamps if identity.is_stamp(stamp)]
    return tuple(sorted(places, key=lambda place: place.order))


async def whole(client: AsyncWebClient, thread: ThreadRef) -> list[Mapping[str, Any]] | None:
    """Everything that stands in a thread, oldest first; None when its root is gone.

    A deleted root with replies is answered as a tombstone.
    https://docs.slack.dev/reference/events/message/message_deleted
    """
    found = await _since(client, thread, "0")
    root = next((message for message in found if message.get("ts") == thread.root), None)
    if root is None or root.get("subtype") == "tombstone":
        return None
    return found


async def news(client: AsyncWebClient, channel: str, since: datetime) -> dict[str, str]:
    """The roots posted since then that have replies, each with the order of its latest one."""
    found = await _since(client, ThreadRef(channel, ""), identity.stamp(since - MARGIN))
    latest = {text(root.get("ts")): text(root.get("latest_reply")) for root in found}
    return {root: identity.order(reply) for root, reply in latest.items() if identity.is_stamp(reply)}


async def _since(client: AsyncWebClient, thread: ThreadRef, oldest: str) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    cursor = ""
    for _ in range(PAGES):
        answer = await _page(client, thread, oldest, cursor)
        found += [mapping(message) for message in sequence(answer.get("messages"))]
        cursor = text(mapping(answer.get("response_metadata")).get("next_cursor"))
        if not cursor:
            return found
    raise Unreachable("too_many_pages")


async def _page(client: AsyncWebClient, thread: ThreadRef, oldest: str, cursor: str) -> Mapping[str, Any]:
    method = "conversations.replies" if thread.root else "conversations.history"
    query: dict[str, Any] = {
        "channel": thread.channel,
        "oldest": oldest,
        "inclusive": True,
        "include_all_metadata": True,
        "limit": PAGE,
    }
    query |= {"ts": thread.root} if thread.root else {}
    query |= {"cursor": cursor} if cursor else {}
    try:
        return await called(client, method, wrote=False, query=query)
    except Rejected as error:
        if error.cause == "thread_not_found":
            return {}
        raise


def _carries(message: Mapping[str, Any], key: str, own: Own) -> bool:
    """Whether a post is ours and marked so; any app can write any marker, so ours alone counts."""
    mark = mapping(message.get("metadata"))
    is_marked = mapping(mark.get("event_payload")).get("key") == key
    is_ours = message.get("bot_id") == own.bot or message.get("user") == own.user
    return is_ours and is_marked and mark.get("event_type") == MARKER
