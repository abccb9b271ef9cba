"""What the contract needs of whoever is at the other end of a workplace, and what it says to all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

import pytest

from bridge.inbound import Pressed
from bridge.markup import literal
from bridge.ports import Button, Card, Placed, Post, ThreadRef, Workplace

LONG_AGO: Final = datetime(2020, 1, 1, tzinfo=UTC)
PATIENCE: Final = 10.0  # seconds: a liveness bound, far above what anything takes
CARD: Final = Card(
    heading="Visitor 1",
    summary="Visitor 1: hello",
    fields=(("Page", "Shoes"),),
    quote=literal("is anybody there?"),
    status="Waiting",
    hint="Reply in the thread",
    buttons=(Button("claim", "Claim", "v1", "primary"), Button("close", "Close", "v2", "danger")),
)
CLOSED: Final = Card("Visitor 1", "closed", (), literal("is anybody there?"), "Closed now", "", ())
NOTICE: Final = Post(body=("it happened",), summary="it happened")


def line(words: str, **more: object) -> Post:
    """A visitor's line."""
    return Post(body=literal(words), summary=words, author="Matti", **more)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Seen:
    """A post as a person sees it. `calls` are refs of whom it calls; `links` where each leads and as what it shows."""

    ref: str
    words: str
    author: str = ""
    buttons: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    pictures: int = 0
    is_loud: bool = False


@dataclass(frozen=True)
class People:
    """Refs of persons by what they are to us; `nobody` is written like one and is none."""

    member: str
    guest: str
    outsider: str
    nobody: str


class Side(Protocol):
    """The other end. Methods are called as those of the port; faults are named in words that fit every platform.

    `cut_before`, `error_before`: nothing was stored · `cut_after`, `error_after`, `unreadable`, `truncated`,
    `wrong_place`, `slow`: it was, and the answer suffers · `limited`: refused, come back in so many seconds.
    """

    workplace: Workplace
    channel: str
    people: People

    def roots(self) -> list[Seen]:
        """What stands in the channel itself, oldest first."""

    def replies(self, thread: ThreadRef) -> list[Seen]:
        """What stands below a root."""

    def told(self, agent: str) -> list[str]:
        """What only this agent was shown."""

    def marks(self, ref: str) -> tuple[str, ...]:
        """The receipts on a person's message."""

    def fail(self, method: str, kind: str, seconds: float = 0.0) -> None:
        """Let the next call fail."""

    def mend(self) -> None:
        """Nothing fails any more."""

    def calls(self, method: str) -> int:
        """How many have come."""

    def take_away(self, thread: ThreadRef) -> None:
        """A thread is no more."""

    async def settle(self) -> None:
        """Let everything show that was stored."""

    async def impatient(self) -> Workplace:
        """The same workplace with less than half a second for a call."""

    async def say(self, person: str, thread: ThreadRef, words: str) -> Placed:
        """A person writes in a thread."""


class WireSide(Side, Protocol):
    """The other end of a wire, with a team around it."""

    async def go_down(self) -> None:
        """Nobody is there any more."""

    async def withdraw(self) -> None:
        """Our token, or what we get one for, is taken from us."""

    async def put_out(self) -> None:
        """The app is taken out of where the channel is."""

    async def drop_channel(self) -> None:
        """The channel is no more, or no longer seen."""

    async def press(self, person: str, seen: Seen, thread: ThreadRef, label: str) -> Pressed:
        """Somebody presses a button; what came of it at the desk."""


async def do(side: Side, workplace: Workplace, method: str, thread: ThreadRef) -> object:
    """One call of a method."""
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "open_thread": lambda: workplace.open_thread(side.channel, CARD, "k"),
        "post": lambda: workplace.post(thread, line("hello"), "k"),
        "edit_card": lambda: workplace.edit_card(thread, CLOSED, "root"),
        "delete": lambda: workplace.delete(thread.channel, thread.root),
        "tell": lambda: workplace.tell(thread, side.people.member, NOTICE),
        "mark": lambda: workplace.mark(thread.channel, thread.root, "shown", ""),
        "ping": workplace.ping,
        "person": lambda: workplace.person(side.people.member),
        "channel_fault": lambda: workplace.channel_fault(side.channel),
        "find": lambda: workplace.find(thread, "k", LONG_AGO),
        "replies": lambda: workplace.replies(thread),
        "changed_threads": lambda: workplace.changed_threads(side.channel, LONG_AGO),
    }
    async with asyncio.timeout(PATIENCE):
        return await calls[method]()


NEEDS: Final = {
    "edit_card": "edits",
    "delete": "deletes",
    "tell": "private_answers",
    "mark": "receipts",
    "find": "read_back",
    "replies": "read_back",
    "changed_threads": "read_back",
}


def needs(side: Side, *flags: str) -> None:
    """What a workplace does not claim to be able to do is not asked of it."""
    for flag in flags:
        if flag and not getattr(side.workplace.capabilities, flag):
            pytest.skip(f"the capability {flag} is not declared")


def can(side: Side, method: str) -> None:
    """The same, by the method that needs it."""
    needs(side, NEEDS.get(method, ""))


def spoil(side: Side, method: str, kind: str) -> int:
    """Let a call fail, and how often it may then be seen at most: once.

    What can be repeated without harm is repeated by HTTP itself when a connection that was kept open is cut.
    """
    is_repeated = kind.startswith("cut") and method not in ("open_thread", "post", "tell", "mark")
    for _ in range(1 + is_repeated):
        side.fail(method, kind)
    return 1 + is_repeated
