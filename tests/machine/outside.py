"""A pretend workplace behind the port that fails in every way a network can, and shows what was stored late."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bridge import markup
from bridge.errors import ROOT_GONE, Rejected, Unknown, Unreachable
from bridge.inbound import Heard
from bridge.model import Person, Standing
from bridge.ports import Capabilities, Card, Pace, Placed, Post, ThreadRef
from bridge.wording import say
from tests.machine import tally
from tests.machine.virtual import VirtualClock

FAULTS = (
    "refused",  # the connection never stood
    "cut_before",  # reset, nothing stored
    "cut_after",  # stored, then reset
    "late",  # reset, stored seconds later
    "slow",  # stored, the answer takes three seconds
    "timeout",  # stored, no answer within our patience
    "timeout_late",  # no answer within our patience, stored seconds after it ended
    "error_before",  # a server error, nothing stored
    "error_after",  # a server error, stored all the same
    "truncated",  # stored, the answer cannot be read
    "wrong_answer",  # stored, the answer names no place
    "limited",  # asked to slow down
)
POST_FAULTS = ("rejected", "timeout_late", *FAULTS, "late", "timeout_late", "rejected")  # rejected: never to be posted
LATEST_EFFECT = 5.0
READ_LAG = 2.0
TIMEOUT = 10.0
SILENCE = 7.0
ROUNDING = 0.001  # the memory keeps microseconds


CAPABILITIES = Capabilities(
    buttons=True,
    private_answers=True,
    author_names=True,
    edits=True,
    deletes=True,
    read_back=True,
    receipts=True,
    marking=(Pace(0.7, 10.0, per_channel=False),),
    max_text=12_000,
    posting=(Pace(1.0, 4.0, per_channel=True), Pace(5.0, 20.0, per_channel=False)),
    editing=(Pace(0.8, 10.0, per_channel=False),),
    telling=(Pace(1.6, 10.0, per_channel=False),),
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A post of ours over there. A card is a thread's root; a line in the channel itself has no root either.

    `is_marked`: it says that it may be there twice.
    """

    ref: str
    channel: str
    root: str
    key: str
    author: str
    text: str
    at: datetime
    shows_at: datetime
    is_card: bool = False
    is_marked: bool = False
    mentions: tuple[str, ...] = ()


def says_again(card: Card) -> bool:
    """Whether a card says that there may be another one."""
    return say("en", "card.again_words") in (value for _, value in card.fields)


@dataclass(eq=False)
class Outside:
    """See bridge.ports.Workplace. `gone` are the roots that a person has deleted; `doubtful` are the keys of calls that
    came through or may have, and whose caller was never told so.
    """

    clock: VirtualClock
    name: str = "pretend"
    timeout: float = TIMEOUT
    capabilities: Capabilities = CAPABILITIES
    posts: dict[str, Stored] = field(default_factory=dict)
    cards: dict[str, Card] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    told: list[tuple[str, str]] = field(default_factory=list)
    faults: deque[str] = field(default_factory=deque)
    post_faults: deque[str] = field(default_factory=deque)
    gone: dict[str, Stored] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    doubles: int = 0
    is_down: bool = False
    broken: list[str] = field(default_factory=list)
    written: dict[str, Heard] = field(default_factory=dict)
    people: dict[str, Standing] = field(default_factory=dict)
    later: set[asyncio.Task[None]] = field(default_factory=set)
    _last: int = 0
    _silent_until: dict[str, float] = field(default_factory=dict)
    _excused_until: float = 0.0
    _hurry: asyncio.Event = field(default_factory=asyncio.Event)

    def call_sign(self, channel: str) -> str:
        """Everything is heard here."""
        return ""

    async def ping(self) -> None:
        """We are there, or not."""
        if self.is_down:
            raise Unreachable("down")

    def stamp(self) -> str:
        """A place of the platform: strings that compare in the order of posting."""
        micros = int(self.clock.now().timestamp() * 1e6)
        self._last = max(self._last + 1, micros)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def place(self, ref: str) -> Placed:
        """Where something stands."""
        return Placed(ref, ref)

    async def open_thread(self, channel: str, card: Card, key: str) -> Placed:
        shown = {"text": markup.plain(card.quote), "is_card": True, "is_marked": says_again(card)}
        with self._until_told(key):
            placed = await self._write("post", lambda: self._store(ThreadRef(channel, ""), key, **shown))
        self.cards[placed.ref] = card
        return placed

    async def post(self, thread: ThreadRef, post: Post, key: str) -> Placed:
        shown = {
            "author": post.author,
            "text": markup.plain(post.body),
            "is_marked": bool(post.caveat),
            "mentions": post.mentions,
        }
        with self._until_told(key):
            return await self._write("post", lambda: self._store(thread, key, **shown), thread.root)

    @contextlib.contextmanager
    def _until_told(self, key: str) -> Iterator[None]:
        """A caller who was not told how it ended, or is no more."""
        try:
            yield
        except (Unreachable, Rejected):
            raise
        except BaseException:
            self.doubtful.add(key)
            raise

    async def edit_card(self, thread: ThreadRef, card: Card, key: str) -> None:
        def change() -> Placed:
            self.cards[thread.root] = card
            root = self.posts.get(thread.root)
            if root is not None:
                self.posts[root.ref] = replace(root, text=markup.plain(card.quote), is_marked=says_again(card))
            return self.place(thread.root)

        await self._write("edit", change, thread.root)

    async def delete(self, channel: str, ref: str) -> None:
        self.doubles += self.posts.pop(ref, None) is not None

    async def tell(self, thread: ThreadRef, agent: str, post: Post) -> None:
        def say() -> Placed:
            self.told.append((agent, post.summary))
            return Placed("", "")

        await self._write("tell", say)

    async def mark(self, channel: str, ref: str, receipt: str, before: str) -> None:
        def show() -> Placed:
            self.marks[ref] = receipt
            return Placed("", "")

        await self._write("mark", show)

    async def find(self, thread: ThreadRef, key: str, since: datetime) -> tuple[Placed, ...]:
        await asyncio.sleep(0.05)
        if self.is_down:
            raise Unreachable("down")
        if self.faults and self.faults[0] == "refused":
            self.faults.popleft()
            raise Unreachable("down")
        now = self.clock.now()
        return tuple(
            self.place(post.ref)
            for post in sorted(self.posts.values(), key=lambda post: post.ref)
            if post.key == key
            and post.channel == thread.channel
            and post.root == thread.root
            and post.shows_at <= now
            and post.at >= since - timedelta(seconds=60)
        )

    async def changed_threads(self, channel: str, since: datetime) -> dict[str, str]:
        await asyncio.sleep(0.05)
        latest: dict[str, str] = {}
        for heard in sorted(self.written.values(), key=lambda heard: heard.order):
            if heard.channel == channel and heard.thread in self.posts:
                latest[heard.thread] = heard.order
        return latest

    async def replies(self, thread: ThreadRef) -> tuple[Heard, ...] | None:
        await asyncio.sleep(0.05)
        if thread.root not in self.posts:
            return None
        found = sorted(self.written.values(), key=lambda heard: heard.order)
        return tuple(heard for heard in found if heard.thread == thread.root)

    async def person(self, ref: str) -> Person:
        await asyncio.sleep(0.01)
        return Person(ref, f"Agent {ref}", self.people[ref])

    async def channel_fault(self, channel: str) -> str:
        return ""

    def _store(self, thread: ThreadRef, key: str, **shown: Any) -> Placed:
        ref, now = self.stamp(), self.clock.now()
        at = {"at": now, "shows_at": now + timedelta(seconds=READ_LAG)}
        self.posts[ref] = Stored(
            **{"author": "", **shown, **at}, ref=ref, channel=thread.channel, root=thread.root, key=key
        )
        return self.place(ref)

    async def _write(self, method: str, effect: Callable[[], Placed], root: str = "") -> Placed:
        """One call, as it goes when this fault is next."""
        if self.is_down:
            raise Unreachable("down")
        self._check_silence(method)
        fault = self._next_fault(method)
        await self._wait(0.02)
        if fault == "rejected":
            raise Rejected("too_long")
        if fault == "refused":
            raise Unreachable("down")
        if fault == "limited":
            self._silent_until[method] = self._seconds() + SILENCE
            raise Unreachable("limited", wait=SILENCE, limited=True)
        if fault in ("cut_before", "error_before"):
            raise Unknown(fault)
        if fault in ("late", "timeout_late"):
            await self._wait(TIMEOUT if fault == "timeout_late" else 0.0)
            self._later(self._store_late(effect))
            raise Unknown(fault)
        if root and root not in self.posts:
            raise Rejected(ROOT_GONE)
        placed = effect()
        await self._wait({"slow": 3.0, "timeout": TIMEOUT}.get(fault, 0.0))
        if fault in ("cut_after", "timeout", "error_after", "truncated", "wrong_answer"):
            raise Unknown(fault)
        return placed

    def _next_fault(self, method: str) -> str:
        if method == "post" and self.post_faults:
            return self.post_faults.popleft()
        return self.faults.popleft() if self.faults else ""

    def root_is_deleted(self, root: str) -> None:
        """Somebody deletes a card; its replies stay behind without it."""
        self.gone[root] = self.posts.pop(root)

    def recover(self) -> None:
        """From now on every call goes well."""
        self.is_down = False
        self.faults.clear()
        self.post_faults.clear()

    def copies(self, *, with_gone: bool) -> dict[str, list[Stored]]:
        """What stands here, perhaps with what people have deleted, by the key of what was posted; oldest first."""
        found: dict[str, list[Stored]] = defaultdict(list)
        for post in sorted(
            (*self.posts.values(), *(self.gone.values() if with_gone else ())), key=lambda post: post.ref
        ):
            found[post.key].append(post)
        return found

    def reached(self) -> Counter[str]:
        """How often each kind of outcome happened."""
        return Counter({tally.DOUBLE: self.doubles})

    async def _store_late(self, effect: Callable[[], Placed]) -> None:
        await self._wait(LATEST_EFFECT - 0.1)
        effect()

    async def hurry(self) -> None:
        """The world's time leaps, or ours does: what is late comes and shows now, and calls under way end.

        The clock is set in the same moment in which this is over. A call that ended between the two would count its
        doubt by the clock before the leap and its effect by the one after it: later than any platform shows it.
        """
        self._hurry.set()
        for _ in range(10):
            await asyncio.sleep(0)
        while self.later:
            await asyncio.wait(self.later)
        self._hurry.clear()
        now = self.clock.now()
        self.posts.update({ref: replace(post, shows_at=min(now, post.shows_at)) for ref, post in self.posts.items()})

    async def _wait(self, seconds: float) -> None:
        if not seconds:
            await asyncio.sleep(0)
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurry.wait()

    def _later(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self.later.add(task)
        task.add_done_callback(self.later.discard)

    def excuse(self, seconds: float) -> None:
        """A process stands still for so long: what the others are asked it cannot know, nor they what it is asked."""
        self._excused_until = max(self._excused_until, self._seconds() + seconds + SILENCE)

    def _check_silence(self, method: str) -> None:
        now = self._seconds()
        if self._excused_until < now < self._silent_until.get(method, 0.0) - ROUNDING:
            self.broken.append(f"a call of {method} inside its Retry-After")

    def _seconds(self) -> float:
        """The world's time: it passes while we sleep."""
        return (self.clock.now() - self.clock.start).total_seconds()
