"""Where a courier sits: its memory and its outside, until its process is frozen; what it waits for then comes late."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from bridge.ports import Unit
from tests.machine.server import ServerStore
from tests.machine.virtual import InlineStore

T = TypeVar("T")


POSTS = ("open_thread", "post", "send")  # what must not happen twice; its key comes last


class Ice:
    """Frozen or not. A frozen process begins nothing and notices nothing; what it has sent off goes on."""

    def __init__(self, on_freeze: Callable[[float], None], late: set[str]) -> None:
        self._on_freeze = on_freeze
        self._late = late
        self._thawed = asyncio.Event()
        self._thawed.set()
        self._seconds = 0.0
        self._is_before = False

    @property
    def is_frozen(self) -> bool:
        """Whether it stands still just now."""
        return not self._thawed.is_set()

    def freeze_at_next_post(self, seconds: float, *, is_before: bool) -> None:
        """Stand still for so long, from just before the call leaves or from when it has left."""
        self._seconds, self._is_before = seconds, is_before

    async def behind(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do it when we can, and notice that it is done when we can."""
        await self._thawed.wait()
        try:
            return await work()
        finally:
            await self._thawed.wait()

    async def posted(self, key: str, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The call at which we may freeze; what leaves only when we thaw is `late`."""
        seconds, self._seconds = self._seconds, 0.0
        if seconds:
            self._thawed.clear()
            self._on_freeze(seconds)
            asyncio.get_running_loop().call_later(seconds, self._thaw)
        if self._is_before:
            if self.is_frozen:
                self._late.add(key)
            return await self.behind(work)
        try:
            return await work()
        finally:
            await self._thawed.wait()

    def _thaw(self) -> None:
        """What it was about to ask leaves now, whatever the others were told meanwhile."""
        self._on_freeze(0.0)
        self._thawed.set()


class Memory:
    """The store as one of several processes sees it. See bridge.ports.Store."""

    def __init__(
        self, store: InlineStore | ServerStore, ice: Ice, is_alone: Callable[[], bool], lag: Callable[[], float]
    ) -> None:
        self._store = store
        self._lag = lag  # seconds until a question is asked
        self._ice = ice
        self._is_alone = is_alone

    @property
    def is_alone(self) -> bool:
        return self._is_alone()

    async def turn(self, unit: Unit[T]) -> T:
        return await self._ice.behind(lambda: self._store.turn(unit))

    async def read(self, question: Unit[T]) -> T:
        if wait := self._lag():
            await asyncio.sleep(wait)
        return await self._ice.behind(lambda: self._store.read(question))


class View:
    """The outside as one of several processes sees it. `witness` is told of each post before it leaves."""

    def __init__(self, outside: Any, ice: Ice, witness: Callable[..., None] = lambda *_: None) -> None:
        self._outside = outside
        self._ice = ice
        self._witness = witness

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._outside, name)
        if not asyncio.iscoroutinefunction(found):
            return found

        def call(*args: Any) -> Coroutine[Any, Any, Any]:
            if name not in POSTS:
                return self._ice.behind(lambda: found(*args))
            self._witness(*args)
            return self._ice.posted(args[-1], lambda: found(*args))

        return call


@dataclass(frozen=True, slots=True)
class Dawdler:
    """A memory whose process stands still after each question, or before each turn."""

    store: Any
    after_read: float
    before_turn: float
    is_alone: bool = False

    async def turn(self, unit: Unit[T]) -> T:
        await asyncio.sleep(self.before_turn)
        done: T = await self.store.turn(unit)
        return done

    async def read(self, question: Unit[T]) -> T:
        found: T = await self.store.read(question)
        await asyncio.sleep(self.after_read)
        return found
