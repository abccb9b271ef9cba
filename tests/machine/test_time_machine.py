"""The machine in which time passes: plans, hours, mails, idle limits, forgetting, and clocks that are wrong."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.machine import checks, tally, time_checks
from tests.machine.mailbox import MAIL_FAULTS
from tests.machine.outside import FAULTS, POST_FAULTS
from tests.machine.people import ANNA
from tests.machine.seasons import PLANS, SEASONS, Ways
from tests.machine.test_machine import LONG, SHORT, members, numbers, picks
from tests.machine.time_tally import OUTCOMES
from tests.machine.time_town import TimeTown

SPANS = [timedelta(seconds=61), timedelta(minutes=2), timedelta(minutes=5), timedelta(minutes=16), timedelta(hours=16)]
VERBS = ("claim", "claim", "claim", "release", "close", "extend", "takeover")
RACE = ("", "", "slow", "timeout", "cut_after", "cut_before", "late")
WAYS = [Ways(), Ways("steep"), Ways("steep", digest_above=0), Ways("grown"), Ways(digest_above=1), Ways(digest_above=0)]
LATE = [0.0, 0.001, 0.01, 0.05, 0.08, 0.25]
RARE = ("killed", "killed", "read again", "card deleted", "card deleted unheard")


class TimeBridge(RuleBasedStateMachine):
    """Everything that time may bring, and enough talk to bring it to."""

    town: TimeTown
    reached: ClassVar[Counter[str]] = Counter()

    @initialize(seed=st.integers(0, 2**16), season=st.sampled_from(sorted(SEASONS)), ways=st.sampled_from(WAYS))
    def begin(self, seed: int, season: str, ways: Ways) -> None:
        self.town = TimeTown(seed, season=season, ways=ways)
        self.town.begin()

    @rule(number=numbers)
    def a_visitor_says(self, number: int) -> None:
        self.town.visitor_says(number, twice=False)

    @rule(number=numbers, fault=st.sampled_from(POST_FAULTS), seconds=st.sampled_from([0.01, 12.0]))
    def a_visitor_says_into_trouble(self, number: int, fault: str, seconds: float) -> None:
        self.town.outside.post_faults.append(fault)
        self.town.visitor_says(number, twice=False)
        self.town.pass_time(seconds)

    @rule(number=numbers, is_back=st.booleans())
    def a_visitor_ends(self, number: int, *, is_back: bool) -> None:
        self.town.do(self.town.desk.end(self.town.visitors[number]))
        if is_back:
            self.town.visitor_says(number, twice=False)
            self.town.do(self.town.desk.end(self.town.visitors[number]))

    @rule(number=numbers)
    def a_visitor_stays(self, number: int) -> None:
        self.town.do(self.town.desk.stay(self.town.visitors[number]))

    @rule(number=numbers, which=st.integers(0, 1))
    def a_visitor_leaves_an_address(self, number: int, which: int) -> None:
        self.town.visitor_leaves_address(number, which)

    @rule(number=numbers, key=st.sampled_from(["first", "second"]))
    def a_visitor_wants_a_transcript(self, number: int, key: str) -> None:
        self.town.visitor_wants_transcript(number, key)

    @rule(faults=st.lists(st.sampled_from(FAULTS), min_size=1, max_size=3))
    def calls_will_fail(self, faults: list[str]) -> None:
        self.town.outside.faults.extend(faults)

    @rule(faults=st.lists(st.sampled_from(MAIL_FAULTS), min_size=1, max_size=4))
    def mails_will_fail(self, faults: list[str]) -> None:
        self.town.mailbox.faults.extend(faults)

    @rule(fault=st.sampled_from(["cut_after", "timeout", "refused", "cut_before"]), count=st.integers(2, 5))
    def mails_will_fail_alike(self, fault: str, count: int) -> None:
        self.town.mailbox.faults.extend([fault] * count)

    @rule(number=numbers, levels=st.integers(1, 4))
    def a_visitor_waits(self, number: int, levels: int) -> None:
        self.town.visitor_says(number, twice=False)
        for _ in range(levels):
            if self.town.next_look():
                self._until_a_level()
            self.town.pass_time(6)

    @rule(fault=st.sampled_from(POST_FAULTS), seconds=st.sampled_from([61, 121, 181, 301]))
    def a_call_meets_trouble(self, fault: str, seconds: int) -> None:
        self.town.outside.post_faults.append(fault)
        self.town.sleep_through(timedelta(seconds=seconds))

    @rule(seconds=st.sampled_from([0.5, 3.0, 9.0, 31.0]))
    def time_passes(self, seconds: float) -> None:
        self.town.pass_time(seconds)

    @rule(span=st.sampled_from(SPANS))
    def the_machine_sleeps(self, span: timedelta) -> None:
        self.town.sleep_through(span)

    @rule()
    def a_weekend_passes(self) -> None:
        self.town.sleep_through(timedelta(days=3))

    @rule(seconds=st.sampled_from([0.0, 0.05, 0.05]))
    def the_memory_answers_late(self, seconds: float) -> None:
        self.town.lag = seconds

    @rule(count=st.integers(1, 3))
    def processes_look_at_once(self, count: int) -> None:
        now = self.town.clock.now()
        self.town.do(self.town.tick(count))
        time_checks.levels_have_fired(self.town, now)

    @rule(seconds=st.sampled_from([-40, -5, 0, 20, 40]))
    def the_clock_is_set(self, seconds: float) -> None:
        self.town.go_wrong(seconds)

    @precondition(lambda self: self.town.roots())
    @rule(agent=members, pick=picks, is_late=st.booleans())
    def an_agent_says(self, agent: str, pick: int, *, is_late: bool) -> None:
        self.town.agent_says(agent, self._root(pick), "plain", "late" if is_late else "once")
        self.town.pass_time(0.5)

    @precondition(lambda self: self.town.roots())
    @rule(agent=members, pick=picks, verb=st.sampled_from(VERBS))
    def an_agent_presses(self, agent: str, pick: int, verb: str) -> None:
        self.town.agent_presses(agent, self._root(pick), verb)
        self.town.pass_time(0.5)

    @precondition(lambda self: self.town.claims())
    @rule(pick=picks, verb=st.sampled_from(["release", "close", "extend"]))
    def a_claimant_presses(self, pick: int, verb: str) -> None:
        claims = self.town.claims()
        root, claimant = claims[pick % len(claims)]
        self.town.agent_presses(claimant, root, verb)
        self.town.pass_time(0.5)

    @precondition(lambda self: self.town.claims())
    @rule(pick=picks, is_extended=st.booleans())
    def a_visitor_is_silent(self, pick: int, *, is_extended: bool) -> None:
        claims = self.town.claims()
        root, claimant = claims[pick % len(claims)]
        self.town.agent_says(claimant, root, "plain", "once")
        self.town.sleep_through(timedelta(minutes=16))
        if is_extended:
            self.town.agent_presses(claimant, root, "extend")
        self.town.sleep_through(timedelta(minutes=6))

    @rule(
        agent=members,
        late=st.sampled_from(LATE),
        lag=st.sampled_from([0.0, 0.05]),
        fault=st.sampled_from(RACE),
        has_more=st.booleans(),
    )
    def a_claim_races_a_level(self, agent: str, late: float, lag: float, fault: str, *, has_more: bool) -> None:
        number, root = self._somebody_waits()
        if not self.town.next_look():
            return
        self._until_a_level()
        self.town.outside.post_faults.extend([fault] if fault else [])
        if has_more:  # the call waits behind this
            self.town.visitor_says(number, twice=False)
        self.town.lag = lag
        self.town.begins(self.town.tick(2))
        self.town.pass_time(late)
        if root:
            self.town.agent_presses(agent, root, "claim")
        self.town.pass_time(3)

    @rule(agent=members, late=st.sampled_from([0.01, 0.05, 1.0, 4.0]), fault=st.sampled_from(RACE))
    def somebody_comes_while_a_second_thread_opens(self, agent: str, late: float, fault: str) -> None:
        self.town.configure(Ways("steep"))
        self.town.visitor_says(0, twice=False)
        self.town.pass_time(1)
        root = self.town.who_waits()[1]
        if not root:
            return
        self._until_a_level()
        self.town.outside.post_faults.extend([fault] if fault else [])
        self.town.begins(self.town.tick(1))
        self.town.pass_time(late)
        self.town.agent_presses(agent, root, "claim")
        self.town.pass_time(1)

    @precondition(lambda self: self.town.next_look())
    @rule(seconds=st.sampled_from([0.05, 1.0, 40.0]), verb=st.sampled_from(VERBS), is_read=st.booleans())
    def a_look_stands_still(self, seconds: float, verb: str, *, is_read: bool) -> None:
        root = self.town.who_waits()[1]
        self._until_a_level()
        self.town.begins(self.town.tick(1, seconds if is_read else 0.0, 0.0 if is_read else seconds))
        if root:
            self.town.agent_presses(ANNA, root, verb)
        self.town.pass_time(2)

    @rule(number=numbers, seconds=st.sampled_from([65.0, 0.5]), is_before=st.booleans())
    def the_process_freezes(self, number: int, seconds: float, *, is_before: bool) -> None:
        self.town.freeze(seconds, is_before=is_before)
        self.town.visitor_says(number, twice=False)
        self.town.pass_time(seconds)

    @precondition(lambda self: self.town.next_look())
    @rule(seconds=st.sampled_from([65.0, 2.0]), late=st.sampled_from(LATE), is_before=st.booleans())
    def the_process_freezes_while_it_calls(self, seconds: float, late: float, *, is_before: bool) -> None:
        root = self.town.who_waits()[1]
        self.town.freeze(seconds, is_before=is_before)
        self._until_a_level()
        self.town.pass_time(late)
        if root:
            self.town.agent_presses(ANNA, root, "claim")
        self.town.pass_time(seconds)

    @rule(plan=st.sampled_from(sorted(PLANS)), above=st.sampled_from([10, 1, 0]), is_on=st.booleans())
    def managers_configure(self, plan: str, above: int, *, is_on: bool) -> None:
        idle = timedelta(minutes=15) if is_on else None
        self.town.configure(Ways(plan, above, idle, to_team=is_on, retention_days=0 if is_on else 2))

    @rule(number=numbers, is_speaking=st.booleans())
    def somebody_is_forgotten(self, number: int, *, is_speaking: bool) -> None:
        self.town.forget(number, is_speaking=is_speaking)

    @rule()
    def what_is_old_goes(self) -> None:
        self.town.retain()

    @rule(what=st.sampled_from(RARE), pick=picks)
    def something_rare_happens(self, what: str, pick: int) -> None:
        match what:
            case "killed":
                self.town.restart()
            case "read again":
                self.town.read_again()
            case _ if self.town.roots():
                self.town.root_is_deleted(self._root(pick), heard=what == "card deleted")

    @invariant()
    def nothing_is_wrong(self) -> None:
        if hasattr(self, "town"):
            checks.silence_was_kept(self.town)
            time_checks.meanwhile(self.town)

    def teardown(self) -> None:
        if hasattr(self, "town"):
            try:
                self.town.calm()
                self.town.settle()
                checks.check(self.town)
                time_checks.check(self.town)
                self.reached.update(self.town.reached())
            finally:
                self.town.close()

    def _until_a_level(self) -> None:
        """To the moment at which the next level comes, unless that is past."""
        at = self.town.next_look()
        assert at is not None
        wait = at - self.town.clock.now()
        if wait > timedelta(0):
            self.town.leap(wait)

    def _somebody_waits(self) -> tuple[int, str]:
        """Whose level comes next, with their card; if nobody waits, somebody begins to."""
        if not self.town.who_waits()[1]:
            self.town.configure(Ways())
            self.town.visitor_says(0, twice=False)
            self.town.pass_time(3)
        return self.town.who_waits()

    def _root(self, pick: int) -> str:
        roots = self.town.roots()
        return roots[pick % len(roots)]


class ShortTimeBridge(TimeBridge):
    """With figures of its own."""

    reached: ClassVar[Counter[str]] = Counter()


class TestTime:
    """The short run is the same each time, and must reach everything that matters."""

    def test_everything_holds_and_everything_is_reached(self) -> None:
        run_state_machine_as_test(ShortTimeBridge, settings=SHORT)
        tally.reaches(ShortTimeBridge.reached, OUTCOMES, may_miss=0.2)


class LongTimeBridge(TimeBridge):
    """The same, longer."""

    reached: ClassVar[Counter[str]] = Counter()


@pytest.mark.slow
@pytest.mark.timeout(3600)
class TestLongTime:
    """Another run each time."""

    def test_everything_holds(self) -> None:
        run_state_machine_as_test(LongTimeBridge, settings=settings(LONG, max_examples=300))
        tally.reaches(LongTimeBridge.reached, OUTCOMES)
