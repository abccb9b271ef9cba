"""The same machine, and each event of an agent comes as a signed HTTP request through the adapter for Slack."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import ClassVar, Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from bridge import markup
from bridge.inbound import Heard
from tests.machine import tally
from tests.machine.door import TROUBLES, DoorTown
from tests.machine.people import ANNA, Event
from tests.machine.slack_side import Request, SlackOutside, request
from tests.machine.test_machine import LONG, SHORT, Bridge, members, picks

FORGERIES: Final = ("another secret", "old", "from the future", "other words")
WANTED: Final = (
    "200 answer to heard", "200 answer to edited", "200 answer to removed", "200 answer to pressed",
    "503 answer to heard", "no answer to heard", "401 answer to heard",
    "an event repeated with Slack's headers", "a forgery refused",
    "an answer shown", "an answer edited", "an answer taken back", "a late answer placed before another",
    "a message held", "a held message sent", "a conversation claimed", "a conversation closed", "a thread moved",
)  # fmt: skip


class DoorBridge(Bridge):
    """Everything that may happen, and what may happen to a request."""

    town: DoorTown
    reached: ClassVar[Counter[str]] = Counter()

    @initialize(seed=st.integers(0, 2**16))
    def begin(self, seed: int) -> None:
        self.town = DoorTown(seed)
        self.town.begin()

    @rule(troubles=st.lists(st.sampled_from(TROUBLES), min_size=1, max_size=4))
    def requests_get_into_trouble(self, troubles: list[str]) -> None:
        self.town.wire_troubles.extend(troubles)

    @precondition(lambda self: self.town.roots())
    @rule(agent=members, pick=picks, trouble=st.sampled_from(TROUBLES))
    def a_member_says_into_trouble(self, agent: str, pick: int, trouble: str) -> None:
        self.town.wire_troubles.appendleft(trouble)
        self.town.agent_says(agent, self._root(pick), "plain", "once")
        self.town.pass_time(5)

    @precondition(lambda self: self.town.roots())
    @rule(pick=picks, how=st.sampled_from(FORGERIES))
    def a_stranger_knocks(self, pick: int, how: str) -> None:
        assert self.town.do(self.town.post(self._forged(self._root(pick), how))) == 401
        self.town.answers["a forgery refused"] += 1

    def _forged(self, root: str, how: str) -> Request:
        outside = self.town.outside
        assert isinstance(outside, SlackOutside)
        ref, channel = outside.stamp(), outside.posts[root].channel
        body = markup.literal("forged")
        heard = Heard("pretend", channel, root, ref, ref, ANNA, body, self.town.clock.now())
        asked = request(Event("heard", heard), outside, 0)
        ages = {"old": 301.0, "from the future": -303.0}
        if how == "other words":
            return OtherWords(asked.path, asked.kind, asked.body)
        return replace(asked, age=ages.get(how, 0.0), secret="0" * 32 if how == "another secret" else asked.secret)

    def teardown(self) -> None:
        if hasattr(self, "town"):
            self.reached.update(self.town.answers)
            assert self.town.store.rows("SELECT body FROM message WHERE body LIKE '%forged%'") == [], (
                "a forgery was heard"
            )
        super().teardown()


class OtherWords(Request):
    """Signed, and changed on the way."""

    def raw(self) -> bytes:
        return super().raw()[:-1] + b" "


class TestBridgeThroughTheDoor:
    """The short run is the same each time."""

    def test_everything_holds_and_everything_is_reached(self) -> None:
        run_state_machine_as_test(DoorBridge, settings=SHORT)
        tally.reaches(DoorBridge.reached, WANTED, may_miss=0.2)


class LongDoorBridge(DoorBridge):
    """The same, longer."""

    reached: ClassVar[Counter[str]] = Counter()


@pytest.mark.slow
@pytest.mark.timeout(3600)
class TestLongBridgeThroughTheDoor:
    """Another run each time."""

    def test_everything_holds(self) -> None:
        run_state_machine_as_test(LongDoorBridge, settings=settings(LONG, max_examples=200))
        tally.reaches(LongDoorBridge.reached, WANTED)
