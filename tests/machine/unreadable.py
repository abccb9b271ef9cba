"""A pretend workplace that takes what is written and shows none of it: no reading back, nothing for one agent alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, NoReturn

from bridge.inbound import Heard
from bridge.ports import Capabilities, Placed, Post, ThreadRef
from tests.machine.outside import CAPABILITIES, Outside

UNREADABLE: Final = replace(CAPABILITIES, private_answers=False, author_names=False, read_back=False, receipts=False)


@dataclass(eq=False)
class Unreadable(Outside):
    """See Outside. What it cannot do breaks loudly when it is asked."""

    capabilities: Capabilities = UNREADABLE

    def stamp(self) -> str:
        """Of another form than in other workplaces."""
        return super().stamp().replace(".", "")

    async def find(self, thread: ThreadRef, key: str, since: datetime) -> tuple[Placed, ...]:
        self._cannot("find")

    async def changed_threads(self, channel: str, since: datetime) -> dict[str, str]:
        self._cannot("changed_threads")

    async def replies(self, thread: ThreadRef) -> tuple[Heard, ...] | None:
        self._cannot("replies")

    async def tell(self, thread: ThreadRef, agent: str, post: Post) -> None:
        self._cannot("tell")

    async def mark(self, channel: str, ref: str, receipt: str, before: str) -> None:
        self._cannot("mark")

    def _cannot(self, what: str) -> NoReturn:
        self.broken.append(f"{what} was asked of {self.name}")
        raise AssertionError(self.broken[-1])

    def reached(self) -> Counter[str]:
        """See Outside."""
        return super().reached() + Counter(_repeats(self))


def _repeats(outside: Outside) -> Mapping[str, int]:
    repeated = [copies for copies in outside.copies(with_gone=True).values() if len(copies) > 1]
    marked = [post for copies in repeated for post in copies if post.is_marked]
    return {
        MARKED_LINE: sum(bool(post.author) for post in marked),
        MARKED_CARD: sum(post.is_card for post in marked),
        MARKED_NOTICE: sum(not post.is_card and not post.author for post in marked),
        HINT: sum(bool(post.mentions) for post in outside.posts.values()),
    }


MARKED_LINE: Final = "a line that stands twice and says so"
MARKED_CARD: Final = "a card that stands twice and says so"
MARKED_NOTICE: Final = "a notice that stands twice and says so"
HINT: Final = "a hint that calls its agent by name"
