"""Our port, outwards: the teams of an organisation as a `Workplace`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from botbuilder.schema import Activity, ConversationAccount

from adapters.teams import identity, people, render, wire
from adapters.teams.calls import Connector
from adapters.teams.errors import ADVICE, OF_EVERYTHING, in_doubt
from adapters.teams.places import Places
from adapters.teams.setup import TeamsSettings
from adapters.teams.tokens import Tokens
from adapters.teams.turns import CONVERSATIONS, Turns
from bridge.errors import ROOT_GONE, Rejected, Unreachable, WorkplaceError
from bridge.inbound import Heard
from bridge.model import Person
from bridge.ports import Card, Placed, Post, ThreadRef

KNOWN: Final = 5_000
ROSTER_PAGE: Final = "50"  # the least that Teams gives


class TeamsWorkplace:
    """The channels that the app was added to. Calls are made once and never repeated here; see `Workplace`.

    Nothing that was posted can be read back without rights to the organisation's files and messages, nobody can be told
    something alone in a channel, and an app cannot react to a message: the rules ask for none of it.
    """

    def __init__(self, settings: TeamsSettings, connector: Connector, tokens: Tokens, places: Places) -> None:
        self.name = settings.name
        self.timeout = settings.timeout
        self.capabilities = render.CAPABILITIES if settings.paced else render.UNPACED
        self.turns = Turns(connector)
        self._settings = settings
        self._connector = connector
        self._tokens = tokens
        self._places = places
        self._met: dict[str, str] = {}  # person: the channel where they were met last
        self._names: dict[str, str] = {}
        self._parts: dict[str, list[str]] = {}  # key: the parts of a long post that stand already

    def call_sign(self, channel: str) -> str:
        """Our name, unless a message without our mention has shown that everything reaches us."""
        return "" if self._places.hears_all(channel) else self._settings.app_name

    def met(self, person: str, channel: str, name: str = "") -> None:
        """Somebody was heard in a channel: there they can be looked up."""
        _keep(self._met, person, channel)
        if name:
            _keep(self._names, person, name)

    async def ping(self) -> None:
        """Ask for a new token: whether our credentials are taken now. One from before would say nothing of that."""
        try:
            async with asyncio.timeout(self.timeout):
                await self._tokens.renew()
        except TimeoutError as error:
            raise Unreachable("timeout", "the login does not answer") from error

    async def open_thread(self, channel: str, card: Card, key: str) -> Placed:  # noqa: ARG002
        """Post a card as a new root.

        https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
        """
        activity = Activity(
            type="message",
            summary=render.summary(card.summary, card.quote),
            attachments=[wire.card(render.card(card))],
        )
        return await self._begun(channel, activity)

    async def post(self, thread: ThreadRef, post: Post, key: str) -> Placed:
        """Post a line in a thread; a long one as several, one below the other.

        What stands of it already is not posted again while we live; without a root it is a thread of its own.
        """
        called = [render.mention(ref, await self._called(ref, thread.channel)) for ref in post.mentions]
        activities = self._worded(post, "".join(f"{words} " for words, _ in called), [about for _, about in called])
        if not thread.root:
            return await self._begun(thread.channel, activities[0])
        parts = self._parts.get(key, [])
        for activity in activities[len(parts) :]:
            found = await self.turns.sent(self._addressed(activity, thread))
            if not identity.is_message(found):
                raise in_doubt("no_id", wrote=True)
            parts = [*parts, found]
            if len(parts) < len(activities):
                _keep(self._parts, key, parts)
        self._parts.pop(key, None)
        return _placed(parts, thread.root)

    async def edit_card(self, thread: ThreadRef, card: Card, key: str) -> None:  # noqa: ARG002
        """Show the card's new state in place, to everybody."""
        activity = Activity(
            type="message",
            id=thread.root,
            summary=render.summary(card.summary, card.quote),
            attachments=[wire.card(render.card(card))],
        )
        await self.turns.updated(self._addressed(activity, thread))

    async def delete(self, channel: str, ref: str) -> None:
        """Take one of our own posts away, all its parts."""
        for root, message in identity.parts(ref):
            try:
                await self.turns.deleted(self._places.service(channel), identity.packed(channel, root), message)
            except Rejected as error:
                if error.cause != ROOT_GONE:
                    raise

    async def tell(self, thread: ThreadRef, agent: str, post: Post) -> None:  # noqa: ARG002
        """Nobody can be told something alone in a channel."""
        raise Rejected("not_possible")

    async def mark(self, channel: str, ref: str, receipt: str, before: str) -> None:  # noqa: ARG002
        """An app cannot react to a message."""
        raise Rejected("not_possible")

    async def find(self, thread: ThreadRef, key: str, since: datetime) -> tuple[Placed, ...]:  # noqa: ARG002
        """Nothing can be read back."""
        return ()

    async def changed_threads(self, channel: str, since: datetime) -> Mapping[str, str]:  # noqa: ARG002
        """Nothing can be read back."""
        return {}

    async def replies(self, thread: ThreadRef) -> tuple[Heard, ...] | None:  # noqa: ARG002
        """Nothing can be read back."""
        raise Rejected("not_possible")

    async def person(self, ref: str) -> Person:
        """A person of the channel where they were met, or else of any that we know of."""
        member = await self._member(ref, self._met.get(ref) or next(iter(self._places.channels()), ""))
        found = people.person(ref, member, self._settings.tenant_id.lower())
        _keep(self._names, ref, found.name)
        return found

    async def channel_fault(self, channel: str) -> str:
        """Why nothing can be posted in this channel."""
        where = (CONVERSATIONS, channel, "pagedmembers")
        try:
            await self._connector.called("GET", self._places.service(channel), *where, query={"pageSize": ROSTER_PAGE})
        except Unreachable as error:
            if error.standing and error.cause in ADVICE and error.cause not in OF_EVERYTHING:
                return f"Channel {channel}: {ADVICE[error.cause]}."
            raise
        return ""

    def _addressed(self, activity: Activity, thread: ThreadRef) -> Activity:
        activity.service_url = self._places.service(thread.channel)
        activity.conversation = ConversationAccount(id=identity.packed(thread.channel, thread.root))
        return activity

    def _worded(self, post: Post, called: str, entities: Sequence[Mapping[str, Any]]) -> list[Activity]:
        """A post's activities: texts, or one card if there are buttons to press."""
        summary = render.summary(post.summary, post.body)
        loud = {"notification": {"alert": True}} if post.is_broadcast else None
        if post.buttons:
            made = render.with_mentions(render.notice_card(post, called.strip()), [dict(one) for one in entities])
            return [Activity(type="message", summary=summary, attachments=[wire.card(made)], channel_data=loud)]
        texts = render.lines(post, called.strip())
        mentioned = [wire.mention(one) for one in entities]
        return [
            Activity(
                type="message",
                text=words,
                text_format="xml",
                summary=summary,
                entities=mentioned if not number and mentioned else None,
                channel_data=loud,
            )
            for number, words in enumerate(texts)
        ]

    async def _begun(self, channel: str, activity: Activity) -> Placed:
        """A post in the channel itself begins a thread; the call that makes it has the first post inside."""
        body = {
            "isGroup": True,
            "bot": {"id": self._settings.bot, "name": self._settings.app_name},
            "channelData": {"channel": {"id": channel}, "tenant": {"id": self._settings.tenant_id}},
            "tenantId": self._settings.tenant_id,
            "activity": wire.outgoing(activity),
        }
        answer = await self._connector.called("POST", self._places.service(channel), CONVERSATIONS, body=body)
        there, root = identity.unpacked(str(answer.get("id")))
        if there != channel or not root:
            raise in_doubt("no_id", wrote=True)
        return _placed([root])

    async def _called(self, ref: str, channel: str) -> str:
        """The name of somebody who is called; their call does not wait for a roster that cannot be had."""
        if ref not in self._names:
            try:
                _keep(self._names, ref, people.name(await self._member(ref, channel)))
            except WorkplaceError:
                return people.NAMELESS
        return self._names[ref]

    async def _member(self, ref: str, channel: str) -> Mapping[str, Any]:
        where = (CONVERSATIONS, channel, "members", ref)
        return await self._connector.called("GET", self._places.service(channel), *where)


def _placed(ids: Sequence[str], root: str = "") -> Placed:
    """An answer that does not say where a post stands leaves it in doubt."""
    if not all(identity.is_fresh(one, time.time()) for one in ids):
        raise in_doubt("absurd_id", wrote=True)
    return identity.placed(ids, root)


def _keep(shelf: dict[str, Any], name: str, value: Any) -> None:
    shelf.pop(name, None)
    shelf[name] = value
    if len(shelf) > KNOWN:
        del shelf[next(iter(shelf))]
