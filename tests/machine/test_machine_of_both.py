"""The machine between two workplaces: each gets into trouble alone, and conversations go from one to the other."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar, Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from tests.machine import tally
from tests.machine.both_town import ACROSS, AFTER, BothTown
from tests.machine.people import DELIVERIES
from tests.machine.seasons import SEASONS, Ways
from tests.machine.test_machine import LONG, SHORT, members, numbers, picks, words
from tests.machine.test_time_machine import WAYS, TimeBridge
from tests.machine.unreadable import MARKED_CARD, MARKED_LINE

NAMES: Final = ("pretend", "other")
HOME: Final = {"pretend": 0, "other": 1}  # a visitor of the site whose channel is there
WANTED: Final = (
    *ACROSS,
    MARKED_LINE,
    MARKED_CARD,
    tally.DOUBLE,
    "an answer shown",
    "an answer edited",
    "a thread moved",
)
LONG_ENOUGH: Final = AFTER.total_seconds() + 25


class BothBridge(TimeBridge):
    """Everything that time may bring, to either."""

    town: BothTown
    reached: ClassVar[Counter[str]] = Counter()

    @initialize(seed=st.integers(0, 2**16), season=st.sampled_from(sorted(SEASONS)), ways=st.sampled_from(WAYS))
    def begin(self, seed: int, season: str, ways: Ways) -> None:
        self.town = BothTown(seed, season=season, ways=ways)
        self.town.begin()

    @rule(name=st.sampled_from(NAMES))
    def trouble_turns(self, name: str) -> None:
        self.town.outside = self.town.outsides[name]

    @rule(name=st.sampled_from(NAMES), is_down=st.booleans())
    def one_goes_down_or_comes_back(self, name: str, *, is_down: bool) -> None:
        self.town.outsides[name].is_down = is_down

    @rule(name=st.sampled_from(NAMES), number=numbers, seconds=st.sampled_from([5.0, 40.0, LONG_ENOUGH, 300.0]))
    def one_is_down_while_a_visitor_speaks(self, name: str, number: int, seconds: float) -> None:
        self.town.outsides[name].is_down = True
        self.town.visitor_says(number, twice=False)
        self.town.pass_time(seconds)
        self.town.outsides[name].is_down = False

    @rule(name=st.sampled_from(NAMES), agent=members)
    def somebody_goes_on_elsewhere(self, name: str, agent: str) -> None:
        """Down for long; somebody answers where it was."""
        number, outside = HOME[name], self.town.outsides[name]
        self.town.visitor_says(number, twice=False)
        self.town.pass_time(3)
        roots = self.town.roots_of(number, name)
        outside.is_down = True
        self.town.visitor_says(number, twice=False)
        self.town.pass_time(LONG_ENOUGH)
        outside.is_down = False
        if roots:
            self.town.agent_says(agent, roots[-1], "plain", "once")
            self.town.pass_time(1)

    @rule(name=st.sampled_from(NAMES), seconds=st.sampled_from([20.0, 60.0]))
    def somebody_new_comes_while_one_is_down(self, name: str, seconds: float) -> None:
        number = HOME[name]
        self.town.outsides[name].is_down = True
        self.town.visitor_says(number, twice=False)
        self.town.pass_time(seconds)
        self.town.forget(number, is_speaking=False)
        self.town.visitor_says(number, twice=False)
        self.town.pass_time(5)
        self.town.outsides[name].is_down = False

    @rule(name=st.sampled_from(NAMES))
    def one_is_back_before_somebody_goes_on_elsewhere(self, name: str) -> None:
        number, there = HOME[name], next(other for other in NAMES if other != name)
        self.town.outsides[name].is_down = True
        self.town.visitor_says(number, twice=False)
        self.town.pass_time(AFTER.total_seconds() - 5)
        self.town.outsides[there].is_down = True
        self.town.pass_time(20)
        self.town.outsides[name].is_down = False
        self.town.pass_time(30)
        self.town.outsides[there].is_down = False

    @precondition(lambda self: self.town.claims())
    @rule(pick=picks)
    def a_claimant_corrects_an_answer(self, pick: int) -> None:
        claims = self.town.claims()
        root, claimant = claims[pick % len(claims)]
        before = set(self.town.said)
        self.town.agent_says(claimant, root, "plain", "once")
        self.town.pass_time(0.5)
        (ref,) = set(self.town.said) - before
        self.town.agent_edits(ref, "plain", "once")
        self.town.pass_time(0.5)

    @rule(fault=st.sampled_from(["cut_after", "truncated", "late", "timeout"]))
    def a_visitor_says_into_trouble_that_nobody_can_look_into(self, fault: str) -> None:
        self.town.outsides["other"].post_faults.append(fault)
        self.town.visitor_says(HOME["other"], twice=False)
        self.town.pass_time(25)

    @precondition(lambda self: self.town._is_alone)
    @rule(name=st.sampled_from(NAMES), pick=picks)
    def one_is_down_and_the_other_goes_on(self, name: str, pick: int) -> None:
        """I16: what stands in the other workplace does not wait for this one."""
        other = next(other for other in NAMES if other != name)
        self.town.outsides[other].recover()
        self.town.pass_time(60)
        self.town.outsides[name].is_down = True
        if there := self.town.who_goes_on_in(other):
            number = there[pick % len(there)]
            self.town.visitor_says(number, twice=False)
            self.town.pass_time(15)
            assert self.town.stands(number), f"I16: {other} waits for {name}"
        self.town.outsides[name].is_down = False

    @precondition(lambda self: self.town.roots())
    @rule(agent=members, pick=picks, kind=words, how=st.sampled_from(DELIVERIES))
    def a_member_says(self, agent: str, pick: int, kind: str, how: str) -> None:
        self.town.agent_says(agent, self._root(pick), kind, how)

    @precondition(lambda self: self.town.said)
    @rule(pick=picks, kind=words, how=st.sampled_from(DELIVERIES), is_gone=st.booleans())
    def an_agent_changes_what_they_said(self, pick: int, kind: str, how: str, *, is_gone: bool) -> None:
        refs = sorted(self.town.said)
        ref = refs[pick % len(refs)]
        if is_gone:
            self.town.agent_removes(ref, how)
        else:
            self.town.pass_time(0.5)
            self.town.agent_edits(ref, kind, how)

    def teardown(self) -> None:
        if hasattr(self, "town"):
            self.town.recover()
        super().teardown()


class TestBoth:
    """The short run is the same each time."""

    def test_everything_holds_and_everything_is_reached(self) -> None:
        run_state_machine_as_test(BothBridge, settings=settings(SHORT, max_examples=14, stateful_step_count=25))
        tally.reaches(BothBridge.reached, WANTED, may_miss=0.2)


class LongBothBridge(BothBridge):
    """The same, longer."""

    reached: ClassVar[Counter[str]] = Counter()


@pytest.mark.slow
@pytest.mark.timeout(3600)
class TestLongBoth:
    """Another run each time."""

    def test_everything_holds(self) -> None:
        run_state_machine_as_test(LongBothBridge, settings=settings(LONG, max_examples=200))
        tally.reaches(LongBothBridge.reached, WANTED)
