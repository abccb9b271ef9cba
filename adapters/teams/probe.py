"""Trying in a real channel what cannot be known without one; everything that is posted is taken away again."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from adapters.teams.workplace import TeamsWorkplace
from bridge.errors import WorkplaceError
from bridge.ports import Button, Card, Placed, Post, ThreadRef

MARK: Final = "Silta is trying out this channel. The message goes away by itself."
LONG: Final = "All work and no play. " * 600


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried, and what was seen. `facts` in the last one: all that was found."""

    what: str
    is_well: bool
    seen: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


class Probe:
    """Posts a card, changes it, posts lines below it, looks somebody up, and takes everything away."""

    def __init__(self, workplace: TeamsWorkplace, channel: str, person: str) -> None:
        self._workplace = workplace
        self._channel = channel
        self._person = person
        self._posted: list[Placed] = []

    async def run(self) -> AsyncGenerator[Finding, None]:
        """One finding after the other."""
        found: dict[str, bool] = {}
        try:
            async for finding in self._tried():
                found[finding.what] = finding.is_well
                yield finding
        finally:
            gone = await self._clean()
        yield gone
        yield Finding("capabilities", is_well=True, facts={**asdict(self._workplace.capabilities), "tried": found})

    async def _tried(self) -> AsyncGenerator[Finding, None]:
        yield await self._try("token", self._workplace.ping)
        yield await self._try("channel", self._channel_is_well)
        yield await self._try("post", self._root)
        if not self._posted:
            return
        thread = ThreadRef(self._channel, self._posted[0].ref)
        yield await self._try("card edited", lambda: self._workplace.edit_card(thread, _card("2"), ""))
        yield await self._try("line", lambda: self._line(thread, MARK))
        yield await self._try("long line", lambda: self._line(thread, LONG))
        if self._person:
            yield await self._try("person", lambda: self._workplace.person(self._person))

    async def _try(self, what: str, work: Callable[[], Awaitable[object]]) -> Finding:
        try:
            await work()
        except WorkplaceError as error:
            return Finding(what, is_well=False, seen=str(error))
        return Finding(what, is_well=True)

    async def _channel_is_well(self) -> None:
        if fault := await self._workplace.channel_fault(self._channel):
            raise WorkplaceError("channel", fault)

    async def _root(self) -> None:
        self._posted.append(await self._workplace.open_thread(self._channel, _card("1"), secrets.token_hex(8)))

    async def _line(self, thread: ThreadRef, words: str) -> None:
        post = Post(body=(words,), summary=MARK, author="Probe")
        self._posted.append(await self._workplace.post(thread, post, secrets.token_hex(8)))

    async def _clean(self) -> Finding:
        """What stays is told, with where it stands."""
        left = []
        for placed in reversed(self._posted):
            try:
                await self._workplace.delete(self._channel, placed.ref)
            except WorkplaceError as error:
                left.append(f"{placed.ref} ({error})")
        return Finding("clean-up", is_well=not left, seen=f"delete by hand: {', '.join(left)}" if left else "")


def _card(state: str) -> Card:
    return Card(
        heading="Silta", summary=MARK, fields=(("Probe", state),), quote=(MARK,), status=MARK, hint="",
        buttons=(Button("probe", "Probe"),),
    )  # fmt: skip
