"""A state machine drives visitors, agents, faults, restarts and the clock through the real desks, store and courier."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.machine import checks, tally
from tests.machine.outside import FAULTS, POST_FAULTS
from tests.machine.people import AGENTS, ANNA, DELIVERIES, MIKAEL
from tests.machine.town import Town

agents = st.sampled_from(sorted(AGENTS))
members = st.sampled_from([ANNA, MIKAEL])
ways = st.sampled_from(DELIVERIES)
picks = st.integers(0, 1000)
numbers = st.integers(0, 2)
words = st.sampled_from(["plain", "plain", "note", "mention"])
VERBS = ("claim", "claim", "release", "close", "takeover")
RARE = ("killed", "killed", "read again", "visitor ends", "card deleted", "card deleted unheard")


class Bridge(RuleBasedStateMachine):
    """Everything that may happen, in any order. What breaks talk off is one rule among many, or nobody would talk."""

    town: Town
    reached: ClassVar[Counter[str]] = Counter()

    @initialize(seed=st.integers(0, 2**16))
    def begin(self, seed: int) -> None:
        self.town = Town(seed)
        self.town.begin()

    @rule(number=numbers, twice=st.booleans())
    def a_visitor_says(self, number: int, *, twice: bool) -> None:
        self.town.visitor_says(number, twice=twice)

    @rule(number=numbers, count=st.integers(2, 6))
    def a_visitor_says_much(self, number: int, count: int) -> None:
        for _ in range(count):
            self.town.visitor_says(number, twice=False)

    @rule(number=numbers, fault=st.sampled_from(POST_FAULTS), seconds=st.sampled_from([0.01, 1.0, 12.0, 30.0]))
    def a_visitor_says_into_trouble(self, number: int, fault: str, seconds: float) -> None:
        self.town.outside.post_faults.append(fault)
        self.town.visitor_says(number, twice=False)
        self.town.pass_time(seconds)

    @rule(number=numbers, pick=picks)
    def a_visitor_tries_again(self, number: int, pick: int) -> None:
        self.town.visitor_tries_again(number, pick)

    @rule(faults=st.lists(st.sampled_from(FAULTS), min_size=1, max_size=4))
    def calls_will_fail(self, faults: list[str]) -> None:
        self.town.outside.faults.extend(faults)

    @rule(seconds=st.sampled_from([0.01, 0.5, 3.0, 9.0, 30.0, 400.0]))
    def time_passes(self, seconds: float) -> None:
        self.town.pass_time(seconds)

    @precondition(lambda self: self.town.roots())
    @rule(agent=agents, pick=picks, kind=st.one_of(words, st.just("command")), how=ways)
    def an_agent_says(self, agent: str, pick: int, kind: str, how: str) -> None:
        self.town.agent_says(agent, self._root(pick), kind, how)

    @precondition(lambda self: self.town.roots())
    @rule(agent=members, pick=picks, kind=words)
    def a_member_says(self, agent: str, pick: int, kind: str) -> None:
        self.town.agent_says(agent, self._root(pick), kind, "once")
        self.town.pass_time(0.5)

    @precondition(lambda self: self.town.roots())
    @rule(agent=members, pick=picks, how=ways)
    def a_member_is_overtaken(self, agent: str, pick: int, how: str) -> None:
        root = self._root(pick)
        self.town.agent_says(agent, root, "plain", "late")
        self.town.agent_says(agent, root, "plain", how)

    @precondition(lambda self: self.town.said)
    @rule(pick=picks, kind=words, how=ways)
    def an_agent_edits(self, pick: int, kind: str, how: str) -> None:
        self.town.agent_edits(self._said(pick), kind, how)

    @precondition(lambda self: self.town.said)
    @rule(pick=picks, how=ways)
    def an_agent_removes(self, pick: int, how: str) -> None:
        self.town.agent_removes(self._said(pick), how)

    @precondition(lambda self: self.town.roots())
    @rule(agent=members, pick=picks, verb=st.sampled_from(VERBS))
    def an_agent_presses(self, agent: str, pick: int, verb: str) -> None:
        self.town.agent_presses(agent, self._root(pick), verb)

    @precondition(lambda self: self.town.roots())
    @rule(pick=picks)
    def two_agents_claim(self, pick: int) -> None:
        self.town.both_claim(self._root(pick))

    @precondition(lambda self: self.town.claims())
    @rule(pick=picks, verb=st.sampled_from(["release", "takeover", "close"]))
    def a_claim_ends(self, pick: int, verb: str) -> None:
        claims = self.town.claims()
        root, claimant = claims[pick % len(claims)]
        other = MIKAEL if claimant == ANNA else ANNA
        self.town.agent_presses(other if verb == "takeover" else claimant, root, verb)

    @precondition(lambda self: self.town.held())
    @rule(pick=picks, verb=st.sampled_from(["send", "join"]))
    def an_author_sends_what_was_held(self, pick: int, verb: str) -> None:
        held = self.town.held()
        self.town.author_sends(*held[pick % len(held)], verb)

    @rule(number=numbers, seconds=st.sampled_from([65.0, 80.0, 0.5]), is_before=st.booleans())
    def the_process_freezes_while_a_visitor_speaks(self, number: int, seconds: float, *, is_before: bool) -> None:
        self.town.freeze(seconds, is_before=is_before)
        self.town.visitor_says(number, twice=False)
        self.town.pass_time(seconds)

    @rule(what=st.sampled_from(RARE), pick=picks)
    def something_rare_happens(self, what: str, pick: int) -> None:
        match what:
            case "killed":
                self.town.restart()
            case "read again":
                self.town.read_again()
            case "visitor ends":
                self.town.do(self.town.desk.end(self.town.visitors[pick % 3]))
            case _ if self.town.roots():
                self.town.root_is_deleted(self._root(pick), heard=what == "card deleted")

    @invariant()
    def no_call_breaks_a_silence(self) -> None:
        if hasattr(self, "town"):
            checks.silence_was_kept(self.town)

    def teardown(self) -> None:
        if hasattr(self, "town"):
            try:
                self.town.settle()
                checks.check(self.town)
                self.reached.update(self.town.reached())
            finally:
                self.town.close()

    def _root(self, pick: int) -> str:
        roots = self.town.roots()
        return roots[pick % len(roots)]

    def _said(self, pick: int) -> str:
        refs = sorted(self.town.said)
        return refs[pick % len(refs)]


WANTED = (*tally.OUTCOMES, tally.DOUBLE)
QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


SHORT = settings(max_examples=40, stateful_step_count=30, deadline=None, derandomize=True, suppress_health_check=QUIET)
LONG = settings(SHORT, stateful_step_count=50, derandomize=False)


class ShortBridge(Bridge):
    """With figures of its own."""

    reached: ClassVar[Counter[str]] = Counter()


class TestBridge:
    """The short run is the same each time, and must reach everything that matters: else it has become blind."""

    def test_everything_holds_and_everything_is_reached(self) -> None:
        run_state_machine_as_test(ShortBridge, settings=SHORT)
        tally.reaches(ShortBridge.reached, WANTED, may_miss=0.2)


class LongBridge(Bridge):
    """The same, longer."""

    reached: ClassVar[Counter[str]] = Counter()


@pytest.mark.slow
@pytest.mark.timeout(3600)
class TestLongBridge:
    """Another run each time."""

    def test_everything_holds(self) -> None:
        run_state_machine_as_test(LongBridge, settings=settings(LONG, max_examples=500))
        tally.reaches(LongBridge.reached, WANTED)
