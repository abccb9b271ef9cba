"""A state machine drives visitors, agents, faults, restarts and the clock through the real desks, store and courier."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.machine import checks
from tests.machine.outside import FAULTS
from tests.machine.town import AGENTS, DELIVERIES, Town

agents = st.sampled_from(sorted(AGENTS))
members = st.sampled_from(["anna", "mikael"])
ways = st.sampled_from(DELIVERIES)
picks = st.integers(0, 1000)


class Bridge(RuleBasedStateMachine):
    """Everything that may happen, in any order."""

    town: Town

    @initialize(seed=st.integers(0, 2**16))
    def begin(self, seed: int) -> None:
        self.town = Town(seed)
        self.town.begin()

    @rule(number=st.integers(0, 2), twice=st.booleans())
    def a_visitor_says(self, number: int, *, twice: bool) -> None:
        self.town.visitor_says(number, twice=twice)

    @rule(number=st.integers(0, 2), count=st.integers(2, 6))
    def a_visitor_says_much(self, number: int, count: int) -> None:
        for _ in range(count):
            self.town.visitor_says(number, twice=False)

    @rule(number=st.integers(0, 2))
    def a_visitor_ends(self, number: int) -> None:
        self.town.do(self.town.desk.end(self.town.visitors[number]))

    @rule(faults=st.lists(st.sampled_from(FAULTS), min_size=1, max_size=4))
    def calls_will_fail(self, faults: list[str]) -> None:
        self.town.outside.faults.extend(faults)

    @rule(seconds=st.sampled_from([0.01, 0.5, 3.0, 9.0, 30.0, 400.0]))
    def time_passes(self, seconds: float) -> None:
        self.town.pass_time(seconds)

    @rule()
    def the_process_is_killed(self) -> None:
        self.town.restart()

    @precondition(lambda self: self.town.roots())
    @rule(agent=agents, pick=picks, kind=st.sampled_from(["plain", "plain", "note", "mention", "command"]), how=ways)
    def an_agent_says(self, agent: str, pick: int, kind: str, how: str) -> None:
        self.town.agent_says(agent, self._root(pick), kind, how)

    @precondition(lambda self: self.town.roots())
    @rule(agent=members, pick=picks, kind=st.sampled_from(["plain", "note", "mention"]))
    def a_member_says(self, agent: str, pick: int, kind: str) -> None:
        self.town.agent_says(agent, self._root(pick), kind, "once")
        self.town.pass_time(0.5)

    @precondition(lambda self: self.town.said)
    @rule(pick=picks, kind=st.sampled_from(["plain", "note"]), how=ways)
    def an_agent_edits(self, pick: int, kind: str, how: str) -> None:
        self.town.agent_edits(self._said(pick), kind, how)

    @precondition(lambda self: self.town.said)
    @rule(pick=picks, how=ways)
    def an_agent_removes(self, pick: int, how: str) -> None:
        self.town.agent_removes(self._said(pick), how)

    @precondition(lambda self: self.town.roots())
    @rule(agent=members, pick=picks, verb=st.sampled_from(["claim", "release", "close", "takeover"]))
    def an_agent_presses(self, agent: str, pick: int, verb: str) -> None:
        self.town.agent_presses(agent, self._root(pick), verb)

    @precondition(lambda self: self.town.roots())
    @rule(pick=picks)
    def two_agents_claim(self, pick: int) -> None:
        self.town.both_claim(self._root(pick))

    @precondition(lambda self: self.town.roots())
    @rule(pick=picks, heard=st.booleans())
    def a_card_is_deleted(self, pick: int, *, heard: bool) -> None:
        self.town.root_is_deleted(self._root(pick), heard=heard)

    @rule()
    def threads_are_read_again(self) -> None:
        self.town.do(self.town.repair.once("pretend"))

    @invariant()
    def no_call_breaks_a_silence(self) -> None:
        if hasattr(self, "town"):
            checks.silence_was_kept(self.town)

    def teardown(self) -> None:
        if hasattr(self, "town"):
            try:
                self.town.settle()
                checks.check(self.town)
            finally:
                self.town.close()

    def _root(self, pick: int) -> str:
        roots = self.town.roots()
        return roots[pick % len(roots)]

    def _said(self, pick: int) -> str:
        refs = sorted(self.town.said)
        return refs[pick % len(refs)]


QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
TestBridge = Bridge.TestCase
TestBridge.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, derandomize=True, suppress_health_check=QUIET
)


class LongBridge(Bridge):
    """The same, longer."""


TestLongBridge = pytest.mark.slow(LongBridge.TestCase)
TestLongBridge.settings = settings(max_examples=500, stateful_step_count=50, deadline=None, suppress_health_check=QUIET)
