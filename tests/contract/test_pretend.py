"""The state machine's pretend outside keeps what it can of the same contract, so that it proves something."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from bridge import markup
from bridge.inbound import Heard
from bridge.model import Standing
from bridge.ports import Card, Placed, ThreadRef, Workplace
from tests.contract.side import People, Seen
from tests.contract.workplace import WorkplaceContract
from tests.machine.outside import Outside, Stored
from tests.machine.virtual import VirtualClock, VirtualLoop

CHANNEL = "support"
PEOPLE = People("A1", "A2", "A3", "A4")
METHODS = {"open_thread": "post", "edit_card": "edit"}
KINDS = {
    "unreadable": "truncated",
    "wrong_place": "wrong_answer",
    "slow": "timeout",
}


@dataclass(eq=False)
class Counted(Outside):
    """One that counts what it is asked."""

    asked: Counter[str] = field(default_factory=Counter)

    async def _write(self, method: str, effect: Callable[[], Placed], root: str = "") -> Placed:
        self.asked[method] += 1
        return await super()._write(method, effect, root)


@dataclass(eq=False)
class PretendSide:
    """See Side."""

    workplace: Counted
    channel: str = CHANNEL
    people: People = PEOPLE

    def roots(self) -> list[Seen]:
        return [self._seen(one) for one in self._stored() if not one.root]

    def replies(self, thread: ThreadRef) -> list[Seen]:
        return [self._seen(one) for one in self._stored() if one.root == thread.root]

    def _stored(self) -> list[Stored]:
        return sorted(self.workplace.posts.values(), key=lambda one: one.ref)

    def _seen(self, post: Stored) -> Seen:
        card = self.workplace.cards.get(post.ref)
        if card is None:
            return Seen(post.ref, post.text, author=post.author)
        return Seen(post.ref, _words(card), buttons=tuple(button.label for button in card.buttons))

    def told(self, agent: str) -> list[str]:
        return [words for who, words in self.workplace.told if who == agent]

    def marks(self, ref: str) -> tuple[str, ...]:
        return (self.workplace.marks[ref],)

    def fail(self, method: str, kind: str, seconds: float = 0.0) -> None:
        self.workplace.faults.append(KINDS.get(kind, kind))
        if kind == "slow":  # its patience is ten seconds: they pass at once
            asyncio.get_running_loop().call_later(0.1, lambda: self.workplace.later.add(self._hurries()))

    def _hurries(self) -> asyncio.Task[None]:
        return asyncio.ensure_future(self.workplace.hurry())

    def mend(self) -> None:
        self.workplace.faults.clear()

    def calls(self, method: str) -> int:
        return self.workplace.asked[METHODS.get(method, method)]

    def take_away(self, thread: ThreadRef) -> None:
        self.workplace.root_is_deleted(thread.root)

    async def settle(self) -> None:
        await self.workplace.hurry()

    async def impatient(self) -> Workplace:
        return self.workplace

    async def say(self, person: str, thread: ThreadRef, words: str) -> Placed:
        placed = self.workplace.place(self.workplace.stamp())
        at = datetime.now(UTC)
        self.workplace.written[placed.ref] = Heard(
            "pretend", thread.channel, thread.root, placed.ref, placed.order, person, (words,), at
        )
        return placed


def _words(card: Card) -> str:
    fields = (word for row in card.fields for word in row)
    return "\n".join((card.heading, *fields, markup.plain(card.quote), card.status, card.hint))


@pytest.fixture
async def side() -> AsyncIterator[PretendSide]:
    clock = VirtualClock(cast(VirtualLoop, asyncio.get_running_loop()))
    clock.ahead = datetime.now(UTC) - clock.now() - timedelta(seconds=1)
    outside = Counted(clock)
    standings = (Standing.MEMBER, Standing.GUEST, Standing.OUTSIDER)
    outside.people.update(zip(("A1", "A2", "A3"), standings, strict=True))
    yield PretendSide(outside)
    await asyncio.gather(*outside.later)


class TestPretend(WorkplaceContract):
    """What does not need a wire."""
