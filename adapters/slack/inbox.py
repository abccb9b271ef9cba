"""From an event to the desk: parse, call one verb, and only then let it be acknowledged."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from adapters.slack import inbound, people
from adapters.slack.desk import Desk
from adapters.slack.fields import ident
from adapters.slack.identity import Own
from adapters.slack.inbound import ChannelChanged, Edited, Happening, Ignored, PersonChanged, Revoked, Unclear
from adapters.slack.workplace import SlackWorkplace
from bridge.errors import NotFound, Refused, WorkplaceError
from bridge.inbound import Heard, Pressed, Removed

log = logging.getLogger("silta.slack")

LONGEST: Final = 30.0  # seconds that the desk may take
PATIENCE: Final = 1.0  # seconds after which a press is acknowledged whatever comes of it
KNOWN: Final = 5_000
BUSY: Final = "busy"  # the memory cannot write just now


class Inbox:
    """Hands each event to the desk. What it raises is not acknowledged, and so comes again."""

    def __init__(self, workplace: SlackWorkplace, desk: Desk, *, on_revoked: Callable[[], None]) -> None:
        self._workplace = workplace
        self._desk = desk
        self._on_revoked = on_revoked
        self._is_revoked = False
        self._presses: set[asyncio.Task[None]] = set()
        self._known: dict[str, str] = {}  # ref: what was last told of them

    async def take_event(self, body: dict[str, Any]) -> None:
        """Returns when the event's effect is durable, or when there is nothing to do for it."""
        own = await self._workplace.identity()
        happening = inbound.event(body, own, self._workplace.name)
        if isinstance(happening, Ignored):
            log.debug("event ignored: %s", happening.reason)
            return
        async with asyncio.timeout(LONGEST):
            await _decided(self._handed(happening))

    async def take_press(self, body: dict[str, Any]) -> None:
        """Returns at the commit or after a second, whichever is first: a press is never sent twice.

        Raises what the desk raised within that second, so that the person who pressed sees that it
        failed.
        """
        own = await self._workplace.identity()
        pressed = inbound.press(body, own, self._workplace.name)
        if isinstance(pressed, Ignored):
            log.debug("press ignored: %s", pressed.reason)
            return
        self._remember(pressed.author)
        task = asyncio.create_task(self._pressed(pressed))
        self._presses.add(task)
        task.add_done_callback(self._settled)
        done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        if done:
            task.result()

    async def take_limit(self) -> None:
        """Slack dropped events; what they told of is read from the threads.

        https://docs.slack.dev/reference/events/app_rate_limited
        """
        log.warning("Slack drops events: over 30,000 in an hour for this app. The threads are read again.")
        await self._desk.missed(self._workplace.name)

    async def stop(self, within: float) -> None:
        """Let presses that are under way end, for a while."""
        if self._presses:
            _, late = await asyncio.wait(self._presses, timeout=within)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _pressed(self, pressed: Pressed) -> None:
        async with asyncio.timeout(LONGEST):
            await _decided(self._desk.pressed(pressed))

    def _settled(self, task: asyncio.Task[None]) -> None:
        self._presses.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.warning("a press came to nothing: %s", cause_of(error))

    def _handed(self, happening: Happening) -> Coroutine[Any, Any, None]:
        match happening:
            case Heard():
                self._remember(happening.author)
                return self._desk.heard(happening)
            case Edited(heard):
                self._remember(heard.author)
                return self._desk.edited(heard)
            case Removed():
                return self._desk.removed(happening)
            case PersonChanged(user):
                return self._person_changed(user)
            case _:
                return self._noted(happening)

    async def _noted(self, happening: Happening) -> None:
        """What happened to the place rather than to a conversation."""
        match happening:
            case ChannelChanged(channel, became) if became:
                await self._moved(channel, became)
            case ChannelChanged(channel):
                await self._desk.channel_changed(self._workplace.name, channel)
            case Unclear(reason):
                log.info("the threads are read again: %s", reason)
                await self._desk.missed(self._workplace.name)
            case Revoked(advice):
                self._revoked(advice)

    async def _moved(self, channel: str, became: str) -> None:
        """Only the memory follows by itself: settings that name the old id would lead back there at the next start."""
        if await self._desk.channel_moved(self._workplace.name, channel, became):
            log.error(
                "Slack has given channel %s the id %s. Conversations go on there; before the next start put"
                " the new id wherever your settings name the old one, SILTA_SLACK_CHANNEL among them.",
                channel,
                became,
            )

    def _revoked(self, advice: str) -> None:
        """Said once: both events may come, in either order. The alert is the courier's, when a call fails."""
        self._on_revoked()
        if not self._is_revoked:
            log.warning("Slack: %s", advice)
        self._is_revoked = True

    async def _person_changed(self, user: Mapping[str, Any]) -> None:
        """Only who spoke to us, and only what we keep of them: a status is none of our business."""
        own = await self._workplace.identity()
        ref, face = ident(user.get("id")), _face(user, own)
        if self._known.get(ref, face) == face:
            return
        person = await self._workplace.described(user, own)
        await self._desk.person_changed(person, self._workplace.name)
        self._known[ref] = face

    def _remember(self, ref: str) -> None:
        if ref not in self._known and len(self._known) >= KNOWN:
            self._known.pop(next(iter(self._known)))
        self._known.setdefault(ref, "")


def _face(user: Mapping[str, Any], own: Own) -> str:
    parts = (people.name(user), people.standing(user, own), people.picture_address(user))
    return "\n".join(parts)


async def _decided(work: Coroutine[Any, Any, None]) -> None:
    """A decision of the rules ends an event; what may go well a little later does not."""
    try:
        await work
    except NotFound as error:
        log.debug("event decided: %s", error)
    except Refused as error:
        if error.wait or error.code == BUSY:
            raise
        log.debug("event decided: %s", error.code)


def cause_of(error: BaseException) -> str:
    """For the log: a cause, never the words of a message."""
    cause = error.cause if isinstance(error, WorkplaceError) else ""
    code = error.code if isinstance(error, Refused) else ""
    return " ".join(filter(None, (type(error).__name__, cause, code)))
