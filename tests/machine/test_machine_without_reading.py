"""The same machines where nothing can be read back: what may stand twice says so, and what was missed stays missed."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar, Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from tests.machine import tally
from tests.machine.seasons import SEASONS, Ways
from tests.machine.test_machine import LONG, SHORT, WANTED, Bridge, numbers
from tests.machine.test_time_machine import WAYS, TimeBridge
from tests.machine.time_tally import OUTCOMES
from tests.machine.time_town import TimeTown
from tests.machine.town import Town
from tests.machine.unreadable import HINT, MARKED_CARD, MARKED_LINE, MARKED_NOTICE, Unreadable
from tests.machine.virtual import InlineStore

SORTS: Final = {"pretend": Unreadable}
REPEATS: Final = (MARKED_LINE, MARKED_CARD, MARKED_NOTICE, HINT)
AGAIN: Final = {"something given up after a doubt sent again": "INSERT ON delivery WHEN NEW.doubts > 0"}
NEEDS_READING: Final = ("an unknown found", "a thread read again up to something")
TALK: Final = (*(what for what in WANTED if what not in NEEDS_READING), *REPEATS, *AGAIN)
FEW: Final = settings(SHORT, max_examples=20)
MANY: Final = settings(LONG, max_examples=200)


class UnreadBridge(Bridge):
    """Everything that may happen."""

    reached: ClassVar[Counter[str]] = Counter()

    @initialize(seed=st.integers(0, 2**16))
    def begin(self, seed: int) -> None:
        self.town = Town(seed, sorts=SORTS)
        if isinstance(self.town.store, InlineStore):
            self.town.store.count(AGAIN, ())
        self.town.begin()

    @rule(
        number=numbers, fault=st.sampled_from(["cut_after", "truncated", "late"]), seconds=st.sampled_from([1.0, 30.0])
    )
    def a_visitor_says_what_is_refused_at_last(self, number: int, fault: str, seconds: float) -> None:
        self.town.outside.post_faults.extend([fault, "rejected"])
        self.town.visitor_says(number, twice=False)
        self.town.pass_time(seconds)


class UnreadTimeBridge(TimeBridge):
    """Everything that time may bring."""

    reached: ClassVar[Counter[str]] = Counter()

    @initialize(seed=st.integers(0, 2**16), season=st.sampled_from(sorted(SEASONS)), ways=st.sampled_from(WAYS))
    def begin(self, seed: int, season: str, ways: Ways) -> None:
        self.town = TimeTown(seed, season=season, ways=ways, sorts=SORTS)
        self.town.begin()


class TestUnread:
    """The short run is the same each time."""

    def test_talk(self) -> None:
        run_state_machine_as_test(UnreadBridge, settings=FEW)
        tally.reaches(UnreadBridge.reached, TALK, may_miss=0.2)

    def test_time(self) -> None:
        run_state_machine_as_test(UnreadTimeBridge, settings=FEW)
        tally.reaches(UnreadTimeBridge.reached, (*OUTCOMES, MARKED_LINE, MARKED_CARD), may_miss=0.25)


class LongUnreadBridge(UnreadBridge):
    """The same, longer."""

    reached: ClassVar[Counter[str]] = Counter()


class LongUnreadTimeBridge(UnreadTimeBridge):
    """The same, longer."""

    reached: ClassVar[Counter[str]] = Counter()


@pytest.mark.slow
@pytest.mark.timeout(3600)
class TestLongUnread:
    """Another run each time."""

    def test_talk(self) -> None:
        run_state_machine_as_test(LongUnreadBridge, settings=MANY)
        tally.reaches(LongUnreadBridge.reached, TALK)

    def test_time(self) -> None:
        run_state_machine_as_test(LongUnreadTimeBridge, settings=MANY)
        tally.reaches(LongUnreadTimeBridge.reached, (*OUTCOMES, MARKED_LINE, MARKED_CARD))
