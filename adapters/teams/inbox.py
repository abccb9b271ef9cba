"""From an activity to the desk: parse, call one verb, and only then let it be acknowledged."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from adapters.teams import inbound
from adapters.teams.desk import Desk
from adapters.teams.inbound import Edited, Frame, Happening, Ignored, Installed, PlacesChanged, Said
from adapters.teams.places import Places
from adapters.teams.setup import TeamsSettings
from adapters.teams.workplace import TeamsWorkplace
from bridge.errors import NotFound, Refused, WorkplaceError
from bridge.inbound import Pressed, Removed
from bridge.policies.foreign import mapping, text
from bridge.wording import say

log = logging.getLogger("silta.teams")

LONGEST: Final = 12.0  # seconds that the desk may take: after 15 without an answer Teams sends the activity again
PATIENCE: Final = 1.0  # seconds after which a press is answered whatever comes of it
PAUSE: Final = 0.5  # seconds between two tries of one event
BUSY: Final = "busy"  # the memory cannot write just now
MESSAGE: Final = "application/vnd.microsoft.activity.message"
FAILURE: Final = "application/vnd.microsoft.error"
Invoked = tuple[int, Mapping[str, Any]]


class Inbox:
    """Hands each activity to the desk. What it raises is not acknowledged.

    It is not documented that Teams repeats what is refused, so what may go well a little later is tried again here.
    """

    def __init__(self, workplace: TeamsWorkplace, places: Places, desk: Desk, settings: TeamsSettings) -> None:
        self._workplace = workplace
        self._places = places
        self._desk = desk
        self._settings = settings
        self._presses: set[asyncio.Task[None]] = set()

    async def take_message(self, told: Mapping[str, Any]) -> None:
        """See Taker."""
        happening = inbound.message(told, self._frame())
        if not isinstance(happening, Said):
            await self._learn(told)
            await self._take(happening)
            return
        was_called = self._workplace.call_sign(happening.heard.channel)
        await self._learn(told, hears_all=None if happening.calls_us else True)
        self._workplace.met(happening.heard.author, happening.heard.channel, happening.name)
        await self._take(happening)
        if was_called and not self._workplace.call_sign(happening.heard.channel):
            await self._redraw(happening.heard.channel)

    async def take_edit(self, told: Mapping[str, Any]) -> None:
        """See Taker."""
        await self._learn(told)
        happening = inbound.edit(told, self._frame())
        if isinstance(happening, Edited):
            self._workplace.met(happening.heard.author, happening.heard.channel)
        await self._take(happening)

    async def take_removal(self, told: Mapping[str, Any]) -> None:
        """See Taker."""
        await self._learn(told)
        await self._take(inbound.removal(told, self._frame()))

    async def take_change(self, told: Mapping[str, Any]) -> None:
        """See Taker."""
        happening = inbound.change(told, self._frame())
        await self._learn(told, hears_all=False if isinstance(happening, Installed) else None)
        await self._take(happening)

    async def take_rest(self, told: Mapping[str, Any]) -> None:
        """See Taker."""
        await self._learn(told)
        await self._take(inbound.rest(told, self._frame()))

    async def take_invoke(self, told: Mapping[str, Any]) -> Invoked:
        """Returns at the commit or after a second, whichever is first: only the new card confirms."""
        await self._learn(told)
        happening = inbound.invoke(told, self._frame())
        if isinstance(happening, Ignored):
            log.debug("invoke ignored: %s", happening.reason)
            return (200, _answer(MESSAGE, "")) if told.get("name") == inbound.CARD_ACTION else (404, {})
        self._workplace.met(happening.author, happening.channel)
        task = asyncio.create_task(self._pressed(happening))
        self._presses.add(task)
        task.add_done_callback(self._settled)
        done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        if done and task.exception() is not None:
            sentence = say(text(told.get("locale")), "hint.press_failed")
            return 200, _answer(FAILURE, {"code": "not_done", "message": sentence}, status=500)
        return 200, _answer(MESSAGE, "✓")

    async def stop(self, within: float) -> None:
        """Let presses that are under way end, for a while."""
        if self._presses:
            _, late = await asyncio.wait(self._presses, timeout=within)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _frame(self) -> Frame:
        settings = self._settings
        return Frame(settings.bot, settings.tenant_id.lower(), settings.name, datetime.now(UTC))

    async def _learn(self, told: Mapping[str, Any], *, hears_all: bool | None = None) -> None:
        """Facts are kept before what they came with is acknowledged, and their want never costs an answer."""
        for name, value in self._places.learn(told, hears_all=hears_all).items():
            try:
                await self._desk.learned(self._settings.name, name, value)
            except (Refused, NotFound) as error:
                log.warning("what was told of a place could not be kept: %s", error)

    async def _redraw(self, channel: str) -> None:
        """The cards of the team ask for our name, and nobody has to write it any more."""
        for one in self._places.channels_of(self._places.team(channel)):
            try:
                await self._desk.cards_changed(self._settings.name, one)
            except (Refused, NotFound) as error:
                log.warning("cards could not be drawn again: %s", error)

    async def _take(self, happening: Happening) -> None:
        if isinstance(happening, Ignored):
            log.debug("activity ignored: %s", happening.reason)
            return
        await _patiently(lambda: self._handed(happening))

    def _handed(self, happening: Happening) -> Coroutine[Any, Any, None]:
        match happening:
            case Said(heard):
                return self._desk.heard(heard)
            case Edited(heard):
                return self._desk.edited(heard)
            case Removed():
                return self._desk.removed(happening)
            case Pressed():
                self._workplace.met(happening.author, happening.channel)
                return self._desk.pressed(happening)
            case _:
                return self._noted(happening)

    async def _noted(self, happening: Happening) -> None:
        """What happened to a place rather than to a conversation."""
        channels: tuple[str, ...] = ()
        if isinstance(happening, Installed):
            words = "is in the team" if happening.is_in else "was taken out of the team; conversations there wait"
            log.log(logging.INFO if happening.is_in else logging.ERROR, "Teams: the app %s %s", words, happening.team)
        if isinstance(happening, PlacesChanged):
            channels = happening.channels
        if isinstance(happening, (Installed, PlacesChanged)):
            for channel in channels or self._places.channels_of(happening.team):
                await self._desk.channel_changed(self._settings.name, channel)

    async def _pressed(self, pressed: Pressed) -> None:
        await _patiently(lambda: self._desk.pressed(pressed))

    def _settled(self, task: asyncio.Task[None]) -> None:
        self._presses.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.warning("a press came to nothing: %s", cause_of(error))


async def _patiently(work: Callable[[], Awaitable[None]]) -> None:
    """A decision of the rules ends it; what may go well a little later is tried until the time is over."""
    end = time.monotonic() + LONGEST
    while True:
        try:
            async with asyncio.timeout(end - time.monotonic()):
                await work()
        except NotFound as error:
            log.debug("activity decided: %s", error)
        except Refused as error:
            if error.wait or error.code == BUSY:
                if time.monotonic() + PAUSE > end:
                    raise
                await asyncio.sleep(PAUSE)
                continue
            log.debug("activity decided: %s", error.code)
        except WorkplaceError:
            if time.monotonic() + PAUSE > end:
                raise
            await asyncio.sleep(PAUSE)
            continue
        return


def _answer(kind: str, value: Any, *, status: int = 200) -> Mapping[str, Any]:
    return {"statusCode": status, "type": kind, "value": value}


def cause_of(error: BaseException) -> str:
    """For the log: a cause, never the words of a message."""
    cause = error.cause if isinstance(error, WorkplaceError) else ""
    code = error.code if isinstance(error, Refused) else ""
    return " ".join(filter(None, (type(error).__name__, cause, code)))


def is_invoke(told: Mapping[str, Any]) -> bool:
    """Whether somebody waits for a body."""
    return mapping(told).get("type") == "invoke"
