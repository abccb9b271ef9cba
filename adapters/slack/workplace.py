"""Our port, outwards: a Slack workspace as a `Workplace`."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import alike, calling, identity, inbound, people, render, search
from adapters.slack.calls import called, web_client
from adapters.slack.errors import in_doubt
from adapters.slack.fields import ident
from adapters.slack.identity import Own
from adapters.slack.setup import SlackSettings, app_id, may_be_socket
from bridge.errors import ROOT_GONE, Rejected, Unreachable
from bridge.inbound import Heard
from bridge.model import Person
from bridge.policies.foreign import mapping, text
from bridge.ports import Card, Placed, Post, ThreadRef

log = logging.getLogger("silta.slack")

_CHANNEL_FAULTS: Final = {
    "channel_not_found": "Channel {ref} does not exist or the app cannot see it: check the id, and"
    " if it is private write /invite @{app} in it.",
    "is_archived": "The channel #{name} is archived: unarchive it or choose another.",
    "not_in_channel": "The app is not a member of #{name}: write /invite @{app} in it.",
}


class SlackWorkplace:
    """A Slack workspace.

    Calls are made once and never repeated here; see `Workplace` for what they raise.
    """

    def __init__(self, settings: SlackSettings, session: aiohttp.ClientSession) -> None:
        self.name = settings.name
        self.timeout = settings.timeout
        self.capabilities = render.CAPABILITIES if settings.paced else render.UNPACED
        self.client = web_client(settings, session, token=settings.bot_token)
        self._settings = settings
        self._session = session
        self._own: Own | None = None
        self._names = alike.Taken()

    def tokenless(self) -> AsyncWebClient:
        """A client for whoever must have one and has no business calling."""
        return web_client(self._settings, self._session, token=None)

    def call_sign(self, channel: str) -> str:  # noqa: ARG002
        """Nobody has to call us: in a channel that we are in, everything is heard."""
        return ""

    async def ping(self) -> None:
        """Ask Slack whether our token works, and who we are."""
        found = await called(self.client, "auth.test", wrote=False, json={})
        self._own = Own(
            team=ident(found.get("team_id")),
            user=ident(found.get("user_id")),
            bot=ident(found.get("bot_id")),
            app=ident(found.get("app_id")) or app_id(self._settings),
            enterprise=ident(found.get("enterprise_id")),
            name=text(found.get("user")),
        )

    async def identity(self) -> Own:
        """Who we are; asked once, and again with each ping."""
        if self._own is None:
            await self.ping()
        if self._own is None:
            raise Unreachable("unreadable")
        return self._own

    async def socket_address(self) -> str:
        """A new address for one socket, of Slack's own hosts alone."""
        answer = await called(self.client, "apps.connections.open", wrote=False, token=self._settings.app_token)
        address = text(answer.get("url"))
        if not may_be_socket(self._settings, address):
            raise Unreachable("socket_address", "Slack named a socket that is not its own")
        return address

    async def open_thread(self, channel: str, card: Card, key: str) -> Placed:
        """Post a card as a new root."""
        return await self._posted(
            key,
            channel=channel,
            text=render.fallback(card.summary, card.quote),
            blocks=render.card_blocks(card),
        )

    async def post(self, thread: ThreadRef, post: Post, key: str) -> Placed:
        """Post a line in a thread, or without a root in the channel; under the visitor's name if it is theirs."""
        return await self._posted(key, **_where(thread, post), **_worded(post), **self._signed(post))

    def _signed(self, post: Post) -> dict[str, Any]:
        """Nobody on a website may pass for a colleague or for the product."""
        if not post.author:
            return {}
        name = render.author(post)
        is_borrowed = self._names.is_borrowed(name, self._own.name if self._own else "")
        return {"username": alike.marked(name) if is_borrowed else name}

    async def edit_card(self, thread: ThreadRef, card: Card, key: str) -> None:
        """Show the card's new state in place.

        The marker goes along, since an edit without it may drop it.
        """
        arguments = {
            "channel": thread.channel,
            "ts": thread.root,
            "text": render.fallback(card.summary, card.quote),
            "blocks": render.card_blocks(card),
            "metadata": _marked(key),
        }
        await called(self.client, "chat.update", wrote=True, json=arguments)

    async def delete(self, channel: str, ref: str) -> None:
        """Take one of our own posts away."""
        try:
            await called(self.client, "chat.delete", wrote=True, json={"channel": channel, "ts": ref})
        except Rejected as error:
            if error.cause != ROOT_GONE:
                raise

    async def tell(self, thread: ThreadRef, agent: str, post: Post) -> None:
        """Say something that only this agent sees, until they reload."""
        place = {"channel": thread.channel, "user": agent}
        if thread.root:
            place["thread_ts"] = thread.root
        await called(self.client, "chat.postEphemeral", wrote=True, json=place | _worded(post))

    async def mark(self, channel: str, ref: str, receipt: str, before: str) -> None:
        """Show a receipt as a reaction; the one before goes. Already there, or already gone, is success."""
        await self._react("reactions.add", channel, ref, render.RECEIPTS[receipt])
        if before and before != receipt:
            await self._react("reactions.remove", channel, ref, render.RECEIPTS[before])

    async def _react(self, method: str, channel: str, ref: str, name: str) -> None:
        place = {"channel": channel, "timestamp": ref, "name": name}
        try:
            await called(self.client, method, wrote=True, json=place)
        except Rejected as error:
            if error.cause not in ("already_reacted", "no_reaction"):
                raise

    async def find(self, thread: ThreadRef, key: str, since: datetime) -> tuple[Placed, ...]:
        """Every post of ours that carries the key, oldest first."""
        own = await self.identity()
        try:
            async with asyncio.timeout(self.timeout):
                return await search.carrying(self.client, thread, key, since=since, own=own)
        except TimeoutError as error:
            raise Unreachable("timeout") from error

    async def changed_threads(self, channel: str, since: datetime) -> Mapping[str, str]:
        """The roots posted since then that have replies, each with the order of its latest one."""
        return await search.news(self.client, channel, since)

    async def replies(self, thread: ThreadRef) -> tuple[Heard, ...] | None:
        """Every person's message that stands in the thread now; None when the root is gone."""
        read_at = time.time()
        found = await search.whole(self.client, thread)
        if found is None:
            return None
        frame = inbound.Frame(await self.identity(), self.name, thread.channel)
        said = (inbound.standing(message, frame, read_at) for message in found)
        return tuple(heard for heard in said if isinstance(heard, Heard) and heard.thread == thread.root)

    async def person(self, ref: str) -> Person:
        """A person with their picture."""
        until = asyncio.get_running_loop().time() + self.timeout
        own = await self.identity()
        answer = await called(self.client, "users.info", wrote=False, query={"user": ref})
        return await self.described(mapping(answer.get("user")), own, until=until)

    async def described(self, user: Mapping[str, Any], own: Own, *, until: float | None = None) -> Person:
        """A person of whom Slack has told, with their picture if it is there by `until`."""
        if not ident(user.get("id")):
            raise Unreachable("unreadable")
        limit = asyncio.get_running_loop().time() + self.timeout if until is None else until
        try:
            async with asyncio.timeout_at(limit):
                found = await people.picture(
                    self._session,
                    people.picture_address(user),
                    self._settings.api_url,
                    self.client.proxy,
                )
        except TimeoutError:
            found = b""
        person = people.person(user, own, found)
        self._names.keep(person.ref, person.name)
        return person

    async def channel_fault(self, channel: str) -> str:
        """Why nothing can be posted in this channel."""
        app = (await self.identity()).name or "the app"
        try:
            answer = await called(self.client, "conversations.info", wrote=False, query={"channel": channel})
        except Unreachable as error:
            sentence = _CHANNEL_FAULTS.get(error.cause)
            if sentence is None:
                raise
            return sentence.format(ref=channel, name=channel, app=app)
        return _fault(mapping(answer.get("channel")), channel, app)

    async def _posted(self, key: str, **arguments: Any) -> Placed:
        """Post once. An answer that does not say where the post stands leaves it in doubt."""
        answer = await called(
            self.client,
            "chat.postMessage",
            wrote=True,
            json={
                **arguments,
                "metadata": _marked(key),
                "client_msg_id": identity.client_message_id(key),
                "unfurl_links": False,
                "unfurl_media": False,
            },
        )
        stamp = answer.get("ts")
        echoed = mapping(answer.get("message")).get("ts", stamp)
        if not isinstance(stamp, str) or echoed != stamp:
            raise in_doubt("no_ts", wrote=True)
        if not identity.is_fresh(stamp, time.time()):
            raise in_doubt("absurd_ts", wrote=True)
        return identity.placed(stamp)


def _where(thread: ThreadRef, post: Post) -> dict[str, Any]:
    if not thread.root:
        return {"channel": thread.channel}
    place = {"channel": thread.channel, "thread_ts": thread.root}
    return place | ({"reply_broadcast": True} if post.is_broadcast else {})


def _worded(post: Post) -> dict[str, Any]:
    for ref in calling.strange(post.mentions):
        log.warning("nobody is called by %.40r: it is no id of a person or a user group", ref)
    return {"text": render.post_text(post), "blocks": render.post_blocks(post)}


def _marked(key: str) -> dict[str, Any]:
    return {"event_type": search.MARKER, "event_payload": {"key": key}}


def _fault(channel: Mapping[str, Any], ref: str, app: str) -> str:
    name = text(channel.get("name")) or ref
    if channel.get("is_archived"):
        return _CHANNEL_FAULTS["is_archived"].format(name=name)
    if not channel.get("is_member"):
        return _CHANNEL_FAULTS["not_in_channel"].format(name=name, app=app)
    return ""
